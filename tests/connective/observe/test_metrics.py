"""Figures for a monitor."""

import re
from datetime import timedelta

import pytest
import yaml
from django.test import Client
from pytest_django.fixtures import Settings

from connective import clock
from connective.mail.models import Message
from connective.mail.queue import queue
from connective.mail.tasks import send
from connective.observe import metrics
from connective.observe.views import PATH
from connective.observe.warnings import warnings
from connective.site.models import SitePage
from submissions.tasks import finish_receipt, measure_description
from tests.connective.launch.installation import ROOT, command, services
from tests.servers.clamd import Scanner

pytestmark = pytest.mark.django_db


def test_without_a_token_the_page_does_not_exist(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/metriken/", headers={"Authorization": "Bearer "}).status_code == 404
    settings.METRICS_TOKEN = "offen"
    assert client.get("/metriken/").status_code == 404
    assert client.get("/metriken/", headers={"Authorization": "Bearer falsch"}).status_code == 404


def test_the_monitor_may_ask_a_web_server_by_its_address_and_without_tls(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN, settings.SECURE_SSL_REDIRECT = "offen", True
    inside = {"Host": "172.18.0.5:8000"}
    answer = client.get("/metriken/", headers=inside | {"Authorization": "Bearer offen"})
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert client.get("/metriken/", headers=inside).status_code == 400
    assert client.get("/", headers=inside | {"Authorization": "Bearer offen"}).status_code == 400


def test_the_example_for_prometheus_fits_the_installation(client: Client, settings: Settings, scanner: Scanner) -> None:
    settings.METRICS_TOKEN = "offen"
    client.get("/")
    metrics.beat()
    queue(occasion="x", kind="invitation", recipient="antrag@example.org", context={})
    told = client.get(PATH, headers={"Authorization": "Bearer offen"}).content.decode()
    scrape, alerts = re.findall(r"```yaml\n(.+?)```", (ROOT / "docs" / "operations.md").read_text(), re.DOTALL)
    (job,) = yaml.safe_load(scrape)["scrape_configs"]
    (found,) = job["dns_sd_configs"]
    assert (job["metrics_path"], found["type"]) == (PATH, "A")
    assert [services()[name]["environment"]["BIND"] for name in found["names"]] == [f"0.0.0.0:{found['port']}"]
    assert "front" in services()["web"]["networks"]
    assert command("web")[0] == "gunicorn"
    rules = yaml.safe_load(alerts)["groups"][0]["rules"]
    asked = {name for rule in rules for name in re.findall(r"portal_\w+", rule["expr"])}
    assert len(asked) > 5
    assert {name for name in asked if not re.search(rf"^{name}\b", told, re.MULTILINE)} == set()


def test_the_figures_tell_of_requests_mail_queue_and_beat(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "offen"
    client.get("/")
    metrics.beat()
    queue(occasion="x", kind="invitation", recipient="antrag@example.org", context={})
    Message.objects.update(queued_at=clock.now() - timedelta(seconds=90))
    text = client.get("/metriken/", headers={"Authorization": "Bearer offen"}).content.decode()
    assert 'portal_requests_seconds_count{method="GET",route="submissions:home",status="200"}' in text
    assert 'portal_messages{state="queued"} 1.0' in text
    figures = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert 90 <= float(figures["portal_oldest_message_seconds"]) < 100
    assert 0 <= float(figures["portal_last_beat_seconds"]) < 10
    assert figures["portal_queue_tasks"] == "0.0"
    assert "antrag@example.org" not in text


def test_tasks_of_every_priority_count_as_waiting() -> None:
    for task in (measure_description, send, finish_receipt):
        task.delay(0)
    assert metrics.tasks_waiting() == 3


def test_all_is_well_where_the_beat_beats_and_nothing_waits() -> None:
    metrics.beat()
    assert [text for text in warnings(clock.now()) if "Speicherplatz" not in text] == []


def test_the_office_is_told_of_a_silent_beat_and_of_mail_that_nobody_sends() -> None:
    queue(occasion="x", kind="invitation", recipient="antrag@example.org", context={})
    Message.objects.update(queued_at=clock.now() - timedelta(minutes=6))
    found = [text.split(":")[0] for text in warnings(clock.now()) if "Speicherplatz" not in text]
    assert found == [
        "1 E-Mail wartet seit über fünf Minuten, ohne dass jemand sie sendet",
        "Der Zeitgeber hat sich seit über fünf Minuten nicht gemeldet. Erinnerungen und E-Mails können liegen bleiben.",
    ]


def test_in_production_the_office_is_told_which_pages_still_have_gaps(settings: Settings) -> None:
    metrics.beat()
    SitePage.objects.exclude(key="legal").update(text="Fertig.", text_en="Done.")
    sentence = "Unter „Seiten“ sind noch Lücken zu füllen: Impressum."
    assert sentence not in warnings(clock.now())  # a demo has nothing else
    settings.PORTAL_MODE = "production"
    assert sentence in warnings(clock.now())
    SitePage.objects.update(text="Fertig.", text_en="Telephone: [please add the number]")
    assert any("Kontakt, Impressum, Datenschutz" in text for text in warnings(clock.now()))
    SitePage.objects.update(text_en="info[at]lindenfurt.de")
    assert not any("Seiten" in text for text in warnings(clock.now()))
