"""`manage.py verify_decisions`: do tallies and decisions still follow from roll, ballots and rule?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from review.domain import decision_chain
from review.domain.recount import recount
from review.models import Decision, VotingRound
from submissions.models import Call


class Command(BaseCommand):
    """Counts every vote again and recomputes every chain; the exit code is 1 if anything does not fit."""

    help = "Recompute tallies, lots and the chain of decisions from the ballots, and say where something does not fit."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one call, by its address in the portal."""
        parser.add_argument("--call", help="the address of one call in the portal, e.g. 2021")

    def handle(self, *_args: Any, call: str | None = None, **_options: Any) -> None:
        """Verify; raises CommandError (exit code 1) for an unknown call and for anything that does not fit."""
        calls = Call.objects.order_by("pk") if call is None else Call.objects.filter(slug=call)
        if call is not None and not calls:
            message = f"There is no call {call!r}."
            raise CommandError(message)
        faults = [f"{one.slug}: {fault}" for one in calls for fault in self._faults(one)]
        if faults:
            raise CommandError("\n".join(["DOES NOT FIT", *faults]))

    def _faults(self, call: Call) -> list[str]:
        """Return what does not fit in a call; print a line where all of it does."""
        rounds = VotingRound.objects.filter(call=call).order_by("number")
        faults = [f"vote {round_.number}: {fault}" for round_ in rounds for fault in recount(round_)]
        faults += decision_chain.verify(call)
        if not faults:
            count, head = Decision.objects.filter(call=call).count(), decision_chain.head(call) or "-"
            self.stdout.write(f"OK {call.slug}: {len(rounds)} votes, {count} decisions, head {head}")
        return faults
