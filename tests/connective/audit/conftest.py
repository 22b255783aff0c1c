"""What the tests of the audit log stand on."""

import pytest

from connective.accounts.models import User


@pytest.fixture
def person(db: None) -> User:
    """Someone who does things that are recorded."""
    return User.objects.create_user("geschaeftsstelle@example.org", name="Gerda Beispiel")
