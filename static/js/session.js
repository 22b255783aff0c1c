/** Warns ten minutes before the session ends, prolongs it, and tells when it has ended, also in another tab.
 * Without it, the page says until when the session lasts and has a button that prolongs it. */

const WARN = 600;
const dialog = document.querySelector("#session-warning");
const text = dialog.querySelector("#session-text");
const prolong = dialog.querySelector("[data-session-prolong]");
const closing = dialog.querySelector("[data-session-close]");
let endsAt = 0;
let timer = 0;
let opener = null;

/** Ask the server how long the session lasts; asking does not prolong it. Null where it does not answer. */
async function secondsLeft() {
  try {
    const response = await fetch(dialog.dataset.state, { headers: { Accept: "application/json" } });
    return response.ok ? (await response.json()).seconds_left : null;
  } catch {
    return null;
  }
}

async function look() {
  const left = await secondsLeft();
  if (left !== null) lasts(left);
  else wait(60);
}

function lasts(left) {
  endsAt = Date.now() + left * 1000;
  const end = document.querySelector("[data-session-end]");
  if (left > 0 && end) {
    const clock = { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Berlin" };
    end.textContent = new Date(endsAt).toLocaleTimeString("de-DE", clock);
  }
  if (left <= 0) ended();
  else if (left <= WARN) warn();
  else {
    if (dialog.open) close();
    wait(left - WARN);
  }
}

/** Look again in so many seconds; at most every ten minutes, since another tab may end the session. */
function wait(seconds) {
  clearTimeout(timer);
  timer = setTimeout(look, Math.min(Math.max(seconds, 1), 600) * 1000);
}

function warn() {
  const minutes = Math.max(1, Math.ceil((endsAt - Date.now()) / 60_000));
  const sentence = minutes === 1 ? dialog.dataset.minute : dialog.dataset.minutes.replace("%s", minutes);
  if (text.textContent !== sentence) text.textContent = sentence;
  open(prolong.querySelector("button"));
  wait(Math.min(60, (endsAt - Date.now()) / 1000 + 1));
}

function ended() {
  clearTimeout(timer);
  dialog.querySelector("#session-title").textContent = dialog.dataset.endedTitle;
  text.textContent = dialog.dataset.endedText;
  prolong.hidden = dialog.querySelector("[data-session-out]").hidden = true;
  closing.hidden = false;
  document.querySelector(".session")?.remove();
  if (!dialog.dataset.told) open(closing);
  dialog.dataset.told = "yes";
}

function open(button) {
  if (!dialog.open) {
    opener = document.activeElement;
    dialog.showModal();
    button.focus();
  } else if (document.activeElement.closest("[hidden]")) {
    button.focus();
  }
}

function close() {
  dialog.close();
}

prolong.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const response = await fetch(prolong.action, {
      method: "POST",
      body: new FormData(prolong),
      headers: { Accept: "application/json" },
    });
    // A stale token means that the person signed in again elsewhere: the state tells how long that lasts.
    if (response.ok || response.status === 401) lasts((await response.json()).seconds_left);
    else await look();
  } catch {
    wait(5);
  }
  if (dialog.open && endsAt - Date.now() > WARN * 1000) close();
});

closing.addEventListener("click", close);
dialog.addEventListener("close", () => opener?.focus());
dialog.addEventListener("cancel", () => {
  // Escape means "later": the warning comes back in a minute.
  if (endsAt > Date.now()) wait(60);
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") look();
});
look();
