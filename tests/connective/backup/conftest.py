"""A portal with something in it, a pair of keys, and PostgreSQL's own tools."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from django.conf import settings

from connective import clock
from connective.accounts.models import User
from connective.audit.chain import Head, head
from connective.backup import crypt
from submissions.domain import receipt
from submissions.domain.letter import take
from submissions.models import OfficialPdf
from tests.submissions.build import make_call, person, submitted


@dataclass(frozen=True)
class Portal:
    """What was in the portal when it was saved."""

    person: User
    official: OfficialPdf
    letter: str
    head: Head

    @property
    def documents(self) -> list[str]:
        """The names of its documents."""
        return sorted([str(self.official.file.name), self.letter])


@pytest.fixture(autouse=True)
def _tools(postgres_tools: None) -> None:
    """Let every test here find pg_dump."""


@pytest.fixture(autouse=True)
def _own_documents(tmp_path: Path, settings: object) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "documents")  # type: ignore[attr-defined]


@pytest.fixture
def portal(transactional_db: None) -> Portal:
    """A submitted proposal with official PDF, receipt in the queue, and a letter of support."""
    actor = person()
    proposal, version = submitted(make_call(), actor)
    official = receipt.finish(version.pk)
    pdf, data = pikepdf.new(), BytesIO()
    pdf.add_blank_page()
    pdf.save(data)
    letter = take(proposal, data.getvalue(), actor=actor, at=clock.now())
    return Portal(actor, official, str(letter.file.name), head())


@pytest.fixture
def key(tmp_path: Path, settings: object) -> Path:
    """The file with the private key; the public one is in the settings."""
    private, public = crypt.new_identity()
    settings.BACKUP_RECIPIENTS = [public]  # type: ignore[attr-defined]
    path = tmp_path / "backup.key"
    path.write_text(f"# public key: {public}\n{private}\n")
    return path


def stored(name: str) -> Path:
    """Return where a document lies."""
    return Path(settings.MEDIA_ROOT) / name
