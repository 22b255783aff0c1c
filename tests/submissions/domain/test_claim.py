"""From a browser's draft to a person's."""

from datetime import timedelta

import pytest

from connective import clock
from submissions.domain.claim import claim
from submissions.domain.letter import take
from submissions.domain.purge import purge_unproved
from submissions.models import Membership, Organisation, Proposal, Role
from tests.submissions.build import draft, make_call, person, with_organisation
from tests.submissions.domain.test_letter import pdf_with

pytestmark = pytest.mark.django_db


def test_the_first_draft_of_a_new_person_founds_their_organisation() -> None:
    proposal, newcomer = draft(make_call()), person()
    claim([proposal.public_id], actor=newcomer, at=clock.now())
    proposal.refresh_from_db()
    assert proposal.organisation is not None
    assert proposal.organisation.name == "Stadt Lindenfurt"
    assert Membership.objects.get(user=newcomer).role == Role.MANAGE


def test_a_draft_with_the_name_of_ones_organisation_goes_there() -> None:
    manager, organisation = with_organisation()
    proposal = draft(make_call())
    claim([proposal.public_id], actor=manager, at=clock.now())
    proposal.refresh_from_db()
    assert proposal.organisation == organisation


def test_a_draft_with_another_name_founds_another_organisation() -> None:
    manager, _organisation = with_organisation()
    proposal = draft(make_call(), organisation={"name": "Stadtwerke Auenbrück", "land": "09"})
    claim([proposal.public_id], actor=manager, at=clock.now())
    assert {o.name for o in Organisation.objects.all()} == {"Stadt Lindenfurt", "Stadtwerke Auenbrück"}


def test_what_already_belongs_to_someone_is_not_claimed() -> None:
    proposal = draft(make_call(), person("a@example.org"))
    before = proposal.organisation
    assert claim([proposal.public_id], actor=person("b@example.org"), at=clock.now()) == []
    proposal.refresh_from_db()
    assert proposal.organisation == before


def test_unclaimed_drafts_are_purged_after_seven_days_with_their_letters(
    django_capture_on_commit_callbacks: object,
) -> None:
    call = make_call()
    stale, fresh, owned = draft(call), draft(call), draft(call, person())
    at = clock.now()
    letter = take(stale, pdf_with(), actor=None, at=at)
    Proposal.objects.update(saved_at=at - timedelta(days=7))
    Proposal.objects.filter(pk=fresh.pk).update(saved_at=at - timedelta(days=7) + timedelta(seconds=1))
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert purge_unproved(at) == 1
    assert set(Proposal.objects.all()) == {fresh, owned}
    assert not letter.file.storage.exists(str(letter.file.name))
