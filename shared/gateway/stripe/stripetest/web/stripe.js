// Plays https://js.stripe.com/v3/ as far as our pages use it. Arguments that
// Stripe's documentation does not name are refused, as Stripe refuses them.
"use strict";
(() => {
  const refuse = (message) => {
    throw Object.assign(new Error(message), { name: "IntegrationError" });
  };
  const only = (what, given, known) => {
    for (const name of Object.keys(given ?? {})) if (!known.includes(name)) refuse(`${what}: unknown parameter ${name}`);
  };
  const oneOf = (what, value, ...known) => known.includes(value) || refuse(`${what}: ${value}`);
  const isColor = (text) => CSS.supports("color", text);

  function checkAppearance(appearance = {}) {
    only("appearance", appearance, ["theme", "variables", "rules", "labels", "inputs", "disableAnimations"]);
    const variables = appearance.variables ?? {};
    only("variables", variables, ["colorPrimary", "colorText", "colorBackground", "colorDanger", "fontFamily", "fontSizeBase", "borderRadius", "spacingUnit"]);
    for (const [name, value] of Object.entries(variables)) {
      if (typeof value !== "string" || !value) refuse(`${name} is no text`);
      if (name.startsWith("color") && !isColor(value)) refuse(`${name} is no colour: ${value}`);
    }
  }

  function checkElements(options) {
    only("elements", options, [
      "mode", "currency", "amount", "setupFutureUsage", "captureMethod", "onBehalfOf", "paymentMethodTypes",
      "paymentMethodConfiguration", "paymentMethodCreation", "paymentMethodOptions", "fonts", "locale", "appearance", "loader",
    ]);
    oneOf("mode", options.mode, "payment", "setup", "subscription");
    oneOf("paymentMethodCreation", options.paymentMethodCreation, "manual");
    if (options.mode !== "setup" && !options.amount) refuse("amount is missing");
    if (options.currency !== undefined && !/^[a-z]{3}$/.test(options.currency)) refuse(`currency: ${options.currency}`);
    for (const type of options.paymentMethodTypes ?? []) {
      oneOf("paymentMethodTypes", type, "card", "sepa_debit");
      if (type === "sepa_debit" && options.currency !== "eur") refuse("sepa_debit is for eur alone");
    }
    checkAppearance(options.appearance);
  }

  // Frame is Stripe's page inside ours; it answers each question once.
  class Frame {
    #waiting = new Map();
    #asked = 0;
    constructor(key, options) {
      this.node = document.createElement("iframe");
      this.node.title = "Secure payment input frame";
      this.node.src = `https://js.stripe.com/fields?key=${encodeURIComponent(key)}&types=${options.paymentMethodTypes ?? "card"}`;
      this.node.style.cssText = "border:0;width:100%;height:14rem";
      addEventListener("message", ({ source, origin, data }) => {
        if (source !== this.node.contentWindow || origin !== "https://js.stripe.com") return;
        this.#waiting.get(data.id)?.(data.answer);
        this.#waiting.delete(data.id);
      });
    }
    ask(question) {
      const id = question === "ready" ? 0 : ++this.#asked;
      return new Promise((tell) => {
        this.#waiting.set(id, tell);
        if (id) this.node.contentWindow.postMessage({ id, question }, "https://js.stripe.com");
      });
    }
  }

  class PaymentElement {
    #listeners = { ready: [], loaderror: [], change: [], focus: [], blur: [], escape: [] };
    constructor(frame, key) {
      this.frame = frame;
      this.key = key;
    }
    on(event, listener) {
      (this.#listeners[event] ?? refuse(`no event ${event}`)).push(listener);
      return this;
    }
    mount(where) {
      const node = typeof where === "string" ? document.querySelector(where) : where;
      if (!(node instanceof HTMLElement)) refuse("nowhere to mount");
      const ready = this.frame.ask("ready");
      node.append(this.frame.node);
      const session = fetch(`https://api.stripe.com/v1/elements/sessions?key=${encodeURIComponent(this.key)}`).then((r) => r.json());
      Promise.all([ready, session]).then(
        ([, { error }]) => this.#tell(error ? "loaderror" : "ready", { elementType: "payment", error }),
        (error) => this.#tell("loaderror", { elementType: "payment", error }),
      );
    }
    focus() {
      this.frame.node.focus();
    }
    #tell(event, about) {
      for (const listener of this.#listeners[event]) listener(about);
    }
  }

  window.Stripe = (key, options) => {
    if (!/^pk_(test|live)_/.test(key)) refuse(`key: ${key}`);
    only("Stripe", options, ["apiVersion", "locale", "stripeAccount"]);
    const made = new Map();
    return {
      elements(wanted) {
        checkElements(wanted);
        const state = { frame: new Frame(key, wanted), submitted: false };
        const elements = {
          create(type, more) {
            oneOf("element", type, "payment");
            only("payment element", more, ["layout", "defaultValues", "business", "paymentMethodOrder", "fields", "readOnly", "terms", "wallets"]);
            return new PaymentElement(state.frame, key);
          },
          async submit() {
            const answer = await state.frame.ask("submit");
            state.submitted = !answer.error;
            return answer;
          },
        };
        made.set(elements, state);
        return elements;
      },
      async createPaymentMethod(given) {
        only("createPaymentMethod", given, ["elements", "params"]);
        const state = made.get(given.elements) ?? refuse("createPaymentMethod wants elements");
        if (!state.submitted) refuse("elements.submit() must be called before createPaymentMethod()");
        return state.frame.ask("make");
      },
    };
  };
})();
