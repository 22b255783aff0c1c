"""The pages around the process, and the pages for when something goes wrong."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import IntegrityError, OperationalError
from django.http import FileResponse, HttpResponse, HttpResponseNotAllowed, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory
from django.urls import reverse

from connective import clock
from connective.accounts.models import User
from connective.site import health, views
from connective.site.models import SitePage
from connective.site.responses import explain_wrong_method, leave_out_body_of_head

KEYS = ["accessibility", "privacy", "legal", "contact"]


def test_head_is_answered_with_the_headers_of_get_and_no_body() -> None:
    def head(answer: HttpResponseBase) -> HttpResponseBase:
        return leave_out_body_of_head(lambda _request: answer)(RequestFactory().head("/"))

    page, stream, file = (
        head(HttpResponse("Text")),
        head(StreamingHttpResponse(iter(["Text"]))),
        head(FileResponse(io.BytesIO(b"Text"))),
    )
    assert [b"".join(answer) for answer in (page, stream, file)] == [b"", b"", b""]
    assert page.headers["Content-Length"] == file.headers["Content-Length"] == "4"
    assert isinstance(file, FileResponse)
    assert file.file_to_stream is None


@pytest.mark.django_db
def test_a_page_without_a_side_column_has_no_empty_region(client: Client) -> None:
    assert "<aside" not in client.get(reverse("submissions:verify")).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("key", KEYS)
def test_each_page_is_there_in_german_and_english_from_the_start(client: Client, key: str) -> None:
    german = client.get(reverse(f"site:{key}"))
    client.post(reverse("site:language"), {"language": "en", "next": "/"})
    english = client.get(reverse(f"site:{key}"))
    site_page = SitePage.objects.get(key=key)
    assert (german.status_code, english.status_code) == (200, 200)
    assert f'<h1 class="kern-heading-x-large">{site_page.title}</h1>' in german.content.decode()
    assert f'<h1 class="kern-heading-x-large">{site_page.title_en}</h1>' in english.content.decode()
    assert '<html lang="de">' in german.content.decode()
    assert '<html lang="en">' in english.content.decode()


@pytest.mark.django_db
def test_every_page_links_to_the_pages_around_it(client: Client) -> None:
    html = client.get("/").content.decode()
    for key in KEYS:
        assert f'href="{reverse(f"site:{key}")}"' in html


@pytest.mark.django_db
def test_what_the_office_writes_is_text_and_nothing_else(client: Client) -> None:
    SitePage.objects.filter(key="contact").update(text="<script>alert(1)</script>")
    html = client.get("/kontakt/").content.decode()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


@pytest.mark.django_db
def test_there_is_no_page_that_is_not_known() -> None:
    with pytest.raises(IntegrityError):
        SitePage.objects.create(key="other", title="x", title_en="x", text="x", text_en="x")


@pytest.mark.django_db
def test_the_way_back_after_a_change_of_language_is_local_only(client: Client) -> None:
    answer = client.post("/sprache/", {"language": "en", "next": "//evil.example.org/"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/"


@pytest.mark.django_db
def test_a_health_check_says_what_works_and_how_the_clocks_differ(client: Client) -> None:
    answer = client.get("/gesundheit/")
    assert answer.status_code == 200
    state = answer.json()
    assert state.pop("clock_skew_seconds") == pytest.approx(0, abs=2)
    assert state == {"database": "ok", "cache": "ok"}


@pytest.mark.django_db
def test_a_clock_that_is_wrong_is_reported(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) - timedelta(seconds=30))
    answer = client.get("/gesundheit/")
    assert answer.status_code == 503
    assert answer.json()["database"] == "clock differs"
    assert answer.json()["clock_skew_seconds"] == pytest.approx(30, abs=1)


@pytest.mark.django_db
def test_a_database_that_does_not_answer_is_reported(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> timedelta:
        raise OperationalError

    monkeypatch.setattr(health, "clock_skew", fails)
    answer = client.get("/gesundheit/")
    assert (answer.status_code, answer.json()["database"]) == (503, "unreachable")


@pytest.mark.django_db
def test_a_cache_that_is_down_is_reported_but_does_not_close_the_portal(client: Client, settings: Any) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "connective.cache.Cache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "OPTIONS": {"socket_connect_timeout": 1},
        }
    }
    answer = client.get("/gesundheit/")
    assert (answer.status_code, answer.json()["cache"]) == (200, "unreachable")


@pytest.mark.django_db
def test_an_unknown_address_says_so_and_leads_on(client: Client) -> None:
    answer = client.get("/gibt-es-nicht/")
    assert answer.status_code == 404
    assert "Diese Seite gibt es nicht" in answer.content.decode()
    assert f'href="{reverse("submissions:proposals")}"' in answer.content.decode()


@pytest.mark.django_db
def test_the_address_of_a_button_explains_itself(client: Client) -> None:
    answer = client.post("/kontakt/", HTTP_ACCEPT="text/html")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD"
    assert "Es wurde nichts geändert." in answer.content.decode()


def test_a_wrong_method_is_explained_only_to_those_who_read_pages(rf: RequestFactory) -> None:
    def refuse(_request: object) -> HttpResponse:
        return HttpResponseNotAllowed(["POST"])

    answer = explain_wrong_method(refuse)(rf.get("/", HTTP_ACCEPT="application/json"))
    assert (answer.status_code, answer.content) == (405, b"")


@pytest.mark.parametrize("too_big", [RequestDataTooBig(), TooManyFieldsSent()])
def test_a_request_that_is_too_big_has_a_page_of_its_own(rf: RequestFactory, too_big: Exception) -> None:
    answer = views.bad_request(rf.post("/"), too_big)
    assert answer.status_code == 413
    assert "Das ist zu groß" in answer.content.decode()


@pytest.mark.django_db
def test_a_form_of_more_than_three_megabytes_is_refused_with_that_page(client: Client) -> None:
    answer = client.post("/sprache/", {"language": "de", "next": "x" * (3 * 1024 * 1024)})
    assert answer.status_code in {400, 413}
    assert "Nothing was changed" in answer.content.decode()


def test_a_request_that_cannot_be_read_says_so_without_database_session_or_route(rf: RequestFactory) -> None:
    answer = views.bad_request(rf.get("/"), ValueError())
    assert answer.status_code == 400
    assert "Diese Anfrage konnten wir nicht lesen" in answer.content.decode()


def test_a_foreign_host_is_refused_with_that_page(client: Client) -> None:
    answer = client.get("/", HTTP_HOST="evil.example.org")
    assert answer.status_code == 400
    assert "Diese Anfrage konnten wir nicht lesen" in answer.content.decode()


def test_a_failure_shows_a_page_that_needs_nothing(rf: RequestFactory) -> None:
    answer = views.server_error(rf.get("/"))
    assert answer.status_code == 500
    assert "Was Sie gespeichert haben, ist nicht verloren." in answer.content.decode()


@pytest.mark.django_db
def test_scripts_need_a_nonce_everywhere_but_in_the_admin(client: Client) -> None:
    public = client.get("/kontakt/")
    assert "'strict-dynamic'" in public.headers["Content-Security-Policy"]
    assert "'nonce-" in public.headers["Content-Security-Policy"]
    client.force_login(User.objects.create_superuser(email="admin@example.org"))
    admin = client.get("/verwaltung/site/sitepage/")
    assert "script-src 'self';" in f"{admin.headers['Content-Security-Policy']};"
    for response in (public, admin):
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


@pytest.mark.django_db
def test_the_office_edits_the_texts_but_neither_adds_nor_deletes_pages(client: Client) -> None:
    client.force_login(User.objects.create_superuser(email="admin@example.org"))
    texts = {"title": "Kontakt", "title_en": "Contact", "text": "Neu.", "text_en": "New."}
    assert client.post("/verwaltung/site/sitepage/contact/change/", texts).status_code == 302
    assert "Neu." in client.get("/kontakt/").content.decode()
    assert client.get("/verwaltung/site/sitepage/add/").status_code == 403
    assert client.post("/verwaltung/site/sitepage/contact/delete/", {"post": "yes"}).status_code == 403


def test_json_is_not_touched(rf: RequestFactory) -> None:
    answer = explain_wrong_method(lambda _request: JsonResponse({"a": 1}))(rf.get("/"))
    assert answer.content == b'{"a": 1}'
