// Package pages walks through every page and flow of the portal and the
// checkout as a person does: in Chromium, by the names that controls have for
// a screen reader, over the local stack with the real binaries, engine and
// sandbox bank. Each flow is walked in English and Arabic, at a desk and on a
// phone, with and without JavaScript, and ends with a look at the books and at
// the bank's ledger. It has tests only.
//
// `make pages` walks every flow in all eight ways. `make e2e` walks it in the
// four that pair each language, screen and setting of scripts with each other.
package pages
