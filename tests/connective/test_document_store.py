"""Documents in an S3-compatible store, over HTTP: the same rules as in a folder."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.management import CommandError, call_command
from moto.server import ThreadedMotoServer
from pytest_django import Settings

from connective.backup import crypt
from connective.environment import Environment, document_store
from submissions.domain import receipt
from submissions.models import OfficialPdf
from tests.submissions.build import make_call, person, submitted

BUCKET, KEY_ID, SECRET = "documents", "portal", "a-word-for-tests"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A store on this machine."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty bucket that the portal uses, as the environment says."""
    for name, value in {
        "DOCUMENTS_URL": f"s3://{BUCKET}/portal",
        "S3_ENDPOINT_URL": endpoint,
        "S3_REGION": "eu-central-1",
        "S3_ACCESS_KEY_ID": KEY_ID,
        "S3_SECRET_ACCESS_KEY": SECRET,
    }.items():
        monkeypatch.setenv(name, value)
    settings.STORAGES = settings.STORAGES | {"default": document_store(Environment())}
    client = boto3.resource(
        "s3", endpoint_url=endpoint, region_name="eu-central-1", aws_access_key_id=KEY_ID, aws_secret_access_key=SECRET
    )
    found = client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    yield found
    found.objects.all().delete()
    found.delete()


def test_a_document_is_kept_privately_in_the_folder_of_the_bucket(bucket: Any) -> None:
    name = default_storage.save("letters/a.pdf", ContentFile(b"%PDF-1.7"))
    assert [stored.key for stored in bucket.objects.all()] == [f"portal/{name}"]
    grants = bucket.Object(f"portal/{name}").Acl().grants
    assert all("AllUsers" not in str(grant) for grant in grants)
    with default_storage.open(name) as file:
        assert file.read() == b"%PDF-1.7"


def test_a_name_is_never_taken_twice(bucket: Any) -> None:
    first = default_storage.save("letters/a.pdf", ContentFile(b"one"))
    second = default_storage.save("letters/a.pdf", ContentFile(b"two"))
    assert first != second
    with default_storage.open(first) as file:
        assert file.read() == b"one"


def test_what_was_erased_is_missing_as_a_file_is(bucket: Any) -> None:
    name = default_storage.save("letters/a.pdf", ContentFile(b"one"))
    default_storage.delete(name)
    assert not default_storage.exists(name)
    with pytest.raises(FileNotFoundError):
        default_storage.open(name).read()


@pytest.mark.django_db
def test_the_official_pdf_lies_in_the_store_and_its_hash_holds(bucket: Any) -> None:
    _proposal, version = submitted(make_call(), person())
    made = receipt.finish(version.pk)
    assert isinstance(made, OfficialPdf)
    (stored,) = list(bucket.objects.all())
    assert stored.key == f"portal/{made.file.name}"
    assert hashlib.sha256(stored.get()["Body"].read()).hexdigest() == made.sha256
    call_command("verify_documents")
    stored.delete()
    with pytest.raises(CommandError, match="missing: official/"):
        call_command("verify_documents")


@pytest.mark.django_db(transaction=True)
def test_a_portal_with_a_store_is_saved_and_restored(
    bucket: Any, settings: Settings, tmp_path: Path, postgres_tools: None
) -> None:
    private, public = crypt.new_identity()
    settings.BACKUP_RECIPIENTS = [public]
    (tmp_path / "key").write_text(private)
    _proposal, version = submitted(make_call(), person())
    receipt.finish(version.pk)
    call_command("backup", str(tmp_path / "set.age"))
    bucket.objects.all().delete()
    call_command("restore", str(tmp_path / "set.age"), "--key", str(tmp_path / "key"), "--replace")
    assert len(list(bucket.objects.all())) == 1


def test_a_store_that_does_not_answer_is_an_error_soon(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCUMENTS_URL", f"s3://{BUCKET}")
    for name, value in {"S3_ENDPOINT_URL": "http://127.0.0.1:9", "S3_ACCESS_KEY_ID": "x"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("S3_SECRET_ACCESS_KEY", SECRET)
    settings.STORAGES = settings.STORAGES | {"default": document_store(Environment())}
    with pytest.raises(Exception, match="Could not connect"):
        storages["default"].exists("letters/a.pdf")
