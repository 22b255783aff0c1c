/** Saves a score sheet by itself, and lets the digits 0 to 4 choose a score. Everything works without it. */

import { autosave } from "./autosave.js";
import "./submit-once.js";

const SAVE_AFTER = 1200;

const form = document.querySelector("#score-sheet[data-autosave]");

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
  autosave(form, { after: SAVE_AFTER, because: document.querySelector("#other") ? "conflict" : "" });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload(); // the version in a page from the browser's memory is an old one
  });
}
document.querySelector("[role='alert'][autofocus]")?.focus();
