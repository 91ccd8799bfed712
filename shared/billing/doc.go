// Package billing is the heart of the rules: customers, products and prices,
// subscriptions with their transition table, invoices, payments, holds and
// the journal. Everything is a value: a transition returns the new value and
// the events that happened, and never saves, sends or logs.
//
// Invariants: a subscription's period advances only when its invoice is paid;
// while a payment lock is set nothing that decides what is charged may
// change; the open invoices of a subscription are its dues; journal postings
// of one entry add up to zero.
package billing
