"""Settings from the environment: typed, also from files, with a sentence for what is wrong."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from connective.environment import Environment, document_store


def test_a_value_can_come_from_a_file_without_the_line_break_at_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text("n3Wq-\n")
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "secret"))
    assert Environment().str("SECRET_KEY", default="") == "n3Wq-"


def test_a_database_from_a_file_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "url").write_text("postgresql://portal:word@postgres/portal\n")
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "url"))
    database = Environment().db_url("DATABASE_URL")
    assert (database["HOST"], database["PASSWORD"], database["NAME"]) == ("postgres", "word", "portal")


def test_a_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY_FILE", "/nowhere/secret")
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FILE names a file that cannot be read"):
        Environment().str("SECRET_KEY", default="")


def test_a_number_that_is_none_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", "einer")
    with pytest.raises(ImproperlyConfigured, match=r"TRUSTED_PROXIES must be a valid int\.") as caught:
        Environment().int("TRUSTED_PROXIES", default=1)
    assert "einer" not in str(caught.value)


@pytest.mark.parametrize(("word", "meant"), [("true", True), ("Yes", True), ("0", False), ("off", False)])
def test_yes_and_no_are_understood(word: str, meant: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEHIND_PROXY", word)
    assert Environment().bool("BEHIND_PROXY", default=not meant) is meant


@pytest.mark.parametrize("word", ["ture", "ja", ""])
def test_a_word_that_is_neither_yes_nor_no_is_not_taken_for_no(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEHIND_PROXY", word)
    with pytest.raises(ImproperlyConfigured, match="BEHIND_PROXY must be one of"):
        Environment().bool("BEHIND_PROXY", default=True)


@pytest.mark.parametrize("url", ["ftp://bucket", "s3:///folder", "bucket"])
def test_a_store_that_is_none_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCUMENTS_URL", url)
    with pytest.raises(ImproperlyConfigured, match="DOCUMENTS_URL must look like"):
        document_store(Environment())
