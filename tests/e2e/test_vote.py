"""A vote as office, chair and lead see it: prepared, opened, closed, a tie resolved, certified."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from connective import clock
from review.models import VotingRound
from tests.e2e.conftest import WIDTHS, Accessible, follow
from tests.review import voted

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_the_preparation_to_the_certified_result(enter: Callable[..., Page], accessible: Accessible) -> None:
    call, who = voted.call_with(4), voted.committee()
    voted.deputy_of(who.members[0])
    voted.shortlist_of(call, who.lead)
    office, chair, lead = enter(who.office), enter(who.chair), enter(who.lead)

    def look(page: Page, heading: str, state: str) -> None:
        for width in reversed(WIDTHS.values()):
            page.set_viewport_size({"width": width, "height": 900})
            accessible(page, heading, state)

    address = f"/verwaltung/review/abstimmung/{call.pk}/"
    office.goto(address)
    look(office, "Abstimmung", "nothing yet")
    follow(office.get_by_role("link", name="Abstimmung vorbereiten"))
    office.get_by_label("einfache Mehrheit", exact=False).check()
    office.get_by_label("Sitzung", exact=True).check()
    office.get_by_label("Zahl der Themen, die ausgewählt werden").fill("0")
    follow(office.get_by_role("button", name="Speichern"))
    look(office, "Abstimmung vorbereiten", "refused")
    office.get_by_label("Zahl der Themen, die ausgewählt werden").fill("2")
    office.get_by_label("Hinweis an die Mitglieder").fill("Bitte stimmen Sie bis Freitag ab.")
    follow(office.get_by_role("button", name="Speichern"))
    expect(office.get_by_role("heading", name="Wer abstimmen wird")).to_be_visible()
    look(office, "Abstimmung", "in preparation")

    follow(office.get_by_role("button", name="Abstimmung eröffnen"))
    expect(office.get_by_role("heading", name="Wer schon abgestimmt hat")).to_be_visible()
    for label in ("Vorsitz", "Mitglied1", "Mitglied2"):
        office.get_by_role("checkbox", name=label).check()
    follow(office.get_by_role("button", name="Anwesenheit festhalten"))
    expect(office.get_by_role("checkbox", name="Mitglied2")).to_be_checked()
    look(office, "Abstimmung", "open")
    chair.goto(address)
    look(chair, "Abstimmung", "open for the chair")

    round_ = VotingRound.objects.get()
    voted.vote(round_, {person: ["yes", "yes", "yes", "no"] for person in who.members[1:]})
    voted.vote(round_, {who.chair: ["yes", "no", "no", "recused"], who.members[0]: ["yes", "abstain", "abstain", "no"]})
    office.reload()
    follow(office.get_by_role("button", name="Abstimmung schließen"))
    expect(office.get_by_role("heading", name="Das fehlt noch")).to_be_visible()
    look(office, "Abstimmung", "a tie")
    chair.reload()
    look(chair, "Abstimmung", "casting vote")
    second, third = voted.topics(round_)[1:3]
    chair.get_by_label(f"Stelle von {second.proposal.reference}").fill("2")
    chair.get_by_label(f"Stelle von {third.proposal.reference}").fill("1")
    chair.get_by_label("Grund").fill("Das Thema ergänzt das erste.")
    follow(chair.get_by_role("button", name="Stichentscheid festhalten"))
    office.reload()
    look(office, "Abstimmung", "to be certified by another")
    lead.goto(address)
    follow(lead.get_by_role("button", name="Ergebnis feststellen"))
    expect(lead.get_by_text("Das Ergebnis ist festgestellt.")).to_be_visible()
    look(lead, "Abstimmung", "certified")


def test_a_lot_and_a_ruling_are_explained(enter: Callable[..., Page], accessible: Accessible) -> None:
    call, who = voted.call_with(3), voted.committee()
    now = clock.now()
    times = {"opens_at": now - timedelta(days=9), "closes_at": now - timedelta(days=2)}
    voted.closed(call, who)
    office, chair = enter(who.office), enter(who.chair)
    address = f"/verwaltung/review/abstimmung/{call.pk}/"

    office.goto(address)
    follow(office.get_by_role("button", name="Los ziehen"))
    expect(office.get_by_role("heading", name="So lässt sich das Los nachrechnen")).to_be_visible()
    for width in WIDTHS.values():
        office.set_viewport_size({"width": width, "height": 900})
        accessible(office, "Abstimmung", "lot")
    chair.goto(address)
    follow(chair.get_by_role("button", name="Ergebnis feststellen"))

    round_ = voted.prepared(call, who, rule=VotingRound.Rule.CHAIR, **times)
    VotingRound.objects.filter(pk=round_.pk).update(closes_at=now + timedelta(hours=1))
    office.goto(address)
    follow(office.get_by_role("button", name="Abstimmung eröffnen"))
    voted.vote(round_, {person: ["yes", "no", "abstain"] for person in who.voters})
    office.reload()
    follow(office.get_by_role("button", name="Abstimmung schließen"))
    chair.goto(address)
    for width in WIDTHS.values():
        chair.set_viewport_size({"width": width, "height": 900})
        accessible(chair, "Abstimmung", "ruling")
    chair.get_by_label("ausgewählt", exact=True).first.check()
    chair.get_by_label("Grund").fill("Das Thema passt am besten.")
    follow(chair.get_by_role("button", name="Entscheidung festhalten"))
    expect(chair.get_by_text("Die Entscheidung des Vorsitzes ist festgehalten.")).to_be_visible()
