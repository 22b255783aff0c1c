"""The ground floor: settings, and what both apps stand on (accounts, audit, mail, pdf, clock)."""

from connective.celery import app as celery_app

__all__ = ["celery_app"]
