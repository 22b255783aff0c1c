/** Lets a passkey answer the question that stands on the page, and sends the answer. Without it, a code does the same. */

const form = document.querySelector("form[data-passkey]");
const failed = form.querySelector("[data-passkey-failed]");
const { publicKey } = JSON.parse(document.querySelector("#passkey-question").textContent);

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
const known = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

function ask() {
  return navigator.credentials.get({
    publicKey: { ...publicKey, challenge: bytes(publicKey.challenge), allowCredentials: known(publicKey.allowCredentials) },
  });
}

function make() {
  return navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: known(publicKey.excludeCredentials),
    },
  });
}

/** The answer as JSON, in the form that the standard gives it (WebAuthn 3, 5.1.8). */
function written(credential) {
  const names = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const parts = names.filter((name) => credential.response[name]).map((name) => [name, text(credential.response[name])]);
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: Object.fromEntries(parts),
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  failed.hidden = true;
  try {
    const credential = await (form.dataset.passkey === "ask" ? ask() : make());
    form.elements.credential.value = written(credential);
    form.submit();
  } catch {
    failed.hidden = false;
  }
});
if (window.PublicKeyCredential) form.hidden = false;
else failed.hidden = form.dataset.passkey === "ask";
