"""The crispy template pack: every widget in use, with label, hint, error and the summary of errors."""

from html.parser import HTMLParser
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from crispy_forms.bootstrap import FieldWithButtons, FormActions, StrictButton
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout, Row, Submit
from crispy_forms.utils import render_crispy_form
from django import forms
from django.template import engines
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


class EveryWidget(forms.Form):
    """One field for each widget that the portal uses."""

    use_required_attribute = False
    name = forms.CharField(
        label="Name der Kommune", help_text="Wie im Briefkopf", widget=forms.TextInput({"autocomplete": "organization"})
    )
    kind = forms.ChoiceField(
        label="Art der Organisation",
        choices=[("m", "Kommune"), ("c", "Kommunales Unternehmen")],
        widget=forms.RadioSelect,
        help_text="Eines von beiden",
    )
    themes = forms.MultipleChoiceField(
        label="Themenfelder", choices=[("k", "Klima"), ("d", "Digitales")], widget=forms.CheckboxSelectMultiple
    )
    land = forms.ChoiceField(label="Land", choices=[("", "Bitte wählen"), ("05", "Nordrhein-Westfalen")])
    email = forms.EmailField(label="E-Mail-Adresse", widget=forms.EmailInput({"autocomplete": "email"}))
    phone = forms.CharField(
        label="Telefon", required=False, widget=forms.TextInput({"type": "tel", "autocomplete": "tel"})
    )
    website = forms.URLField(label="Internetseite", required=False, assume_scheme="https")
    number = forms.IntegerField(label="Anzahl", required=False)
    day = forms.DateField(label="Datum", required=False, widget=forms.DateInput({"type": "date"}))
    secret = forms.CharField(label="Kennwort", required=False, widget=forms.PasswordInput)
    text = forms.CharField(label="Hintergrund", widget=forms.Textarea({"rows": 4}), help_text="Worum geht es?")
    letter = forms.FileField(label="Schreiben", help_text="Als PDF")
    consent = forms.BooleanField(label="Ich stimme zu.", help_text="Sie können das widerrufen.")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Add a button, as pages do."""
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.add_input(Submit("save", "Speichern"))


class Elements(HTMLParser):
    """The elements of a piece of HTML, with their attributes."""

    def __init__(self, html: str) -> None:
        """Parse `html`."""
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the element."""
        self.found.append((tag, dict(attrs)))

    def with_id(self, name: str) -> dict[str, str | None]:
        """Return the attributes of the only element with that id."""
        (attributes,) = [attributes for _tag, attributes in self.found if attributes.get("id") == name]
        return attributes


def rendered(form: forms.Form) -> str:
    return str(render_crispy_form(form))


def empty() -> EveryWidget:
    return EveryWidget({"version": "1"})


def test_every_control_has_a_label_that_is_seen() -> None:
    parsed = Elements(rendered(EveryWidget()))
    labelled = {attributes["for"] for tag, attributes in parsed.found if tag == "label"}
    controls = {
        attributes["id"]
        for tag, attributes in parsed.found
        if tag in {"input", "select", "textarea"} and attributes.get("type") != "hidden"
    }
    assert labelled == controls
    assert not [
        tag for tag, attributes in parsed.found if tag == "label" and "kern-sr-only" in (attributes["class"] or "")
    ]


def test_groups_of_radios_and_boxes_have_their_label_as_a_legend() -> None:
    html = rendered(EveryWidget())
    assert html.count("<fieldset") == html.count("<legend") == 2


def test_what_is_not_needed_is_marked() -> None:
    html = rendered(EveryWidget())
    assert html.count("(freiwillig)") == 5
    assert 'for="id_phone">Telefon <span class="kern-label__optional">(freiwillig)</span>' in html
    assert 'for="id_name">Name der Kommune</label>' in html


def test_hints_and_errors_belong_to_their_control() -> None:
    parsed = Elements(rendered(empty()))
    assert parsed.with_id("id_name")["aria-describedby"] == "id_name_helptext id_name_error"
    assert parsed.with_id("id_name")["aria-invalid"] == "true"
    assert parsed.with_id("id_email")["aria-describedby"] == "id_email_error"
    assert parsed.with_id("id_kind")["aria-describedby"] == "id_kind_helptext id_kind_error"
    for described in ("id_name_helptext", "id_name_error", "id_kind_helptext", "id_kind_error", "id_consent_helptext"):
        parsed.with_id(described)


def test_an_error_has_an_icon_and_a_word_besides_its_colour() -> None:
    html = rendered(empty())
    assert 'class="kern-icon kern-icon--danger" aria-hidden="true"' in html
    assert '<span class="kern-sr-only">Fehler: </span>' in html


def test_autocomplete_and_other_attributes_of_widgets_pass_through() -> None:
    parsed = Elements(rendered(EveryWidget()))
    assert parsed.with_id("id_name")["autocomplete"] == "organization"
    assert parsed.with_id("id_phone")["type"] == "tel"
    assert parsed.with_id("id_text")["rows"] == "4"


def test_what_was_typed_is_shown_again() -> None:
    typed = {"name": "<b>Lindenfurt</b>", "kind": "c", "themes": ["d"], "land": "05", "text": "A & B", "version": "3"}
    html = rendered(EveryWidget(typed))
    parsed = Elements(html)
    assert parsed.with_id("id_name")["value"] == "<b>Lindenfurt</b>"
    assert "checked" in parsed.with_id("id_kind_1")
    assert "checked" not in parsed.with_id("id_kind_0")
    assert "checked" in parsed.with_id("id_themes_1")
    assert '<option value="05" selected>' in html
    assert "A &amp; B" in html
    assert "<b>Lindenfurt" not in html


def test_the_summary_links_every_error_to_its_field_and_a_group_to_its_first_choice() -> None:
    parsed = Elements(rendered(empty()))
    links = [attributes["href"] for tag, attributes in parsed.found if tag == "a"]
    assert links == [
        "#id_name",
        "#id_kind_0",
        "#id_themes_0",
        "#id_land",
        "#id_email",
        "#id_text",
        "#id_letter",
        "#id_consent",
    ]
    ids = {attributes.get("id") for _tag, attributes in parsed.found}
    assert {str(link)[1:] for link in links} <= ids


def test_the_summary_takes_the_focus_without_scripts_and_says_how_many_errors_there_are() -> None:
    html = rendered(empty())
    assert 'role="alert" tabindex="-1" autofocus' in html
    assert "Bitte berichtigen Sie 8 Angaben" in html
    assert "Name der Kommune: Dieses Feld ist zwingend erforderlich." in html
    assert "Ich stimme zu: Dieses Feld" in html


def test_a_form_without_errors_has_no_summary() -> None:
    assert "error-summary" not in rendered(EveryWidget())


def test_a_page_can_place_the_summary_itself() -> None:
    form = empty()
    form.helper.error_summary = False
    assert "error-summary" not in rendered(form)
    html = engines["django"].from_string('{% include "kern/error_summary.html" %}').render({"form": form})
    assert html.count("error-summary__list") == 1


def test_the_summary_names_the_row_of_a_formset() -> None:
    class City(forms.Form):
        country = forms.ChoiceField(label="Staat", choices=[("", "-"), ("KE", "Kenia")])

    rows = forms.formset_factory(City, extra=2, min_num=2, validate_min=True)(
        {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", "form-0-country": "KE"}
    )
    html = engines["django"].from_string('{% include "kern/error_summary.html" %}').render({"formset": rows})
    assert '<a class="kern-link kern-link--no-visited-state" href="#id_form-1-country">Zeile 2, Staat: ' in html


def test_layout_objects_are_rendered_in_kern() -> None:
    form = EveryWidget()
    form.helper.inputs = []
    form.helper.layout = Layout(
        Fieldset("Anschrift", Row("name", "land")),
        Div(FieldWithButtons("email", StrictButton("Suchen", css_class="kern-btn kern-btn--secondary"))),
        FormActions(Submit("next", "Weiter"), Submit("later", "Später", css_class="kern-btn--secondary")),
    )
    html = rendered(form)
    assert '<legend class="kern-heading-medium">Anschrift</legend>' in html
    assert 'class="form-row"' in html
    assert 'class="kern-input-group"' in html
    assert html.count("kern-btn--primary") == 1
    assert html.count('type="submit"') == 2


def test_formsets_are_rendered_with_their_management_form_as_blocks_and_as_a_table() -> None:
    class City(forms.Form):
        country = forms.CharField(label="Staat")

    rows = forms.formset_factory(City, extra=2)()
    helper = FormHelper()
    assert render_crispy_form(rows, helper).count("formset-row") == 2
    helper.template = "kern/table_inline_formset.html"
    table = render_crispy_form(rows, helper)
    assert "form-TOTAL_FORMS" in table
    assert table.count("<tr") == 3


def test_nothing_is_styled_or_scripted_inline() -> None:
    html = rendered(empty())
    for forbidden in ("style=", "<script", "onclick", "<style"):
        assert forbidden not in html


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("form", [EveryWidget(), empty()], ids=["blank", "with errors"])
def test_axe_finds_nothing_and_nothing_is_wider_than_320_pixels(
    page: Page, live_server: LiveServer, form: EveryWidget, scheme: Any
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto("/static/css/portal.css")
    page.set_content(
        '<!DOCTYPE html><html lang="de"><head><title>Formular</title>'
        f'<link rel="stylesheet" href="{live_server.url}/static/kern/fonts/fira-sans.css">'
        f'<link rel="stylesheet" href="{live_server.url}/static/kern/kern.min.css">'
        f'<link rel="stylesheet" href="{live_server.url}/static/css/portal.css"></head>'
        f'<body><main class="frame"><h1>Formular</h1>{rendered(form)}</main></body></html>'
    )
    page.wait_for_load_state("networkidle")
    assert Axe().run(page, options=AXE).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    too_small = page.evaluate(
        """[...document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a")]
             .filter(element => element.getBoundingClientRect().height < 24).map(element => element.outerHTML)"""
    )
    assert too_small == []
