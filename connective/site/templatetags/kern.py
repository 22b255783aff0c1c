"""What the KERN template pack needs beyond crispy's own tags."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django import template
from django.forms import BaseForm, BoundField
from django.forms.formsets import BaseFormSet
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from connective.site.prose import to_html

register = template.Library()


@dataclass(frozen=True)
class ErrorLink:
    """One line of an error summary: `target` is the id of the field to mend, empty where no field is at fault."""

    target: str
    label: str
    message: str

    @property
    def text(self) -> str:
        """What the line says: which field, and how to put it right."""
        if not self.label:
            return self.message
        return (
            f"{self.label} {self.message}"
            if self.label.endswith(("?", "!"))
            else f"{self.label.rstrip('.:')}: {self.message}"
        )


@register.simple_tag
def error_links(*sources: object) -> list[ErrorLink]:
    """Return the lines of an error summary for bound forms and formsets, in the order of their fields.

    Anything that is neither a bound form nor a bound formset is passed over, so that a template may name a
    variable that a page does not set.
    """
    links: list[ErrorLink] = []
    for source in sources:
        if isinstance(source, BaseFormSet) and source.is_bound:
            links += _formset_links(source)
        elif isinstance(source, BaseForm) and source.is_bound:
            links += _form_links(source)
    return links


@register.filter
def first_control(field: BoundField) -> str:
    """Return the id of the control that a person reaches first: in a group of radios or boxes, the first of them."""
    return field.id_for_label or f"{field.auto_id}_0"


@register.filter
def prose(text: str) -> SafeString:
    """Return plain text with a little structure as HTML (`connective.site.prose`)."""
    return to_html(text)


def _form_links(form: BaseForm, prefix: str = "") -> Iterator[ErrorLink]:
    for message in form.non_field_errors():
        yield ErrorLink("", prefix, str(message))
    for field in _fields(form):
        for message in field.errors:
            target = "" if field.is_hidden else first_control(field)
            label = "" if field.is_hidden else f"{prefix}, {field.label}" if prefix else str(field.label)
            yield ErrorLink(target, label, str(message))


def _formset_links(formset: BaseFormSet) -> Iterator[ErrorLink]:  # type: ignore[type-arg]
    for message in formset.non_form_errors():
        yield ErrorLink("", "", str(message))
    for number, form in enumerate(formset.forms, start=1):
        yield from _form_links(form, _("Zeile %(number)d") % {"number": number})


def _fields(form: BaseForm) -> Iterable[BoundField]:
    return iter(form)
