/** Saves a score sheet by itself, and lets the digits 0 to 4 choose a score. Everything works without it. */

const SAVE_AFTER = 1200;
const RETRY_AFTER = 10_000;

const form = document.querySelector("#score-sheet[data-autosave]");

function autosave() {
  const status = document.querySelector("#autosave");
  const version = form.elements.namedItem("version");
  let timer = 0;
  let running = false;
  let dirty = false;
  let changed = false;
  let stopped = document.querySelector("#other") !== null;

  const say = (text) => {
    if (status.textContent !== text) status.textContent = text;
  };

  async function save() {
    if (running || stopped) return;
    running = true;
    changed = false;
    say(form.dataset.saving);
    try {
      const response = await fetch(form.getAttribute("action").split("#")[0], { // a button named "action" hides form.action
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        redirect: "error",
      });
      answer(response.status, await response.json().catch(() => null));
    } catch {
      again();
    } finally {
      running = false;
      if (changed && !stopped) schedule();
    }
  }

  function answer(code, facts) {
    if (facts?.state === "saved") {
      version.value = facts.version;
      dirty = changed;
      say(dirty ? form.dataset.unsaved : facts.message);
      return;
    }
    if (facts?.state === "conflict" || facts?.state === "closed") {
      stopped = true;
      say(form.dataset[facts.state]);
    } else if (facts?.state === "invalid") {
      say(form.dataset.invalid);
    } else if (code === 401 || code === 403 || code === 404) {
      stopped = true;
      say(form.dataset.signedOut);
    } else {
      again();
    }
  }

  function again() {
    say(form.dataset.failed);
    clearTimeout(timer);
    timer = setTimeout(save, RETRY_AFTER);
  }

  function schedule() {
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_AFTER);
  }

  form.addEventListener("input", () => {
    dirty = changed = true;
    if (stopped) return;
    say(form.dataset.unsaved);
    schedule();
  });
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault(); // a double click is one click
      return;
    }
    form.dataset.sent = "yes";
    clearTimeout(timer);
    stopped = true;
    dirty = false;
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload(); // the version in a page from the browser's memory is an old one
  });
  addEventListener("beforeunload", (event) => {
    if (dirty || running) event.preventDefault();
  });
}

/** A digit pressed inside of a criterion, but not in a text, chooses its score. */
function digits() {
  for (const criterion of form.querySelectorAll("[data-criterion]")) {
    criterion.addEventListener("keydown", (event) => {
      if (event.target.tagName === "TEXTAREA" || event.ctrlKey || event.altKey || event.metaKey) return;
      const radio = criterion.querySelector(`input[type="radio"][value="${CSS.escape(event.key)}"]`);
      if (!radio || radio.value.length !== 1) return;
      event.preventDefault();
      radio.checked = true;
      radio.focus();
      radio.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
}

if (form) {
  digits();
  autosave();
}

/** A double click is one click: the second would find a proposal that the first has closed. */
for (const once of document.querySelectorAll("form[data-submit-once]")) {
  once.addEventListener("submit", (event) => {
    if (once.dataset.sent) event.preventDefault();
    once.dataset.sent = "yes";
  });
}
document.querySelector("[role='alert'][autofocus]")?.focus();
