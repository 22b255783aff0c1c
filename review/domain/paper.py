"""The paper for the committee: asked for by a person, made in the background, opened by that person alone.

It holds what this person may see, so it is nobody else's; each member of the committee makes their own.
"""

import hashlib
import logging
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from connective import clock
from connective.accounts.models import User
from connective.audit.log import record
from connective.clock import BERLIN
from review.domain import paper_layout, ranking, similar_topics
from review.domain.balance import balance
from review.domain.errors import Closed, NotPermitted
from review.domain.paper_content import Topic, text, topics
from review.domain.paper_layout import Front, OverviewRow, Paper
from review.domain.roles import SEES_ALL, roles_of
from review.domain.shortlist_view import Place, View, view
from review.domain.visible import proposals_for
from review.models import CommitteePaper, Declaration, ReviewRole, Shortlist
from submissions.models import Proposal

logger = logging.getLogger(__name__)

TITLE = "Vorlage für den Steuerungskreis"
STALLED = timedelta(minutes=15)
"""A paper that is not ready by then was lost with its worker, and may be asked for again."""
FAILED = _("Die Vorlage konnte nicht erstellt werden. Bitte versuchen Sie es noch einmal oder melden Sie es.")


def request_paper(shortlist: Shortlist, *, actor: User, at: datetime) -> tuple[CommitteePaper, bool]:
    """Ask for a paper; return it and whether it is new: an impatient second click gets the first one's.

    The edge tells Celery (`review.tasks.make_paper`) about a new one. A fixed list is open to all roles but the auditor's,
    who writes nothing; one in work to the office. Raises NotPermitted.
    """
    roles = roles_of(actor)
    office = SEES_ALL - {ReviewRole.AUDITOR}
    if not roles or ReviewRole.AUDITOR in roles or (shortlist.state != Shortlist.State.FIXED and not roles & office):
        raise NotPermitted
    with transaction.atomic():
        Shortlist.objects.select_for_update().get(pk=shortlist.pk)
        running = CommitteePaper.objects.filter(
            shortlist=shortlist,
            requested_by=actor,
            requested_at__gt=at - STALLED,
            state__in=[CommitteePaper.State.QUEUED, CommitteePaper.State.MAKING],
        ).first()
        if running is not None:
            return running, False
        made = CommitteePaper.objects.create(
            shortlist=shortlist,
            requested_by=actor,
            requested_at=at,
            total=shortlist.entries.count() + paper_layout.STEPS,
        )
        record("paper.requested", actor=actor, subject=made, payload={"shortlist": shortlist.pk})
    return made, True


def make(paper_id: int) -> None:
    """Make a paper that was asked for; a second call changes nothing. Runs in Celery.

    Progress is committed step by step. Whatever goes wrong is written into the row, so that the page can say so.
    """
    states = CommitteePaper.State
    waiting = CommitteePaper.objects.filter(pk=paper_id, state__in=[states.QUEUED, states.MAKING])
    if not waiting.update(state=states.MAKING, done=0):
        return
    paper = CommitteePaper.objects.select_related("shortlist__call", "requested_by").get(pk=paper_id)
    try:
        data = _data(paper)
    except Exception:
        logger.exception("the paper %s could not be made", paper_id)
        with translation.override("de"):
            waiting.update(state=states.FAILED, error=str(FAILED))
        return
    digest = hashlib.sha256(data).hexdigest()
    paper.file.save("paper.pdf", ContentFile(data), save=False)
    with transaction.atomic():
        if waiting.update(
            state=states.READY, done=F("total"), file=paper.file.name, sha256=digest, made_at=clock.now(), error=""
        ):
            record("paper.made", actor=paper.requested_by, subject=paper, payload={"sha256": digest})


def may_open(user: User, paper: CommitteePaper) -> bool:
    """Say whether the person may open a paper: their own, unless a conflict was declared since it was asked for."""
    if paper.requested_by_id != user.pk or not roles_of(user) or paper.state != CommitteePaper.State.READY:
        return False
    later = Declaration.objects.filter(
        person=user,
        is_current=True,
        declared_at__gte=paper.requested_at,
        proposal__shortlist_entries__shortlist=paper.shortlist_id,
    )
    return not later.exclude(kind=Declaration.Kind.NONE).exists()


def file_name(paper: CommitteePaper) -> str:
    """Return the name under which a person saves the paper: call and list, and no names."""
    return f"vorlage-{paper.shortlist.call.slug}-{paper.shortlist.number}.pdf"


def single_file(user: User, proposal: Proposal, *, at: datetime) -> bytes:
    """Return one topic as a PDF of its own, with evidence, scores and the full proposal. Raises Closed."""
    with translation.override("de"), timezone.override(BERLIN):
        topic = topic_for(user, proposal)
        reference = topic.place.proposal.reference
        paper = Paper(f"{reference}: {topic.title}", text(proposal.call.title), _foot(user, at))
        return paper_layout.single(paper, topic, made_at=at)


def topic_for(user: User, proposal: Proposal) -> Topic:
    """Return what the paper says of one topic, as the person may see it. Raises Closed."""
    found = proposals_for(user, proposal.call).filter(pk=proposal.pk, may_read=True).first()
    if found is None:
        raise Closed
    own = ranking.for_person(user, found.call)
    row = own.rows_of([found.pk]).get(found.pk)
    place = Place(
        position=1,
        proposal=found,
        rank=row.rank if row else None,
        mean=row.mean if row else None,
        median=row.median if row else None,
        reviews=row.reviews if row else 0,
        best_rank=row.best_rank if row else None,
        worst_rank=row.worst_rank if row else None,
        deviation=(),
        instead_of=(),
        reason="",
    )
    return next(iter(topics(user, found.call, [place], own)))


def _data(paper: CommitteePaper) -> bytes:
    user, call = paper.requested_by, paper.shortlist.call

    def step() -> None:
        CommitteePaper.objects.filter(pk=paper.pk, done__lt=F("total")).update(done=F("done") + 1)

    similar_topics.compare_in_background(call)  # nothing, where it was done already
    with translation.override("de"), timezone.override(BERLIN):
        seen = view(user, paper.shortlist)
        own = ranking.for_person(user, call)
        found = list(topics(user, call, seen.places, own))
        CommitteePaper.objects.filter(pk=paper.pk).update(total=len(found) + paper_layout.STEPS)
        shared = Paper(TITLE, text(call.title), _foot(user, paper.requested_at))
        return paper_layout.lay_out(
            shared, _front(user, seen, found, own.alpha), found, made_at=paper.requested_at, step=step
        )


def _front(user: User, seen: View, found: list[Topic], alpha: float | None) -> Front:
    by_place = {topic.place.position: topic for topic in found}
    return Front(
        list_line=_list_line(seen),
        made_line=_made_line(user),
        rows=tuple(_overview_row(place, by_place.get(place.position)) for place in seen.places),
        agreement="" if alpha is None else f"Übereinstimmung der Bewertungen: Krippendorffs Alpha {_comma(alpha, 2)}",
        balance=balance(seen.shortlist.call, [place.proposal for place in seen.places]),
    )


def _overview_row(place: Place, topic: Topic | None) -> OverviewRow:
    closed = "" if topic else "Texte und Punkte sind noch nicht zugänglich: Die Erklärung zur Befangenheit fehlt."
    return OverviewRow(
        place=place.position,
        title=topic.title if topic else text(place.proposal.shown_title),
        organisation=topic.organisation if topic else text(place.proposal.shown_organisation),
        reference=text(place.proposal.reference),
        rank="–" if place.rank is None else str(place.rank),
        mean="–" if place.mean is None else _comma(place.mean, 1),
        note=closed or ("weicht von der Rangfolge ab" if place.deviation else ""),
    )


def _list_line(seen: View) -> str:
    number = len(seen.places)
    topics_shown = f"{number} Thema" if number == 1 else f"{number} Themen"
    if seen.frozen is None:
        return f"{seen.shortlist} (in Arbeit, noch nicht festgestellt): {topics_shown}"
    return f"{seen.shortlist}, festgestellt am {_day(seen.frozen.fixed_at)}: {topics_shown}"


def _made_line(user: User) -> str:
    return (
        f"Persönliche Vorlage für {text(user)}. Sie enthält, was diese Person sehen darf, und ist vertraulich: "
        "Bitte geben Sie sie nicht weiter."
    )


def _foot(user: User, at: datetime) -> str:
    return f"Für {text(user)}, Stand {_day(at)}"


def _comma(figure: float, decimals: int) -> str:
    return f"{figure:.{decimals}f}".replace(".", ",")


def _day(at: datetime) -> str:
    return date_format(timezone.localtime(at, BERLIN), "j. F Y, H:i") + " Uhr"
