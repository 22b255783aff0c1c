"""Many at once: real threads on a real database."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections

from connective.accounts.models import User
from connective.audit.chain import verify
from submissions.domain.deadline import extend_call
from submissions.domain.errors import ContentChanged, DeadlinePassed, LimitReached, NotEditable, SectionConflict
from submissions.domain.save import save_section
from submissions.domain.submit import submit
from submissions.domain.withdraw import discard_changes, reopen, withdraw
from submissions.models import Call, Proposal, Section, SectionRevision, SubmittedVersion
from tests.submissions.build import current_seal, draft, in_time, make_call, person, submitted

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Run all jobs at the same moment, each with a connection of its own; return results or exceptions."""
    barrier = Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return closing(job)()
        except Exception as error:  # noqa: BLE001  (the test looks at it)
            return error

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result() for future in [pool.submit(run, job) for job in jobs]]


def closing(job: Callable[[], Any]) -> Callable[[], Any]:
    """Return `job` so that it leaves no connection of its thread open."""

    def run() -> Any:
        try:
            return job()
        finally:
            connections.close_all()

    return run


def submitting(proposal: Proposal, actor: User, at: datetime) -> Callable[[], Any]:
    """Return a job that submits what the check page shows now."""
    return partial(submit, proposal, checked=current_seal(proposal), consent_to="1", actor=actor, received_at=at)


def kinds(results: list[Any]) -> list[str]:
    """Return the names of what came back, sorted."""
    return sorted(type(result).__name__ for result in results)


def test_ten_threads_that_submit_the_same_page_make_one_version() -> None:
    call, actor = make_call(), person()
    proposal = draft(call, actor)
    checked = current_seal(proposal)
    results = at_once(
        *[
            lambda: submit(proposal, checked=checked, consent_to="1", actor=actor, received_at=in_time(call))
            for _ in range(10)
        ]
    )
    assert sorted(made for _version, made in results) == [False] * 9 + [True]
    assert SubmittedVersion.objects.count() == 1
    assert verify().is_sound


def test_references_are_gapless_and_unique_when_many_submit_at_once() -> None:
    call, actor = make_call(), person()
    drafts = [draft(call, actor) for _ in range(12)]
    results = at_once(*[submitting(each, actor, in_time(call)) for each in drafts])
    assert sorted(version.reference for version, _made in results) == [f"TA2021-{n:04d}" for n in range(1, 13)]


def test_the_limit_of_an_organisation_holds_when_it_submits_everything_at_once() -> None:
    call, actor = make_call(max_per_organisation=3), person()
    drafts = [draft(call, actor) for _ in range(8)]
    results = at_once(*[submitting(each, actor, in_time(call)) for each in drafts])
    assert kinds(results) == ["LimitReached"] * 5 + ["tuple"] * 3
    assert all(isinstance(result, LimitReached | tuple) for result in results)


def test_of_twenty_tabs_that_save_at_once_one_wins_and_nineteen_are_told() -> None:
    call, actor = make_call(), person()
    proposal = draft(call, actor)
    results = at_once(
        *[
            lambda n=n: save_section(
                proposal, "topic", {"title": f"Tab {n}"}, base_version=1, actor=actor, at=in_time(call)
            )
            for n in range(20)
        ]
    )
    winners = [result for result in results if isinstance(result, Section)]
    assert len(winners) == 1
    assert sum(isinstance(result, SectionConflict) for result in results) == 19
    assert proposal.sections.get(key="topic").content == winners[0].content
    assert SectionRevision.objects.filter(section=winners[0]).count() == 1


def test_a_save_and_a_submission_at_once_never_freeze_half() -> None:
    call, actor = make_call(), person()
    for _round in range(5):
        proposal = draft(call, actor)
        checked = current_seal(proposal)
        saved, sent = at_once(
            lambda p=proposal: save_section(  # type: ignore[misc]
                p, "topic", {"title": "Zwischendurch"}, base_version=1, actor=actor, at=in_time(call)
            ),
            lambda p=proposal, c=checked: submit(  # type: ignore[misc]
                p, checked=c, consent_to="1", actor=actor, received_at=in_time(call)
            ),
        )
        if isinstance(saved, NotEditable):
            assert "Hitzevorsorge" in sent[0].content
        else:
            assert isinstance(sent, ContentChanged)
            assert not proposal.versions.exists()


def test_saves_and_giving_up_all_changes_at_once_wait_for_each_other_and_end() -> None:
    call, actor = make_call(), person()
    proposal, version = submitted(call, actor)
    texts = {section.key: section.content for section in proposal.sections.all()}
    for number in range(10):
        reopen(proposal, actor=actor, at=in_time(call))
        base = {section.key: section.version for section in proposal.sections.all()}
        *saved, given_up = at_once(
            *[
                partial(
                    save_section,
                    proposal,
                    key,
                    {"title": f"{number}"},
                    base_version=base[key],
                    actor=actor,
                    at=in_time(call),
                )
                for key in texts
            ],
            lambda: discard_changes(proposal, actor=actor, at=in_time(call)),
        )
        assert all(isinstance(result, Section | SectionConflict | NotEditable) for result in saved)
        assert isinstance(given_up, Proposal)
        assert {section.key: section.content for section in proposal.sections.all()} == texts
        assert given_up.version_in_force == version


def test_withdrawing_and_submitting_at_once_ends_in_a_state_that_fits_its_version() -> None:
    call, actor = make_call(), person()
    proposal, version = submitted(call, actor)
    at_once(*[lambda: withdraw(proposal, actor=actor, at=in_time(call)) for _ in range(6)])
    proposal.refresh_from_db()
    assert (proposal.state, proposal.version_in_force_id) == (Proposal.State.WITHDRAWN, None)
    assert list(proposal.versions.all()) == [version]


def test_an_extension_and_late_submissions_cannot_miss_each_other() -> None:
    call, actor = make_call(), person()
    drafts = [draft(call, actor) for _ in range(6)]
    late = call.closes_at + timedelta(minutes=1)
    results = at_once(
        lambda: extend_call(
            call, closes_at=call.closes_at + timedelta(hours=1), reason="Störung", actor=actor, at=late
        ),
        *[submitting(each, actor, late) for each in drafts],
    )
    accepted = [result for result in results[1:] if isinstance(result, tuple)]
    refused = [result for result in results[1:] if isinstance(result, DeadlinePassed)]
    assert len(accepted) + len(refused) == 6
    assert all(version.closes_at == late + timedelta(minutes=59) for version, _made in accepted)
    assert Proposal.objects.filter(state="submitted").count() == len(accepted)


def test_waiting_for_a_lock_across_the_closing_instant_costs_nobody_the_deadline() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no row locks to wait for; IMMEDIATE serialises whole transactions")
    from django.db import transaction

    call, actor = make_call(), person()
    proposal = draft(call, actor)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Call.objects.select_for_update().get(pk=call.pk)
            waiting = pool.submit(closing(submitting(proposal, actor, call.closes_at - timedelta(milliseconds=1))))
            assert not waiting.done()
        version, made = waiting.result(timeout=20)
    assert made
    assert version.received_at == call.closes_at - timedelta(milliseconds=1)
