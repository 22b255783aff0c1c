"""Two people edit the same row in the admin: the second is told, and overwrites nothing unseen."""

import hashlib
import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _


def mark(instance: Any) -> str:
    """Return a mark of the stored values of a row."""
    if instance.pk is None:
        return ""
    stored = type(instance)._default_manager.get(pk=instance.pk)
    values = json.dumps(model_to_dict(stored), cls=DjangoJSONEncoder, sort_keys=True, default=str)
    return hashlib.sha256(values.encode()).hexdigest()


class UnseenChangesForm(forms.ModelForm):  # type: ignore[type-arg]
    """A model form that carries the mark of the row it shows."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Mark the row as it is shown."""
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = mark(self.instance)

    def clean(self) -> dict[str, Any]:
        """Refuse to overwrite what another person saved in between; the typed values stay in the form."""
        cleaned = super().clean() or {}
        if self.instance.pk and cleaned.get("seen") != mark(self.instance):
            raise ValidationError(
                _(
                    "Diese Seite wurde inzwischen von jemand anderem geändert. Ihre Eingaben stehen noch hier, sind aber nicht "
                    "gespeichert. Öffnen Sie die Seite in einem zweiten Fenster, vergleichen Sie und laden Sie sie dann neu."
                )
            )
        return cleaned
