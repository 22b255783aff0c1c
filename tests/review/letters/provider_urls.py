"""The routes of the portal as they are where a mail provider is configured."""

from django.urls import include, path

from connective import urls as portal

urlpatterns = [*portal.urlpatterns, path("mailanbieter/", include("anymail.urls"))]
