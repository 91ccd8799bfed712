// Package compat shows from the outside that Dodo Payments' official SDKs work
// unmodified: every check drives a running stack with the Go SDK, many of them
// again with the Node SDK, and each on a business of its own. It has tests
// only; `make compat`, `make authz` and `make fuzz-api` run them.
//
// A check that needs what is not built yet is in the list waiting, by name and
// reason. It is run all the same and must end in the answer 501; when it does
// not, it no longer waits and the list says something untrue, which fails.
package compat
