"""A database that ends and comes back in the middle of a batch: each letter goes out once, or is shown as uncertain."""

from pathlib import Path

import pytest
from django.db import connection

from connective import clock
from connective.launch.valkey import wait_until
from review.domain.letter_board import Fate
from review.domain.release_letters import release
from tests.review.letters.test_faults import batch_of, fates, let_time_pass
from tests.servers import celery_process
from tests.smtp import After, SmtpServer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no server that could restart"),
]

GAVE_UP = "raised unexpected: OperationalError"


def test_a_database_that_restarts_before_and_in_the_text_and_then_stays_away(
    smtp_server: SmtpServer, quiet_queue: str, tmp_path: Path
) -> None:
    from tests.servers import postgres

    world, log = batch_of(8), tmp_path / "worker.log"
    with postgres.used() as database:
        # The second letter: before its text. The third: while the mail server takes it over. The fifth: as the third,
        # and the worker gives up to write down what the mail server has said.
        smtp_server.will("RCPT", "", After(database.restart))
        smtp_server.will("TEXT", "", After(database.restart), "", After(database.stop))
        with celery_process.started(log, quiet_queue, DATABASE_URL=database.url) as worker:
            release(world.batch, actor=world.lead, at=clock.now())
            assert wait_until(lambda: len(smtp_server.received) == 4, 60), log.read_text()[-4000:]
            assert wait_until(lambda: log.read_text().count(GAVE_UP) >= 2, 60), log.read_text()[-4000:]
            database.start()
            connection.close()
            worker.finish()
        let_time_pass()
        assert fates(world, smtp_server) == {Fate.SENT: 7, Fate.UNCERTAIN: 1}
        assert len(smtp_server.received) == 8
