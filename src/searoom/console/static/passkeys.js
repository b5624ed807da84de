// Lets a browser make a passkey, or answer with one. Without this script people sign in with their passwords.
// @ts-check

/** @param {string} text */
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));

/** @param {ArrayBuffer} data */
const text = (data) =>
  btoa(String.fromCharCode(...new Uint8Array(data))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** @param {{id: string}[]} [keys] */
const named = (keys) => (keys ?? []).map((key) => ({ ...key, id: bytes(key.id) }));

/** @param {string} path @param {URLSearchParams} fields */
async function post(path, fields) {
  const answer = await fetch(path, { method: "POST", body: fields });
  const said = await answer.json();
  if (said.wrong) throw new Refused(said.wrong);
  return said;
}

class Refused extends Error {}

/** @param {any} offer */
async function make(offer) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...offer,
      challenge: bytes(offer.challenge),
      user: { ...offer.user, id: bytes(offer.user.id) },
      excludeCredentials: named(offer.excludeCredentials),
    },
  });
  const key = /** @type {PublicKeyCredential} */ (made);
  const response = /** @type {AuthenticatorAttestationResponse} */ (key.response);
  return {
    id: key.id,
    rawId: text(key.rawId),
    type: key.type,
    response: { clientDataJSON: text(response.clientDataJSON), attestationObject: text(response.attestationObject) },
  };
}

/** @param {any} offer */
async function answer(offer) {
  const given = await navigator.credentials.get({
    publicKey: { ...offer, challenge: bytes(offer.challenge), allowCredentials: named(offer.allowCredentials) },
  });
  const key = /** @type {PublicKeyCredential} */ (given);
  const response = /** @type {AuthenticatorAssertionResponse} */ (key.response);
  return {
    id: key.id,
    rawId: text(key.rawId),
    type: key.type,
    response: {
      clientDataJSON: text(response.clientDataJSON),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: response.userHandle ? text(response.userHandle) : null,
    },
  };
}

/** @param {HTMLFormElement} form */
async function go(form) {
  const wrong = /** @type {HTMLElement} */ (form.querySelector("[data-wrong]"));
  wrong.hidden = true;
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) fields.append(name, String(value));
  const fresh = form.dataset.passkey === "new";
  try {
    const offer = await post(form.getAttribute("action") ?? "", fields);
    fields.delete("password");
    fields.set("answer", JSON.stringify(await (fresh ? make(offer) : answer(offer))));
    const done = await post(fresh ? "/me/passkeys" : "/sign-in/passkey" + location.search, fields);
    location.assign(done.to);
  } catch (fault) {
    wrong.textContent = fault instanceof Refused ? fault.message : (form.dataset.failed ?? "");
    wrong.hidden = false;
  }
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!(form instanceof HTMLFormElement)) continue;
    form.dataset.again = "1";
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void go(form);
    });
  }
}
