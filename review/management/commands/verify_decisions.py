"""`manage.py verify_decisions`: do tallies and decisions still follow from roll, ballots and rule?"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from review.domain import decision_chain, decision_file
from review.domain.decision_faults import faults_of
from review.models import Decision, VotingRound
from submissions.models import Call


class Command(BaseCommand):
    """Counts every vote again and recomputes every chain; the exit code is 1 if anything does not fit."""

    help = "Recompute tallies, lots and the chain of decisions from the ballots, and say where something does not fit."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one call, by its address in the portal; a file to write; or one to check without the database."""
        parser.add_argument("--call", help="the address of one call in the portal, e.g. 2021")
        parser.add_argument("--export", type=Path, help="write votes and decisions of the call to this file")
        parser.add_argument("--from", type=Path, dest="source", help="check such a file instead of the database")

    def handle(
        self,
        *_args: Any,
        call: str | None = None,
        export: Path | None = None,
        source: Path | None = None,
        **_options: Any,
    ) -> None:
        """Verify; raises CommandError (exit code 1) for anything that does not fit, and for what it cannot read."""
        if source is not None:
            self._answer(_faults_in(source))
            self.stdout.write(f"OK {source}")
            return
        calls = Call.objects.order_by("pk") if call is None else Call.objects.filter(slug=call)
        if call is not None and not calls:
            message = f"There is no call {call!r}."
            raise CommandError(message)
        if export is not None:
            if call is None:
                message = "--export needs --call."
                raise CommandError(message)
            export.write_text(decision_file.export(calls[0]), encoding="utf-8")
        self._answer([f"{one.slug}: {fault}" for one in calls for fault in self._faults(one)])

    def _answer(self, faults: list[str]) -> None:
        if faults:
            raise CommandError("\n".join(["DOES NOT FIT", *faults]))

    def _faults(self, call: Call) -> list[str]:
        """Return what does not fit in a call; print a line where all of it does."""
        faults = faults_of(call)
        if not faults:
            votes = VotingRound.objects.filter(call=call).count()
            count, head = Decision.objects.filter(call=call).count(), decision_chain.head(call) or "-"
            self.stdout.write(f"OK {call.slug}: {votes} votes, {count} decisions, head {head}")
        return faults


def _faults_in(source: Path) -> list[str]:
    """Return what does not fit in a file. Raises CommandError for one that cannot be read."""
    try:
        return decision_file.verify(source.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        message = f"{source} is no file that --export has written."
        raise CommandError(message) from fault
