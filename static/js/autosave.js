/** Saves a form by itself a while after the last key, and keeps whoever leaves from losing what is not saved yet.
 *
 * The server answers JSON with `state`: "saved" (with the new `version` and a `message`), "conflict", "closed" or "invalid".
 * The sentences for all that stand in `data-` attributes of the form, and are said in `#autosave`.
 */

const RETRY_AFTER = 10_000;
const GIVE_UP_AFTER = 5000;

/** What the server would store: the form without its files. */
export function typed(form) {
  const data = new FormData(form);
  for (const [name, value] of [...data.entries()]) {
    if (value instanceof File) data.delete(name);
  }
  return data;
}

/** Typed before the script came, or put back by the browser. */
export function typedBefore(field) {
  if (["hidden", "file"].includes(field.type) || field.defaultValue === undefined) return false;
  return field.matches("[type=checkbox], [type=radio]")
    ? field.checked !== field.defaultChecked
    : field.value.replaceAll("\r\n", "\n") !== field.defaultValue.replaceAll("\r\n", "\n");
}

/** Save `form` by itself, `after` milliseconds after the last change.
 *
 * `because` says why the page shows what is not saved: "" (it is), "conflict" (a person decides first), "parked" (save it now)
 * or another reason (a button saves it).
 */
export function autosave(form, { after, because = "" }) {
  const status = document.querySelector("#autosave");
  const version = form.elements.namedItem("version");
  let timer = 0;
  let running = null;
  let pressed = null;
  let dirty = because !== "";
  let changed = false;
  let stopped = because === "conflict";

  const say = (text) => {
    if (status.textContent !== text) status.textContent = text;
  };

  async function save() {
    if (running || stopped) return;
    running = new AbortController();
    dirty = changed = false;
    say(form.dataset.saving);
    try {
      const response = await fetch(form.getAttribute("action").split("#")[0], { // a button named "action" hides form.action
        method: "POST",
        body: typed(form),
        headers: { Accept: "application/json" },
        redirect: "error",
        signal: running.signal,
      });
      answer(response.status, await response.json().catch(() => null));
    } catch {
      again();
    } finally {
      running = null;
      if (pressed) form.requestSubmit(pressed);
      else if (changed && !stopped) schedule();
    }
  }

  function answer(code, facts) {
    if (facts?.state === "saved") {
      version.value = facts.version;
      say(dirty ? form.dataset.unsaved : facts.message);
      return;
    }
    dirty = true;
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
    dirty = true;
    say(form.dataset.failed);
    clearTimeout(timer);
    timer = setTimeout(save, RETRY_AFTER);
  }

  function schedule() {
    clearTimeout(timer);
    timer = setTimeout(save, after);
  }

  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    dirty = changed = true;
    if (stopped) return;
    say(form.dataset.unsaved);
    schedule();
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (running) {
      // What is under way raises the version: sent beside it, the form would be in conflict with itself.
      event.preventDefault();
      event.stopPropagation();
      pressed = event.submitter ?? form.querySelector("button");
      setTimeout(() => running?.abort(), GIVE_UP_AFTER);
      return;
    }
    dirty = false;
    removeEventListener("beforeunload", warn);
  });
  function warn(event) {
    if (dirty || running) event.preventDefault();
  }
  addEventListener("beforeunload", warn);
  if (because === "parked" || [...form.elements].some(typedBefore)) {
    dirty = changed = true;
    if (!stopped) schedule();
  }
}
