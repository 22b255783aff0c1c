"""Rows that only grow, whose personal texts can be blanked once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, models, transaction

from connective import clock
from submissions.models import SubmittedVersion
from tests.submissions.build import make_call, submitted, with_organisation

pytestmark = pytest.mark.django_db


def a_submitted_version() -> SubmittedVersion:
    actor, _organisation = with_organisation()
    return submitted(make_call(), actor)[1]


def _update(version: SubmittedVersion, **values: object) -> int:
    with transaction.atomic():
        rows: models.QuerySet[SubmittedVersion] = SubmittedVersion.objects.filter(pk=version.pk)
        return rows.update(**values)


def test_the_text_is_blanked_with_the_stamp() -> None:
    version = a_submitted_version()
    assert _update(version, content="{}", erased_at=clock.now()) == 1
    version.refresh_from_db()
    assert version.content == "{}"


@pytest.mark.parametrize("other", ["reference", "content_sha256", "pages", "received_at", "number"])
def test_nothing_else_is_changed_on_the_way(other: str) -> None:
    version = a_submitted_version()
    value = getattr(version, other)
    changed = value[:-1] + "x" if isinstance(value, str) else value - (timedelta(1) if other == "received_at" else 1)
    with pytest.raises(IntegrityError):
        _update(version, content="{}", erased_at=clock.now(), **{other: changed})


def test_the_text_is_not_changed_without_the_stamp() -> None:
    with pytest.raises(IntegrityError):
        _update(a_submitted_version(), content="{}")


def test_the_text_is_blanked_once_only() -> None:
    version = a_submitted_version()
    _update(version, content="{}", erased_at=clock.now())
    with pytest.raises(IntegrityError):
        _update(version, content="[]", erased_at=clock.now())
    with pytest.raises(IntegrityError):
        _update(version, erased_at=None)


def test_the_row_is_never_deleted() -> None:
    version = a_submitted_version()
    with pytest.raises(IntegrityError), transaction.atomic():
        version.delete()
