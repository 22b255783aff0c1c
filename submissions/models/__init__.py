"""The nouns of the process, one file each."""

from submissions.models.call import Call, Theme
from submissions.models.country import CountryList, CountryListEntry
from submissions.models.deadline import DeadlineExtension
from submissions.models.event import PastEvent
from submissions.models.letter import LetterOfSupport
from submissions.models.municipality import Municipality
from submissions.models.organisation import Invitation, Membership, Organisation, Role
from submissions.models.privacy_text import PrivacyText
from submissions.models.proposal import Proposal
from submissions.models.section import Section, SectionKey, SectionRevision
from submissions.models.version import OfficialPdf, SubmittedVersion

__all__ = [
    "Call",
    "CountryList",
    "CountryListEntry",
    "DeadlineExtension",
    "Invitation",
    "LetterOfSupport",
    "Membership",
    "Municipality",
    "OfficialPdf",
    "Organisation",
    "PastEvent",
    "PrivacyText",
    "Proposal",
    "Role",
    "Section",
    "SectionKey",
    "SectionRevision",
    "SubmittedVersion",
    "Theme",
]
