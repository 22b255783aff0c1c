"""What the people of deadline night do: write, submit, click twice, come too late."""

import asyncio
import json
import random
import re
import time
from dataclasses import dataclass, field

from tests.deadline_night.client import Answer, Browser, Record

AUTOSAVE_SECONDS = 10
"""Between two changes of a person's text."""

TRY_AGAIN_SECONDS = 2
"""After which a person, or the page's script, tries again when the portal does not answer."""

SEAL = re.compile(r'name="seal" value="([^"]*)"')


@dataclass
class Draft:
    """A person's draft, and what the portal said about it."""

    public_id: str
    session: str
    sections: dict[str, str]
    version: int
    acknowledged: dict[str, str] = field(default_factory=dict)
    """The last text that was answered "saved"."""
    submitted_by: list[float] = field(default_factory=list)
    """When the clicks were sent that were answered with a receipt (seconds of the wall clock)."""
    refused_at: list[float] = field(default_factory=list)
    """When the clicks were sent that were refused as late."""
    unanswered: int = 0

    @property
    def address(self) -> str:
        """Return the beginning of all its addresses."""
        return f"/vorschlaege/{self.public_id}/"


class Person:
    """Writes in the description until it is time to submit."""

    def __init__(self, draft: Draft, port: int, record: Record, chance: random.Random) -> None:
        """Sit down at the draft."""
        self.draft = draft
        self._chance = chance
        self._port, self._record = port, record
        self._browser = Browser(port, draft.session, record)
        self._edits = 0

    async def write_until(self, end: float) -> None:
        """Change a word every ten seconds; the page saves and measures by itself, as its script does."""
        await asyncio.sleep(max(0.0, min(self._chance.uniform(0, AUTOSAVE_SECONDS), end - time.time())))
        while time.time() < end:
            begun = time.monotonic()
            self._change_a_word()
            await asyncio.sleep(0.6)  # the page's script measures first, and saves a little later
            await asyncio.gather(self._measure(begun), self._save_after(0.9, end))
            pause = AUTOSAVE_SECONDS - (time.monotonic() - begun)
            await asyncio.sleep(max(0.0, min(pause, end - time.time())))

    def _change_a_word(self) -> None:
        self._edits += 1
        words = self.draft.sections["background"].split(" ")
        words[self._chance.randrange(len(words))] = f"Wort{self._edits}"
        self.draft.sections["background"] = " ".join(words)

    async def _save_after(self, seconds: float, end: float) -> None:
        await asyncio.sleep(seconds)
        await self._save(end)

    async def _save(self, end: float) -> None:
        typed = dict(self.draft.sections)
        while True:
            data = {**typed, "version": str(self.draft.version)}
            answer = await self._browser.post("autosave", f"{self.draft.address}description/", data, by_itself=True)
            if answer.status == 200:
                self.draft.version = json.loads(answer.body)["version"]
                self.draft.acknowledged = typed
                return
            if answer.status == 409:
                # The first try was saved although its answer never came: the page shows both texts, and goes on.
                await self._read_the_version()
            elif answer.status != 0 and answer.status < 500:
                return
            if time.time() >= end:
                return
            await asyncio.sleep(TRY_AGAIN_SECONDS)

    async def _read_the_version(self) -> None:
        page = await self._browser.get("open the task", f"{self.draft.address}description/")
        found = re.search(r'name="version" value="(\d+)"', page.body)
        if found:
            self.draft.version = int(found[1])

    async def _measure(self, begun: float) -> None:
        other = Browser(self._port, self.draft.session, self._record)  # browsers open a second connection for it
        for wait in (1, 2, 4, 8):  # as the page's script asks again
            answer = await other.post("page meter", f"{self.draft.address}umfang/", self.draft.sections)
            pause = max(wait, answer.retry_after)
            # The next change of the text asks anew.
            if answer.status != 202 or time.monotonic() - begun + pause > AUTOSAVE_SECONDS:
                break
            await asyncio.sleep(pause)
        other.close()

    async def submit(self, at: float, *, clicks: int = 1, tabs: int = 1) -> None:
        """Open the check page and send at `at`: with so many clicks at once, in so many tabs."""
        await asyncio.sleep(max(0.0, at - 3 - time.time()))
        browsers = [self._browser, *(Browser(self._port, self.draft.session, self._record) for _ in range(tabs - 1))]
        await asyncio.gather(*(self._submit_in(browser, at, clicks) for browser in browsers))

    async def _submit_in(self, browser: Browser, at: float, clicks: int) -> None:
        seal = await self._seal(browser)
        await asyncio.sleep(max(0.0, at - time.time()))
        others = [Browser(self._port, self.draft.session, self._record) for _ in range(clicks - 1)]
        await asyncio.gather(*(self._click(one, seal) for one in (browser, *others)))

    async def _seal(self, browser: Browser) -> str:
        for _try in range(30):
            page = await browser.get("check page", f"{self.draft.address}pruefen/")
            if found := SEAL.search(page.body):
                return found[1]
            if page.status not in (0, 502, 503):
                return ""  # submitted in the other tab: the page has no button any more
            await asyncio.sleep(TRY_AGAIN_SECONDS)
        return ""

    async def _click(self, browser: Browser, seal: str) -> None:
        data = {"seal": seal, "consent": "1"}
        for _try in range(30):
            sent = time.time()
            answer = await browser.post("submit", f"{self.draft.address}einreichen/", data)
            if answer.status != 0 and answer.status < 500:
                self._note(answer, sent)
                if answer.status == 302:
                    await browser.get("receipt page", answer.location)
                return
            await asyncio.sleep(TRY_AGAIN_SECONDS)
        self.draft.unanswered += 1

    def _note(self, answer: Answer, sent: float) -> None:
        if answer.status == 302:
            self.draft.submitted_by.append(sent)
        elif answer.status == 403:
            self.draft.refused_at.append(sent)
