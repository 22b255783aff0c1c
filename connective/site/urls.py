"""Routes of the public frame."""

from django.urls import path
from django.views.i18n import set_language

from connective.site import views
from connective.site.models import SitePage

app_name = "site"

urlpatterns = [
    path("barrierefreiheit/", views.show, {"key": SitePage.Key.ACCESSIBILITY}, name="accessibility"),
    path("datenschutz/", views.show, {"key": SitePage.Key.PRIVACY}, name="privacy"),
    path("impressum/", views.show, {"key": SitePage.Key.LEGAL}, name="legal"),
    path("kontakt/", views.show, {"key": SitePage.Key.CONTACT}, name="contact"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    path("gesundheit/", views.health, name="health"),
    path("sprache/", set_language, name="language"),
]
