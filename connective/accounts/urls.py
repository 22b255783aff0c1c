"""Routes of signing in and of the session; of allauth's own pages there are none.

The names that begin with `account_` are allauth's, which it looks up itself.
"""

from django.urls import include, path

from connective.accounts import views

session = (
    [
        path("", views.session_state, name="session_state"),
        path("verlaengern/", views.session_prolong, name="session_prolong"),
    ],
    "accounts",
)

urlpatterns = [
    path("konto/anmelden/", views.sign_in, name="account_login"),
    path("konto/anmelden/", views.sign_in, name="account_request_login_code"),
    path("konto/anmelden/code/", views.confirm, name="account_confirm_login_code"),
    path("konto/abmelden/", views.sign_out, name="account_logout"),
    path("konto/gesperrt/", views.inactive, name="account_inactive"),
    path("konto/sitzung/", include(session)),
]
