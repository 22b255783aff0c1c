"""The nouns of the review, one file each."""

from review.models.assignment import Assignment
from review.models.comment import Comment
from review.models.country_override import CountryOverride
from review.models.criteria import Anchor, CriteriaSet, Criterion
from review.models.declaration import Declaration
from review.models.formal_check import FormalCheck
from review.models.paper import CommitteePaper
from review.models.profile import ReviewerProfile
from review.models.review_settings import ReviewSettings
from review.models.role import ReviewRole
from review.models.score_sheet import Score, ScoreSheet
from review.models.shortlist import Shortlist, ShortlistEntry, ShortlistSnapshot

__all__ = [
    "Anchor",
    "Assignment",
    "Comment",
    "CommitteePaper",
    "CountryOverride",
    "CriteriaSet",
    "Criterion",
    "Declaration",
    "FormalCheck",
    "ReviewRole",
    "ReviewSettings",
    "ReviewerProfile",
    "Score",
    "ScoreSheet",
    "Shortlist",
    "ShortlistEntry",
    "ShortlistSnapshot",
]
