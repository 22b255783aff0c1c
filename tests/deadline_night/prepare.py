"""The evening before: a call that closes soon, and drafts that are nearly done."""

import random
from datetime import timedelta
from typing import cast

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection

from connective import clock
from connective.accounts.models import User
from connective.accounts.sessions import SessionStore
from submissions.domain import page_limit
from submissions.models import Call, Section
from tests.bench import meter
from tests.deadline_night.people import Draft
from tests.submissions.build import COMPLETE, draft, make_call, with_organisation


def make_the_database_durable() -> None:
    """Take back what makes tests quick: a portal waits for the disk at each commit."""
    with connection.cursor() as cursor:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            cursor.execute(f"ALTER SYSTEM SET {setting} = on")
        cursor.execute("SELECT pg_reload_conf()")
    connection.close()


def call_with_drafts(people: int, seconds: int) -> tuple[Call, list[Draft]]:
    """Make a call that closes in so many seconds from the moment at which all drafts are there."""
    now = clock.now()
    call = make_call(opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=1))
    chance = random.Random(4)
    drafts = [_draft(call, number, chance) for number in range(people)]
    Call.objects.filter(pk=call.pk).update(closes_at=clock.now() + timedelta(seconds=seconds))
    call.refresh_from_db()
    return call, drafts


def _draft(call: Call, number: int, chance: random.Random) -> Draft:
    author, organisation = with_organisation(f"person{number}@example.org")
    sections = meter._sections(chance, paragraphs=chance.randint(7, 11))  # 1.3 to 1.9 pages
    page_limit.measure(sections)
    organisation_named = {**COMPLETE["organisation"], "name": f"Stadt {number}"}
    proposal = draft(call, author, description=sections, organisation=organisation_named)
    assert proposal.organisation == organisation
    version = Section.objects.get(proposal=proposal, key="description").version
    return Draft(str(proposal.public_id), _signed_in(author), sections, version)


def _signed_in(person: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return cast("str", session.session_key)
