"""The morning after: what was promised, and what is there."""

import sys
import time
from collections import Counter
from statistics import median, quantiles

from submissions.domain.submit import content_of
from submissions.models import Call, Proposal, SectionRevision, SubmittedVersion
from tests.bench.table import Row, table
from tests.deadline_night.client import Record
from tests.deadline_night.people import Draft
from tests.smtp import SmtpServer

TARGET_MS = 500
"""p95 of autosave and submit."""


def wait_for_the_mails(post_office: SmtpServer, seconds: float) -> None:
    """Wait until every submitted version has its receipt by mail, or so long; the sweeper comes each minute."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and len(post_office.received) < SubmittedVersion.objects.count():
        time.sleep(1)
    time.sleep(5)  # a second receipt for the same would come now


def show(call: Call, drafts: list[Draft], record: Record, post_office: SmtpServer, speed: list[float]) -> int:
    """Print all figures; return 1 if one of them misses its limit."""
    rows = [*_times(record), *_kept(call, drafts, record), *_mails(post_office), *_processor(speed)]
    sys.stdout.write(f"{table(rows)}\n\nanswers\n")
    for (kind, status), count in sorted(record.answers.items()):
        sys.stdout.write(f"  {kind:<20}{status or 'no answer':>10}{count:>8}\n")
    return 0 if all(row.holds for row in rows) else 1


def _times(record: Record) -> list[Row]:
    rows = []
    for kind, times in record.times.items():
        if len(times) < 2:
            continue
        parts = quantiles([1000 * seconds for seconds in times], n=100, method="inclusive")
        limit = TARGET_MS if kind in {"autosave", "submit"} else None
        rows += [
            Row(f"{kind}: p50", parts[49], None, "ms"),
            Row(f"{kind}: p95", parts[94], limit, "ms"),
            Row(f"{kind}: p99", parts[98], None, "ms"),
        ]
    return rows


def _processor(speed: list[float]) -> list[Row]:
    """Return what a run must be judged by: the same calculation takes the longer the slower the machine is."""
    return [
        Row("a calculation: at best", 1000 * min(speed), None, "ms"),
        Row("a calculation: median", 1000 * median(speed), None, "ms"),
    ]


def _kept(call: Call, drafts: list[Draft], record: Record) -> list[Row]:
    versions = Counter(
        str(public_id) for public_id in SubmittedVersion.objects.values_list("proposal__public_id", flat=True)
    )
    closes = call.closes_at.timestamp()
    promised = {draft.public_id for draft in drafts if draft.submitted_by}
    server_errors = sum(n for (_kind, status), n in record.answers.items() if status >= 500)
    odd = sum(n for (_kind, status), n in record.answers.items() if status in {400, 404, 405, 413, 429})
    return [
        Row("people", len(drafts), None, ""),
        Row("submitted versions", sum(versions.values()), None, ""),
        Row("answered with a receipt, not there", len(promised - versions.keys()), 0, ""),
        Row("there, never answered", len(versions.keys() - promised), 0, ""),
        Row("submitted more than once", sum(count > 1 for count in versions.values()), 0, ""),
        Row(
            "received after the deadline",
            SubmittedVersion.objects.filter(received_at__gte=call.closes_at).count(),
            0,
            "",
        ),
        Row("clicks that got no answer at all", sum(draft.unanswered for draft in drafts), 0, ""),
        Row("clicked in time, refused as late", _refused(drafts, before=closes), 0, ""),
        Row("clicked late, refused", _refused(drafts, after=closes), None, ""),
        Row("autosaves answered 'saved', text lost", sum(_is_lost(draft) for draft in drafts), 0, ""),
        Row("answers with an error of the server", server_errors, 0, ""),
        Row("answers that make no sense here", odd, 0, ""),
        Row("connections that broke", sum(n for (_k, status), n in record.answers.items() if not status), None, ""),
    ]


def _refused(drafts: list[Draft], *, before: float = float("inf"), after: float = float("-inf")) -> int:
    return sum(after <= sent < before for draft in drafts for sent in draft.refused_at)


def _is_lost(draft: Draft) -> bool:
    """Tell whether the last text that was answered "saved" is neither there nor among the earlier versions."""
    if not draft.acknowledged:
        return False
    proposal = Proposal.objects.get(public_id=draft.public_id)
    earlier = SectionRevision.objects.filter(section__proposal=proposal, section__key="description")
    kept = [content_of(proposal)["description"], *earlier.values_list("content", flat=True)]
    wanted = draft.acknowledged["background"]
    return all(content.get("background", "").replace("\r\n", "\n") != wanted for content in kept)


def _mails(post_office: SmtpServer) -> list[Row]:
    sent = Counter(mail.recipients[0] for mail in post_office.received)
    proposals = SubmittedVersion.objects.values("proposal").distinct().count()
    return [
        Row("receipts by mail", sum(sent.values()), None, ""),
        Row("receipts that never came", proposals - len(sent), 0, ""),
        Row("receipts that came twice", sum(count > 1 for count in sent.values()), 0, ""),
    ]
