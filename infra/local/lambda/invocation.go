package lambda

import (
	"crypto/rand"
	"fmt"
	"time"

	"perennial/infra/local/identity"
)

// maxPayload is Lambda's limit for a synchronous request or response.
const maxPayload = 6 * 1024 * 1024

// invocation is one event on its way through an environment.
type invocation struct {
	id      string
	root    string // Root=1-..., the part of the trace header that identifies it
	payload []byte
}

// outcome is how an invocation ended.
type outcome struct {
	payload []byte
	failure *FunctionError
	err     error
}

func newInvocation(payload []byte) *invocation {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	return &invocation{
		id:      identity.UUID(),
		root:    fmt.Sprintf("Root=1-%08x-%x", time.Now().Unix(), b),
		payload: payload,
	}
}
