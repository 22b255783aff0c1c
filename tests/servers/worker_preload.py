"""All that a Celery worker of the tests imports, loaded once by the server that forks the workers."""

from importlib import import_module

import django
from django.conf import settings

from tests.servers.worker_app import app

django.setup()
app.loader.import_default_modules()
import_module(settings.ROOT_URLCONF)  # a worker checks the portal when it starts, addresses included
