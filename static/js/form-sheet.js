/** Saves a task of the form sheet by itself, keeps the page meter live, and suggests municipalities.
 * Everything works without it; with it, nothing that was typed waits for a button. */

import { autosave, typed, typedBefore } from "./autosave.js";
import "./submit-once.js";

const SECOND = 1000;
const SAVE_AFTER = 1500;
const MEASURE_AFTER = 600;
const ASK_AGAIN_AFTER = 1000;
const ASK_AGAIN_AT_MOST_AFTER = 16_000;
const STILL_COUNTING = 202;
const RETRY_AFTER = 10_000;
const SERVER_ERROR = 500;
const TOO_MANY = 429;
const SUGGEST_AFTER = 200;

const form = document.querySelector("form[data-autosave]");
const meter = document.querySelector("#meter");

/** Put the meter in its place, and its figure beside the time of saving, where it is in sight while typing. */
function show(html) {
  meter.innerHTML = html;
  const figure = document.querySelector("[data-meter-figure]");
  if (!figure) return;
  figure.textContent = meter.querySelector(".meter__figure")?.textContent.trim() ?? "";
  figure.hidden = figure.textContent === "";
}

/** Say that the figure is an old one, until the next answer replaces it. */
function unmeasured() {
  meter.removeAttribute("aria-busy");
  document.querySelector("[data-meter-figure]").hidden = true;
  if (meter.querySelector("[data-unmeasured]")) return;
  const note = document.createElement("p");
  note.className = "kern-body kern-error";
  note.dataset.unmeasured = "";
  note.textContent = meter.dataset.failed;
  meter.querySelector("[role=status]").prepend(note);
}

function liveMeter() {
  let timer = 0;
  let asked = null;
  let wait = ASK_AGAIN_AFTER;

  async function measure() {
    asked?.abort();
    asked = new AbortController();
    meter.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(meter.dataset.url, {
        method: "POST",
        body: typed(form),
        signal: asked.signal,
        redirect: "error",
      });
      if (!response.ok) {
        unmeasured();
        if (response.status >= SERVER_ERROR || response.status === TOO_MANY) later(RETRY_AFTER);
        return;
      }
      show(await response.text());
      if (response.status === STILL_COUNTING) {
        // Many are writing: who asks ever more seldom leaves the server to the measuring.
        later(Math.max(wait, SECOND * response.headers.get("Retry-After")));
        wait = Math.min(2 * wait, ASK_AGAIN_AT_MOST_AFTER);
        return;
      }
      wait = ASK_AGAIN_AFTER;
      meter.removeAttribute("aria-busy");
    } catch (error) {
      if (error.name === "AbortError") return;
      unmeasured();
      later(RETRY_AFTER);
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
async function savedMeter(wait = ASK_AGAIN_AFTER) {
  const response = await fetch(`${meter.dataset.url}?part=meter`).catch(() => null);
  if (response?.ok) show(await response.text());
  if (response?.status === STILL_COUNTING) setTimeout(savedMeter, wait, Math.min(2 * wait, ASK_AGAIN_AT_MOST_AFTER));
}

if (form) {
  autosave(form, { after: SAVE_AFTER, because: form.dataset.unsavedBecause });
  if (meter) liveMeter();
  if (form.dataset.municipalities) municipalities();
} else if (meter?.dataset.url && !document.querySelector("#form-sheet")) {
  savedMeter();
}
