"""What was released: installations that begin there must be able to go on."""

SCHEMA = {
    "accounts": "0001_initial",
    "audit": "0001_initial",
    "mail": "0001_initial",
    "review": "0003_roles",
    "site": "0002_default_texts",
    "submissions": "0002_append_only",
}
"""The newest migration of each app in release 0.1.0, the first one. An app that is missing here came later."""


def is_released(app: str, name: str) -> bool:
    """Tell whether installations have run this migration already; such a one is never changed again."""
    return app in SCHEMA and name <= SCHEMA[app]
