"""The routes of the portal."""

from django.apps import apps
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("verwaltung/review/", include("review.urls")),
    path("verwaltung/", admin.site.urls),
    path("steuerungskreis/", include("review.committee_urls")),
    path("", include("connective.accounts.urls")),
    path("", include("connective.demo.urls")),
    path("", include("connective.site.urls")),
    path("", include("review.answer_urls")),
    path("", include("submissions.urls")),
]
if apps.is_installed("anymail"):
    urlpatterns.append(path("mailanbieter/", include("anymail.urls")))

handler400 = "connective.site.views.bad_request"
handler500 = "connective.site.views.server_error"
