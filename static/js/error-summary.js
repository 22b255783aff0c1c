/* Moves the focus to the error summary, where a browser does not honour autofocus, and says so in the title. */

const summary = document.querySelector("[data-error-summary]");
if (summary) {
  const heading = summary.querySelector("h2");
  document.title = `${heading.textContent.trim()} – ${document.title}`;
  summary.focus();
}
