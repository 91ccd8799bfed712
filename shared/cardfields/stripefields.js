// Mounts Stripe's payment element; the package comment shows the markup.
"use strict";
for (const form of document.querySelectorAll("form[data-card-fields]")) {
  const { key, currency, debits, title, broken } = form.dataset;
  const token = form.querySelector("[name=token]");
  const alert = form.querySelector("[role=alert]");
  const mount = form.querySelector("[data-card-mount]");
  let button = form.querySelector("button:not([type=button])");
  let ready = false;
  let busy = false;

  // The fields are a named group, described by what is wrong with them.
  mount.role = "group";
  mount.ariaLabel = title;
  alert.id ||= "wrong";

  const stop = (message) => {
    alert.textContent = message;
    alert.hidden = !message;
    if (message) mount.setAttribute("aria-describedby", alert.id);
    else mount.removeAttribute("aria-describedby");
    busy = button.disabled = false;
  };

  let stripe, elements, element;
  if (window.Stripe) {
    const { accentColor, color, fontFamily } = getComputedStyle(form);
    stripe = Stripe(key, { locale: document.documentElement.lang });
    elements = stripe.elements({
      mode: "setup",
      paymentMethodCreation: "manual",
      paymentMethodTypes: debits !== undefined ? ["card", "sepa_debit"] : ["card"],
      ...(currency && { currency }),
      appearance: {
        variables: { colorText: color, fontFamily, ...(accentColor !== "auto" && { colorPrimary: accentColor }) },
      },
    });
    element = elements.create("payment");
    element.on("ready", () => (ready = true));
    element.on("loaderror", ({ error }) => stop(error.message || broken));
    element.mount(mount);
  }

  // make asks Stripe for the id of what was typed.
  const make = async () => {
    const typed = await elements.submit();
    if (typed.error) throw typed.error;
    const { error, paymentMethod } = await stripe.createPaymentMethod({ elements });
    if (error) throw error;
    return (paymentMethod.type === "sepa_debit" ? "debit:" : "") + paymentMethod.id;
  };

  form.addEventListener("submit", (event) => {
    if (token.value || form.querySelector("[name=method]:checked")?.value) return;
    event.preventDefault();
    if (busy) return;
    button = event.submitter || button;
    stop("");
    if (!ready) return stop(broken);
    busy = button.disabled = true;
    make().then(
      (made) => {
        stop("");
        token.value = made;
        form.requestSubmit(button);
        button.disabled = true;
      },
      (error) => {
        stop(error.message || broken);
        element.focus();
      },
    );
  });

  // Back from the browser's history: the token was used.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    token.value = "";
    stop("");
  });
}
