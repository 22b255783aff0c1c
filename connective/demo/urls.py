"""Routes of demo mode; they answer 404 elsewhere."""

from django.urls import path, re_path

from connective.demo import views

app_name = "demo"

one = r"^demo/postfach/(?P<name>[0-9]{8}T[0-9]{12}-[0-9a-f]{8})/"

urlpatterns = [
    path("demo/anmelden/", views.sign_in, name="sign_in"),
    path("demo/postfach/", views.mailbox, name="mailbox"),
    re_path(f"{one}$", views.mail, name="mail"),
    re_path(rf"{one}(?P<number>[0-9]{{1,3}})/$", views.attachment, name="attachment"),
]
