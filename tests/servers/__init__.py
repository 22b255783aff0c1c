"""The real servers that the tests talk to: PostgreSQL, Valkey, a Celery worker."""
