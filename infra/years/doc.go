// Package years proves that the money is right over years. It holds tests
// only: fifty mixed subscriptions live three years on the test clock, through
// the real use cases, with changes of plan, pauses, refunds, failures and
// recoveries in a random order that a seed repeats.
//
// After every step the books are compared with three others: package oracle,
// a naive second implementation that shares no code with the engine; tables
// that were reckoned by hand; and the gateway's ledger. Mutants, errors that
// are planted in a copy of the engine, show that the comparison would notice.
package years
