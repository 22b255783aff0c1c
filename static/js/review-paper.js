/** Shows how far a paper is while it is made, and the finished page when it is ready. */

const ASK_EVERY = 1500;
const bar = document.querySelector("#paper-progress");
const status = document.querySelector("#paper-status");

async function ask() {
  const response = await fetch(location.href, { headers: { Accept: "application/json" } }).catch(() => null);
  if (response?.ok) {
    const { state, done, total } = await response.json();
    if (state === "ready" || state === "failed") {
      location.reload();
      return;
    }
    bar.max = total;
    bar.value = done;
    status.textContent = bar.dataset.step.replace("%done%", done).replace("%total%", total);
  }
  setTimeout(ask, ASK_EVERY);
}

if (bar) setTimeout(ask, ASK_EVERY);
