"""The Celery application: tasks are hints, the database is the truth."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connective.settings")

app = Celery("connective")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
