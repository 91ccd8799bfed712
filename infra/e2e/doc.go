// Package e2e plays whole stories against the local stack: real binaries, the
// official SDK, a real browser and the mailbox. It has tests only.
package e2e
