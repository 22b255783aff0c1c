"""Routes of signing in and of the session; of allauth's own pages there are none.

The names that begin with `account_`, `mfa_` or `openid_` are allauth's, which it looks up itself.
"""

from django.urls import include, path

from connective.accounts import factor_views, oidc_views, session_views, views

own = (
    [
        path("sitzung/", views.session_state, name="session_state"),
        path("sitzung/verlaengern/", views.session_prolong, name="session_prolong"),
        path("sitzungen/", session_views.sessions, name="sessions"),
        path("oidc/", oidc_views.to_provider, name="oidc"),
        path("bestaetigen/", factor_views.confirm_again, name="confirm_again"),
        path("bestaetigen/weiter/", factor_views.go_on, name="go_on"),
        path("sicherheit/", factor_views.security, name="security"),
        path("sicherheit/app/", factor_views.app, name="factor_app"),
        path("sicherheit/app/entfernen/", factor_views.remove_app, name="remove_app"),
        path("sicherheit/passkey/", factor_views.passkey, name="factor_passkey"),
        path("sicherheit/passkey/<int:pk>/entfernen/", factor_views.remove_passkey, name="remove_passkey"),
        path("sicherheit/codes/", factor_views.codes, name="recovery_codes"),
    ],
    "accounts",
)

urlpatterns = [
    path("konto/anmelden/", views.sign_in, name="account_login"),
    path("konto/anmelden/", views.sign_in, name="account_request_login_code"),
    path("konto/anmelden/code/", views.confirm, name="account_confirm_login_code"),
    path("konto/abmelden/", views.sign_out, name="account_logout"),
    path("konto/gesperrt/", views.inactive, name="account_inactive"),
    path("konto/anmelden/zweiter-faktor/", factor_views.authenticate, name="mfa_authenticate"),
    path("konto/oidc/<slug:provider_id>/zurueck/", oidc_views.from_provider, name="openid_connect_callback"),
    path("konto/", include(own)),
]
