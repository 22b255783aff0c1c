"""The register of personal data knows every text that the portal keeps."""

from django.apps import apps
from django.db import models

from connective.privacy.register import register, rules

TEXTS = (models.CharField, models.TextField, models.JSONField, models.FileField, models.GenericIPAddressField)

NO_PERSON = {
    "account.emailconfirmation": {"key"},
    "audit.entry": {"action", "actor_mark", "subject_type", "subject_id", "payload", "previous_hash", "hash"},
    "mail.message": {"occasion", "kind", "language", "message_id"},
    "mail.attachedfile": {"storage_name", "filename", "content_type", "sha256"},
    "site.sitepage": {"title", "title_en", "text", "text_en"},
    # The contact that a call names is the office's own, and public.
    "submissions.call": {
        "title",
        "title_en",
        "slug",
        "reference_prefix",
        "contact",
        "contact_email",
        "introduction",
        "introduction_en",
        "after_closing",
        "after_closing_en",
        "privacy_text",
        "privacy_version",
    },
    "submissions.theme": {"name", "name_en"},
    "submissions.countrylist": {"name", "source"},
    "submissions.countrylistentry": {"iso2", "group"},
    "submissions.deadlineextension": {"reason"},
    "submissions.pastevent": {"host", "topic", "source"},
    "submissions.letterofsupport": {"sha256"},
    "submissions.municipality": {"ags", "name", "kind", "search_name"},
    # An organisation is no person.
    "submissions.organisation": {"name"},
    "submissions.proposal": {"reference", "title", "organisation_name", "land", "language"},
    "submissions.privacytext": {"version", "text"},
    "submissions.submittedversion": {"reference", "content_sha256", "privacy_version"},
    "submissions.officialpdf": {"sha256", "signature"},
    "review.countryoverride": {"iso2", "reason"},
    "review.criteriaset": {"reason"},
    "review.criterion": {"key", "label", "label_en", "question", "question_en"},
    "review.anchor": {"text", "text_en"},
    "review.decisiondraft": {"final_title"},
    "review.decision": {"final_title", "previous_sha256", "sha256"},
    "review.eventplan": {"title", "venue", "co_organisers"},
    "review.plantask": {"title"},
    "review.lettertemplate": {"subject", "body"},
    "review.answerletter": {"resend_reason", "subject", "sha256", "bounce_reason"},
    "review.minutes": {"sha256", "chain_head"},
    "review.committeepaper": {"file", "sha256", "error"},
    "review.shortlist": {"reason"},
    "review.shortlistentry": {"deviation_reason"},
    "review.shortlistsnapshot": {"sha256"},
    "review.tally": {"sha256"},
    "review.settlement": {"seed"},
    "review.votinground": {"note"},
    "admin.logentry": {"object_id"},
    "auth.permission": {"name", "codename"},
    "auth.group": {"name"},
    "contenttypes.contenttype": {"app_label", "model"},
    "sessions.session": {"session_key"},
    # The identity provider stands in the settings; its tokens and what it says of people are not kept.
    "socialaccount.socialaccount": {"provider", "extra_data"},
    "socialaccount.socialapp": {"provider", "provider_id", "name", "client_id", "secret", "key", "settings"},
    "socialaccount.socialtoken": {"token", "token_secret"},
}
"""What holds no data of persons, or only those of the office in its public role."""


def _texts() -> set[str]:
    """Return all fields of the portal that hold text or files, choices apart."""
    return {
        f"{model._meta.label_lower}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, TEXTS) and not field.choices
    }


def test_each_text_of_each_table_is_either_registered_or_known_to_hold_no_person() -> None:
    without = {f"{model}.{name}" for model, names in NO_PERSON.items() for name in names}
    registered = {one.field for one in register()}
    assert registered & without == set()
    assert _texts() - registered - without == set()
    assert without - _texts() == set()


def test_the_register_names_each_field_once_with_reason_and_retention() -> None:
    entries = list(register())
    assert len({one.field for one in entries}) == len(entries)
    assert [one.field for one in entries if not (str(one.content) and str(one.reason) and str(one.retention))] == []
    for one in entries:
        label, _dot, name = one.field.rpartition(".")
        assert apps.get_model(label)._meta.get_field(name), one.field


def test_the_rules_have_names_of_their_own() -> None:
    names = [rule.name for rule in rules()]
    assert len(set(names)) == len(names) > 5
