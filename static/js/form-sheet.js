/** Saves a task of the form sheet by itself, keeps the page meter live, and suggests municipalities.
 * Everything works without it; with it, nothing that was typed waits for a button. */

const SAVE_AFTER = 1500;
const MEASURE_AFTER = 600;
const ASK_AGAIN_AFTER = 1000;
const STILL_COUNTING = 202;
const RETRY_AFTER = 10_000;
const SUGGEST_AFTER = 200;
const GIVE_UP_AFTER = 5000;

const form = document.querySelector("form[data-autosave]");
const meter = document.querySelector("#meter");

/** What the server would store: text with LF, without files and tokens. */
function typed() {
  const data = new FormData(form);
  for (const [name, value] of [...data.entries()]) {
    if (value instanceof File) data.delete(name);
  }
  return data;
}

/** Typed before this script came, or put back by the browser. */
function typedBefore(field) {
  if (["hidden", "file"].includes(field.type) || field.defaultValue === undefined) return false;
  return field.matches("[type=checkbox], [type=radio]")
    ? field.checked !== field.defaultChecked
    : field.value.replaceAll("\r\n", "\n") !== field.defaultValue.replaceAll("\r\n", "\n");
}

function autosave() {
  const status = document.querySelector("#autosave");
  const version = form.elements.namedItem("version");
  let timer = 0;
  let running = null;
  let pressed = null;
  const because = form.dataset.unsavedBecause;
  let dirty = because !== "";
  let changed = false;
  let stopped = because === "conflict";

  const say = (text) => {
    if (status.textContent !== text) status.textContent = text;
  };

  async function save() {
    if (running) return;
    running = new AbortController();
    dirty = changed = false;
    say(form.dataset.saving);
    try {
      const response = await fetch(form.getAttribute("action"), {
        method: "POST",
        body: typed(),
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
    timer = setTimeout(save, SAVE_AFTER);
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

/** Put the meter in its place, and its figure beside the time of saving, where it is in sight while typing. */
function show(html) {
  meter.innerHTML = html;
  const figure = document.querySelector("[data-meter-figure]");
  if (!figure) return;
  figure.textContent = meter.querySelector(".meter__figure")?.textContent.trim() ?? "";
  figure.hidden = figure.textContent === "";
}

function liveMeter() {
  let timer = 0;
  let asked = null;

  async function measure() {
    asked?.abort();
    asked = new AbortController();
    meter.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(meter.dataset.url, {
        method: "POST",
        body: typed(),
        signal: asked.signal,
        redirect: "error",
      });
      if (response.ok) show(await response.text());
      if (response.status === STILL_COUNTING) later(ASK_AGAIN_AFTER);
      else meter.removeAttribute("aria-busy");
    } catch (error) {
      if (error.name !== "AbortError") meter.removeAttribute("aria-busy");
    }
  }

  function later(milliseconds) {
    clearTimeout(timer);
    timer = setTimeout(measure, milliseconds);
  }

  form.addEventListener("input", () => later(MEASURE_AFTER));
  measure();
}

function municipalities() {
  const name = form.elements.namedItem("name");
  const list = document.querySelector("#municipalities");
  const found = new Map();
  let timer = 0;
  let asked = null;
  name.setAttribute("list", list.id);

  async function suggest() {
    asked?.abort();
    asked = new AbortController();
    const url = `${form.dataset.municipalities}?q=${encodeURIComponent(name.value)}`;
    const response = await fetch(url, { signal: asked.signal }).catch(() => null);
    if (!response?.ok) return;
    const { results } = await response.json();
    found.clear();
    list.replaceChildren(
      ...results.map((item) => {
        found.set(item.name, item);
        const option = document.createElement("option");
        option.value = item.name;
        option.label = `${item.land_name}, ${item.ags}`;
        return option;
      }),
    );
  }

  function take() {
    const item = found.get(name.value);
    if (!item) return;
    form.elements.namedItem("land").value = item.land;
    form.elements.namedItem("ags").value = item.ags;
  }

  name.addEventListener("input", () => {
    clearTimeout(timer);
    take();
    timer = setTimeout(suggest, SUGGEST_AFTER);
  });
  name.addEventListener("change", take);
  if (typedBefore(name)) suggest();
}

/** A meter on a page without the form: ask once for what is saved. */
async function savedMeter() {
  const response = await fetch(`${meter.dataset.url}?part=meter`).catch(() => null);
  if (response?.ok) show(await response.text());
  if (response?.status === STILL_COUNTING) setTimeout(savedMeter, ASK_AGAIN_AFTER);
}

if (form) {
  autosave();
  if (meter) liveMeter();
  if (form.dataset.municipalities) municipalities();
} else if (meter?.dataset.url && !document.querySelector("#form-sheet")) {
  savedMeter();
}

/** A double click is one click. */
for (const once of document.querySelectorAll("form[data-submit-once]")) {
  once.addEventListener("submit", (event) => {
    if (once.dataset.sent) event.preventDefault();
    once.dataset.sent = "yes";
  });
}
