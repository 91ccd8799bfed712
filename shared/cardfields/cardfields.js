// Mounts a gateway's card fields; the package comment shows the markup.
"use strict";
for (const form of document.querySelectorAll("form[data-card-fields]")) {
  const frame = document.createElement("iframe");
  const { origin } = new URL(form.dataset.src);
  const token = form.querySelector("[name=token]");
  const alert = form.querySelector("[role=alert]");
  let button = form.querySelector("button:not([type=button])");
  let ready = false;
  let busy = false;

  frame.src = form.dataset.src;
  frame.title = form.dataset.title || "Card details";
  frame.style.cssText = "display:block;width:100%;height:12rem;border:0";
  form.querySelector("[data-card-mount]").append(frame);

  const stop = (message) => {
    alert.textContent = message;
    alert.hidden = !message;
    busy = button.disabled = false;
  };

  form.addEventListener("submit", (event) => {
    if (token.value || form.querySelector("[name=method]:checked")?.value) return;
    event.preventDefault();
    if (busy) return;
    button = event.submitter || button;
    stop("");
    if (!ready) return stop(form.dataset.broken);
    busy = button.disabled = true;
    frame.contentWindow.postMessage({ type: "perennial:tokenise" }, origin);
  });

  addEventListener("message", (event) => {
    if (event.source !== frame.contentWindow || event.origin !== origin) return;
    const { type, height, message, token: made } = event.data;
    if (type === "perennial:ready") ready = true;
    if (type === "perennial:resize") frame.style.height = height + "px";
    if (type === "perennial:error") stop(message);
    if (type !== "perennial:token" || token.value) return;
    stop("");
    token.value = made;
    form.requestSubmit(button);
    button.disabled = true;
  });

  // Back from the browser's history: the token was used.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    token.value = "";
    stop("");
  });
}
