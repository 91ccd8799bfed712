// The card fields. The number is compared with the test cards right here; what
// leaves the browser is the name of a test card and its expiry date. A number
// that is no test card goes nowhere. An IBAN is an account to debit: it needs
// neither date nor code.
//
// Messages, to and from the one page that named itself as the origin:
//   in   perennial:tokenise
//   out  perennial:ready
//   out  perennial:resize  {height}
//   out  perennial:token   {token, brand, last4}
//   out  perennial:error   {message}
"use strict";

const { account, origin } = document.body.dataset;
const cards = JSON.parse(document.getElementById("cards").textContent);
const form = document.querySelector("form");
const [number, expiry, cvc] = ["number", "expiry", "cvc"].map((id) => document.getElementById(id));
const digits = (text) => text.replace(/\D/g, "");
const compact = (text) => text.replace(/[^0-9A-Za-z]/g, "").toUpperCase();
const isIBAN = (text) => /^[A-Z]{2}/.test(text);
const tell = (type, more) => parent.postMessage({ type: "perennial:" + type, ...more }, origin);

// Cards are embossed in fours, American Express in 4-6-5.
function grouped(text) {
  const parts = /^3[47]/.test(text) ? /^(.{0,4})(.{0,6})(.{0,5})/ : /^(.{0,4})(.{0,4})(.{0,4})(.{0,7})/;
  return text.match(parts).slice(1).filter(Boolean).join(" ");
}

function passesLuhn(text) {
  const sum = [...text].reverse().reduce((total, digit, i) => {
    const n = digit * (i % 2 ? 2 : 1);
    return total + (n > 9 ? n - 9 : n);
  }, 0);
  return text.length >= 13 && sum % 10 === 0;
}

function readExpiry() {
  const found = expiry.value.match(/^\s*(\d{1,2})\s*[/-]?\s*(\d{4}|\d{2})\s*$/);
  if (!found) return null;
  const month = Number(found[1]);
  const year = Number(found[2]) + (found[2].length === 2 ? 2000 : 0);
  const valid = month >= 1 && month <= 12 && new Date(year, month, 1) > new Date();
  return valid ? { exp_month: month, exp_year: year } : null;
}

// check shows what is wrong with a field and says whether nothing is.
function check(input, message) {
  input.setAttribute("aria-invalid", String(Boolean(message)));
  document.getElementById(input.id + "-wrong").textContent = message;
  return !message;
}

function numberProblem(typed, card) {
  if (!typed) return "Enter the card number.";
  if (isIBAN(typed)) return card ? "" : "This is a test environment: use a test account.";
  if (!passesLuhn(typed)) return "This card number is not correct.";
  return card ? "" : "This is a test environment: use a test card.";
}

function read() {
  const whole = compact(number.value);
  const typed = isIBAN(whole) ? whole : digits(whole);
  const card = cards.find((c) => c.number === typed);
  const date = readExpiry();
  const codeLength = /^3[47]/.test(typed) ? 4 : 3;
  const problems = [[number, numberProblem(typed, card)]];
  if (!isIBAN(typed)) {
    problems.push(
      [expiry, date ? "" : "Enter an expiry date in the future."],
      [cvc, digits(cvc.value).length === codeLength ? "" : `Enter the ${codeLength} digits of the security code.`],
    );
  }
  const bad = problems.filter(([input, message]) => !check(input, message));
  if (bad.length === 0) return { account, card: card.name, ...date };
  bad[0][0].focus();
  throw new Error(bad[0][1]);
}

async function tokenise() {
  const answer = await fetch("/v1/tokens", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(read()),
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error.message);
  return body;
}

let working = false;
async function submit() {
  if (working) return;
  working = true;
  try {
    tell("token", await tokenise());
  } catch (problem) {
    const offline = problem instanceof TypeError || problem instanceof SyntaxError;
    tell("error", { message: offline ? "The card could not be checked. Please try again." : problem.message });
  }
  working = false;
}

number.addEventListener("input", () => {
  const atEnd = number.selectionStart === number.value.length;
  const typed = compact(number.value);
  if (atEnd) number.value = /^[A-Z]/.test(typed) ? typed.match(/.{1,4}/g).join(" ") : grouped(digits(typed));
});
expiry.addEventListener("input", (event) => {
  const typed = digits(expiry.value);
  if (typed.length === 2 && !expiry.value.includes("/") && event.inputType !== "deleteContentBackward") {
    expiry.value = typed + " / ";
  } else if (typed.length > 2 && !expiry.value.includes("/")) {
    expiry.value = typed.slice(0, 2) + " / " + typed.slice(2);
  }
});
for (const input of [number, expiry, cvc]) {
  input.addEventListener("input", () => check(input, ""));
}
form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
addEventListener("message", (event) => {
  if (event.origin === origin && event.source === parent && event.data?.type === "perennial:tokenise") submit();
});
new ResizeObserver(() => tell("resize", { height: Math.ceil(form.getBoundingClientRect().height) })).observe(form);
tell("ready");
