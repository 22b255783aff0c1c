"""Opening private documents for a person."""

from django.core.files import File
from django.db.models.fields.files import FieldFile
from django.http import Http404
from django.utils.translation import gettext as _


def opened(document: FieldFile) -> File[bytes]:
    """Open a document of the private storage. Raises Http404 for one that was erased when its time had come."""
    try:
        return document.open()
    except FileNotFoundError as gone:
        raise Http404(
            _("Diese Datei ist nicht mehr da: Sie wurde nach Ablauf der Aufbewahrungsfrist gelöscht.")
        ) from gone
