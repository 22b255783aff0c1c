"""Which proposal a reviewer turns to next."""

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from connective.accounts.models import User
from review.domain.review_settings import settings_of
from review.domain.visible import proposals_for
from review.models import FormalCheck, ScoreSheet
from submissions.models import Call, Proposal


def next_proposal(user: User, call: Call, *, after: Proposal | None = None) -> Proposal | None:
    """Return the proposal that this person should score next, or None when all is done.

    Of what is assigned to them and not submitted it is the one that all score first, if it is still open, else the one
    with the fewest submitted reviews, one already begun first among equals, then by reference. `after` is put last: who
    saves an unfinished sheet wants another one.
    """
    anchor = settings_of(call).anchor_proposal_id
    in_force = ScoreSheet.objects.filter(version=OuterRef("version_in_force"))
    submitted = in_force.filter(state=ScoreSheet.State.SUBMITTED).order_by().values("version")
    not_eligible = FormalCheck.objects.filter(
        proposal=OuterRef("pk"), is_current=True, result=FormalCheck.Result.NOT_ELIGIBLE
    )
    waiting = list(
        proposals_for(user, call)
        .filter(~Exists(not_eligible), is_assigned=True, own_sheet_submitted=False)
        .annotate(
            reviews=Coalesce(
                Subquery(submitted.annotate(number=Count("pk")).values("number"), output_field=IntegerField()), 0
            ),
            is_begun=Exists(in_force.filter(reviewer=user)),
        )
        .order_by("reviews", F("is_begun").desc(), "reference")
    )
    skipped = after.pk if after is not None else None
    ordered = sorted(waiting, key=lambda proposal: (proposal.pk == skipped, proposal.pk != anchor))
    return ordered[0] if ordered else None
