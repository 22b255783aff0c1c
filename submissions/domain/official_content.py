"""A proposal's answers in the form that the official PDF prints."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from submissions.domain import form_sheet
from submissions.domain.official_pdf import City, Field, Group, OfficialContent
from submissions.domain.summary import Group as SummaryGroup
from submissions.domain.summary import cities, summary
from submissions.models import Proposal, SectionKey, SubmittedVersion

BEFORE_DESCRIPTION = (SectionKey.TOPIC, SectionKey.ORGANISATION, SectionKey.CONTACT)
AFTER_CITIES = (SectionKey.COMMITMENTS, SectionKey.HOSTING)


def official_content(
    proposal: Proposal, content: Mapping[str, Any], version: SubmittedVersion | None
) -> OfficialContent:
    """Return what the PDF of a submitted version shows, or that of the draft where `version` is None."""
    with translation.override("de"):
        groups = {group.key: Group(str(group.title), _fields(group)) for group in summary(proposal, content)}
        in_development = _("Entwicklungs- oder Schwellenland")
        proposed = tuple(
            City(city.country, city.city, city.contact, in_development if city.developing else "")
            for city in cities(proposal, content)
        )
        return OfficialContent(
            call_title=proposal.call.title,
            topic_title=str(content[SectionKey.TOPIC].get("title", "")),
            organisation=str(content[SectionKey.ORGANISATION].get("name", "")),
            opening=tuple(groups[key] for key in BEFORE_DESCRIPTION if groups[key].fields),
            description=form_sheet.description_of(content),
            cities=proposed,
            closing=tuple(groups[key] for key in AFTER_CITIES),
            draft=version is None,
            reference=version.reference if version else "",
            version=version.number if version else 1,
            received_at=version.received_at if version else None,
            content_sha256=version.content_sha256 if version else "",
            check_address=settings.SITE_URL + reverse("submissions:verify"),
        )


def _fields(group: SummaryGroup) -> tuple[Field, ...]:
    """Return the rows of a group as paper wants them: the address in one, and no row for what does not apply.

    The topic's title stands above the form sheet already.
    """
    rows = {row.field: Field(str(row.label), row.value, row.structured) for row in group.rows}
    if group.key == SectionKey.ORGANISATION:
        town = f"{rows.pop('postcode').value} {rows.pop('town').value}".strip()
        rows["street"] = Field(_("Anschrift"), ", ".join(part for part in (rows["street"].value, town) if part))
        if not rows["owning_municipality"].value:
            del rows["owning_municipality"]
    if group.key == SectionKey.TOPIC:
        del rows["title"]
        if not rows["themes"].value:
            del rows["themes"]
    return tuple(rows.values())
