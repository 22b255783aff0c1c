"""The one queryset that every list, page, export, paper, search, autocomplete and count of the review starts from.

Who sees what (the source is the brief of the review, decided further in docs/decisions/review-visibility.md):

- office, lead and auditor: every proposal with a version in force; committee, chair and deputies: what is assigned to
  them, what stands on the fixed shortlist of the call, and what they are on the roll to vote on; anybody else: nothing;
- a current conflict of interest closes a proposal to whoever declared it, in every role;
- texts and scores open with the declaration "no conflict"; the auditor takes no part and needs none;
- a person to whom a proposal is assigned sees the others' scores after their own sheet is submitted;
- without names (blind), a person to whom it is assigned sees organisation, contact and places after that, too.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Replace, Trim
from django_stubs_ext import WithAnnotations

from connective.accounts.models import User
from review.domain.roles import SEES_ALL, roles_of
from review.models import (
    Assignment,
    Comment,
    Declaration,
    ReviewRole,
    ScoreSheet,
    Shortlist,
    ShortlistEntry,
    VotingTopic,
)
from submissions.models import Call, Proposal

MASK = "[…]"
"""Stands where blind mode hides a name."""

KINDS_OF_PLACE = (
    "Landeshauptstadt ",
    "Hansestadt ",
    "Universitätsstadt ",
    "Kreisstadt ",
    "Stadt ",
    "Gemeinde ",
    "Landkreis ",
    "Kreis ",
    "Markt ",
)
"""What stands before a place's own name, which is hidden without it, too."""


class Rights(TypedDict):
    """What `proposals_for` puts on a proposal."""

    reader: int
    my_declaration: str | None
    is_assigned: bool
    own_sheet_submitted: bool
    may_read: bool
    may_see_scores: bool
    identity_hidden: bool
    shown_title: str
    shown_organisation: str
    shown_land: str


if TYPE_CHECKING:
    SeenProposal = WithAnnotations[Proposal, Rights]
else:
    SeenProposal = Proposal
"""A proposal with what one person may see of it."""


def proposals_for(user: User, call: Call | None = None) -> QuerySet[SeenProposal]:
    """Return the proposals that exist for a person, of one call or of all, by reference.

    Each carries what the person may see of it:
    `reader` (their key, so that an object fetched for one person opens nothing to another), `my_declaration` (kind or
    None), `is_assigned`, `own_sheet_submitted`, `may_read` (texts), `may_see_scores` (those of others),
    `identity_hidden` (blind mode), and for lists, search and sorting only `shown_title`, `shown_organisation` and
    `shown_land`.
    """
    roles = roles_of(user)
    if not roles:
        return _with_rights(Proposal.objects.none(), user, roles)
    seen = Proposal.objects.exclude(version_in_force=None).filter(~Exists(_declarations(user).exclude(kind=_NONE)))
    if call is not None:
        seen = seen.filter(call=call)
    if not roles & SEES_ALL:
        voted_on = VotingTopic.objects.filter(proposal=OuterRef("pk"), round__roll__person=user)
        seen = seen.filter(Q(Exists(_assignments(user))) | Q(Exists(_fixed_entries())) | Q(Exists(voted_on)))
    return _with_rights(seen, user, roles).select_related("call", "version_in_force").order_by("reference")


def search(proposals: QuerySet[SeenProposal], text: str) -> QuerySet[SeenProposal]:
    """Return the proposals in which all words of `text` occur, in what the person sees of them in a list."""
    for word in text.split():
        proposals = proposals.filter(
            Q(reference__icontains=word) | Q(shown_title__icontains=word) | Q(shown_organisation__icontains=word)
        )
    return proposals


def may_read(user: User, proposal: Proposal) -> bool:
    """Say whether the person may read the texts (asks the database)."""
    return proposals_for(user).filter(pk=proposal.pk, may_read=True).exists()


def may_see_scores(user: User, proposal: Proposal) -> bool:
    """Say whether the person may see the submitted sheets of others (asks the database)."""
    return proposals_for(user).filter(pk=proposal.pk, may_see_scores=True).exists()


def own_sheets(user: User, call: Call | None = None) -> QuerySet[ScoreSheet]:
    """Return the person's own sheets; one about a proposal that has become closed to them is closed as well."""
    return _sheets(call).filter(
        reviewer=user, version__proposal__in=proposals_for(user, call).filter(may_read=True).values("pk")
    )


def sheets_for(user: User, call: Call | None = None) -> QuerySet[ScoreSheet]:
    """Return all sheets that a person may read: their own, and those of others that are submitted and open to them.

    Sheets of earlier versions are among them; what counts for the ranking is `counted_sheets_for`.
    """
    visible = proposals_for(user, call)
    own = Q(reviewer=user, version__proposal__in=visible.filter(may_read=True).values("pk"))
    others = Q(state=_SUBMITTED, version__proposal__in=visible.filter(may_see_scores=True).values("pk"))
    return _sheets(call).filter(own | others)


def counted_sheets(call: Call) -> QuerySet[ScoreSheet]:
    """Return the sheets that count: submitted, for the version in force, by somebody without a current conflict."""
    conflict = Declaration.objects.filter(
        proposal=OuterRef("version__proposal"), person=OuterRef("reviewer"), is_current=True
    ).exclude(kind=_NONE)
    return _sheets(call).filter(~Exists(conflict), state=_SUBMITTED, version=F("version__proposal__version_in_force"))


def counted_sheets_for(user: User, call: Call) -> QuerySet[ScoreSheet]:
    """Return the sheets that count and whose scores the person may see: what a ranking for them is made of."""
    return counted_sheets(call).filter(
        version__proposal__in=proposals_for(user, call).filter(may_see_scores=True).values("pk")
    )


def comments_for(user: User, proposal: Proposal) -> QuerySet[Comment]:
    """Return the conversation about a proposal; it tells about scores, so it opens together with them."""
    return Comment.objects.filter(
        proposal__in=proposals_for(user).filter(pk=proposal.pk, may_see_scores=True).values("pk")
    ).select_related("author")


_NONE = Declaration.Kind.NONE
_SUBMITTED = ScoreSheet.State.SUBMITTED


def _with_rights(proposals: QuerySet[Proposal], user: User, roles: frozenset[ReviewRole]) -> QuerySet[SeenProposal]:
    """Put on each proposal what this person may see of it."""
    is_auditor = ReviewRole.AUDITOR in roles
    submitted = ScoreSheet.objects.filter(version=OuterRef("version_in_force"), reviewer=user, state=_SUBMITTED)
    after_own = Q(is_assigned=False) | Q(own_sheet_submitted=True)
    read = Q(my_declaration=_NONE)
    hidden = Q(call__review_settings__blind=True) & ~after_own
    everything, nothing = Value(True), Value(False)
    return (
        proposals.annotate(
            reader=Value(user.pk),
            my_declaration=Subquery(_declarations(user).values("kind")[:1], output_field=CharField()),
            is_assigned=Exists(_assignments(user)),
            own_sheet_submitted=Exists(submitted),
        )
        .annotate(
            may_read=everything if is_auditor else _is_true(read),
            may_see_scores=everything if is_auditor else _is_true(read & after_own),
            identity_hidden=nothing if is_auditor else _is_true(hidden),
        )
        .annotate(
            shown_title=_unless_hidden(F("title"), _masked_title()),
            shown_organisation=_unless_hidden(F("organisation_name")),
            shown_land=_unless_hidden(F("land")),
        )
    )


def _is_true(condition: Q) -> Case:
    """Return the condition as true or false, never NULL."""
    return Case(
        When(condition, then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )


def _unless_hidden(field: Any, instead: Any = Value("")) -> Case:  # noqa: B008  (an immutable expression)
    return Case(When(identity_hidden=True, then=instead), default=field, output_field=CharField())


def _masked_title() -> Any:
    """Return the title without the organisation's name, in full and without the kind of place before it."""
    name: Any = F("organisation_name")
    core = name
    for kind in KINDS_OF_PLACE:
        core = Replace(core, Value(kind), Value(""))
    own_name: Any = Trim(core)
    title = Replace(F("title"), name, Value(MASK))
    return ExpressionWrapper(Replace(title, own_name, Value(MASK)), output_field=CharField())


def _declarations(user: User) -> QuerySet[Declaration]:
    return Declaration.objects.filter(proposal=OuterRef("pk"), person=user, is_current=True)


def _assignments(user: User) -> QuerySet[Assignment]:
    return Assignment.objects.filter(proposal=OuterRef("pk"), reviewer=user)


def _fixed_entries() -> QuerySet[ShortlistEntry]:
    """Return the entries of a proposal on the newest fixed shortlist of its call."""
    fixed = Shortlist.State.FIXED
    newer = Shortlist.objects.filter(
        call=OuterRef("shortlist__call"), state=fixed, number__gt=OuterRef("shortlist__number")
    )
    return ShortlistEntry.objects.filter(~Exists(newer), proposal=OuterRef("pk"), shortlist__state=fixed)


def _sheets(call: Call | None) -> QuerySet[ScoreSheet]:
    sheets = ScoreSheet.objects.select_related("reviewer", "version", "criteria_set")
    return sheets if call is None else sheets.filter(version__proposal__call=call)


SHOWN: Sequence[str] = ("reference", "shown_title", "shown_organisation", "shown_land")
"""The columns by which a list may be searched, sorted and filtered."""
