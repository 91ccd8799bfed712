package asl

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// newToken makes the token of the n-th waiting task of an execution. The same
// execution gives the same tokens again, so a restart in the middle of an
// invocation loses nothing.
func newToken(arn string, n int) string {
	return base64.RawURLEncoding.EncodeToString([]byte("asl1\n" + arn + "\n" + strconv.Itoa(n)))
}

// readToken returns the execution and the number that a token names.
func readToken(token string) (arn string, n int, ok bool) {
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return "", 0, false
	}
	parts := strings.Split(string(text), "\n")
	if len(parts) != 3 || parts[0] != "asl1" {
		return "", 0, false
	}
	n, err = strconv.Atoi(parts[2])
	return parts[1], n, err == nil && newToken(parts[1], n) == token
}

// Complete answers a waiting task as SendTaskSuccess does. The first answer
// wins: after it, and after the task's timeout, the same token is
// ErrTaskTimedOut. A token that was never given out is ErrInvalidToken, one of
// another execution ErrTaskDoesNotExist.
func (e *Execution) Complete(token string, output []byte) error {
	if !json.Valid(output) || len(output) > maxPayload {
		return ErrInvalidOutput
	}
	return e.answer(token, &Answer{Output: slices.Clone(output)})
}

// Fail answers a waiting task as SendTaskFailure does, with the errors of
// Complete. An empty name is the error "States.TaskFailed".
func (e *Execution) Fail(token, name, cause string) error {
	if name == "" {
		name = "States.TaskFailed"
	}
	return e.answer(token, &Answer{Error: name, Cause: cause})
}

func (e *Execution) answer(token string, answer *Answer) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	arn, n, ok := readToken(token)
	at := &e.s.At
	switch {
	case !ok:
		return ErrInvalidToken
	case arn != e.ARN():
		return ErrTaskDoesNotExist
	case n < 1 || n > e.s.Tokens:
		return ErrInvalidToken
	case e.s.Status != StatusRunning || at.Token != token || at.Answer != nil:
		return ErrTaskTimedOut
	}
	at.Answer = answer
	e.wake()
	return nil
}
