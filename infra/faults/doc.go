// Package faults proves that money is taken never twice and lost never,
// whatever dies in between. It holds tests only: the built functions run over
// the Lambda Runtime API against Amazon's DynamoDB engine and the sandbox
// gateway, and a wire proxy between every function and its services kills,
// cuts, refuses, delays and lies at every request in turn. Product code has no
// fail points, and no clock that a test could move.
//
// The words used here:
//
//   - A site is one small deployment: tables, functions, queues, flows and a
//     proxy of its own. Sites run side by side.
//   - A scenario is something that happens to a subscription, such as a
//     renewal. A trial is one scenario at a business of its own, with one
//     disturbance at one place.
//   - After its trials a site recovers: schedules tick, queues and the stream
//     deliver, repeated and in any order, until nothing is left to do. Then
//     every trial's books are compared with the gateway's ledger.
//   - The matrix crosses every way in which money is asked for or given back
//     with everything that a gateway does wrong and with every order of its
//     notices. A door before the gateway spoils the calls of one cell's
//     account; each cell is counted, and one that did not happen fails. The
//     short run takes each way in with each ailment; make faults all cells.
//
// Leases run on the wall clock for 2 and 15 minutes. A site does not wait for
// them: between rounds of recovery, when no function runs, it writes the lease
// and the time of taking of every lock that is left some time into the past,
// through the public store, as if that time had passed. Business time is a
// test scope's clock and is moved as merchants move it.
package faults
