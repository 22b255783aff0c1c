"""The nouns of the review, one file each."""

from review.models.assignment import Assignment
from review.models.ballot import NEEDS_REASON, Ballot, BallotChange, Choice
from review.models.comment import Comment
from review.models.country_override import CountryOverride
from review.models.criteria import Anchor, CriteriaSet, Criterion
from review.models.decision import CriterionFeedback, Decision, DecisionDraft, Outcome
from review.models.declaration import Declaration
from review.models.event_plan import EventPlan, OtherInterest, PlanTask
from review.models.formal_check import FormalCheck
from review.models.letter import AnswerLetter, Language, LetterBatch, LetterTemplate
from review.models.minutes import Minutes
from review.models.paper import CommitteePaper
from review.models.profile import ReviewerProfile
from review.models.review_settings import ReviewSettings
from review.models.role import ReviewRole
from review.models.roll import Attendance, Elector
from review.models.score_sheet import Score, ScoreSheet
from review.models.shortlist import Shortlist, ShortlistEntry, ShortlistSnapshot
from review.models.tally import Settlement, Tally, TopicTally
from review.models.voting_round import VotingRound, VotingTopic

__all__ = [
    "NEEDS_REASON",
    "Anchor",
    "AnswerLetter",
    "Assignment",
    "Attendance",
    "Ballot",
    "BallotChange",
    "Choice",
    "Comment",
    "CommitteePaper",
    "CountryOverride",
    "CriteriaSet",
    "Criterion",
    "CriterionFeedback",
    "Decision",
    "DecisionDraft",
    "Declaration",
    "Elector",
    "EventPlan",
    "FormalCheck",
    "Language",
    "LetterBatch",
    "LetterTemplate",
    "Minutes",
    "OtherInterest",
    "Outcome",
    "PlanTask",
    "ReviewRole",
    "ReviewSettings",
    "ReviewerProfile",
    "Score",
    "ScoreSheet",
    "Settlement",
    "Shortlist",
    "ShortlistEntry",
    "ShortlistSnapshot",
    "Tally",
    "TopicTally",
    "VotingRound",
    "VotingTopic",
]
