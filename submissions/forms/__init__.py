"""Forms of the submission process: they take input and say how to put it right; rules live in the domain."""

from submissions.forms.cities import CitiesForm
from submissions.forms.letter import LetterForm
from submissions.forms.section import SectionForm, form_for

__all__ = ["CitiesForm", "LetterForm", "SectionForm", "form_for"]
