/** Shows the official PDF as soon as it is made. */

const state = document.querySelector("#pdf-state");
const EVERY = 1500;
const AT_MOST = 80;

async function look(left) {
  const response = await fetch(state.dataset.url).catch(() => null);
  if (response?.ok) {
    const html = await response.text();
    if (html.includes("data-ready")) {
      state.innerHTML = html;
      return;
    }
  }
  if (left > 0) setTimeout(look, EVERY, left - 1);
}

setTimeout(look, EVERY, AT_MOST);
