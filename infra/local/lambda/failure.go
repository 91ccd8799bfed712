package lambda

import (
	"encoding/json"
	"fmt"
	"time"
)

// FunctionError is an invocation that reached the function and failed there.
type FunctionError struct {
	Type    string // for example "errorString", "Runtime.ExitError", "Sandbox.Timedout"
	Message string
	Payload []byte // the JSON that Lambda returns as the invocation's payload
}

// Error spells type and message.
func (e *FunctionError) Error() string { return e.Type + ": " + e.Message }

// newFailure builds the payload that Lambda would return.
func newFailure(kind, message string) *FunctionError {
	payload, _ := json.Marshal(map[string]string{"errorType": kind, "errorMessage": message}) // two strings always marshal
	return &FunctionError{Type: kind, Message: message, Payload: payload}
}

// reported reads the failure that a runtime posted.
func reported(body []byte) *FunctionError {
	var e struct {
		Type    string `json:"errorType"`
		Message string `json:"errorMessage"`
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return newFailure("Runtime.Unknown", string(body))
	}
	return &FunctionError{Type: e.Type, Message: e.Message, Payload: body}
}

func exited(id string, err error) *FunctionError {
	how := "without providing a reason"
	if err != nil {
		how = "with error: " + err.Error()
	}
	return newFailure("Runtime.ExitError", fmt.Sprintf("RequestId: %s Error: Runtime exited %s", id, how))
}

func timedOut(id string, after time.Duration) *FunctionError {
	return newFailure("Sandbox.Timedout", fmt.Sprintf("RequestId: %s Error: Task timed out after %.2f seconds", id, after.Seconds()))
}

func tooLarge(size int) *FunctionError {
	return newFailure("Function.ResponseSizeTooLarge",
		fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes): %d", maxPayload, size))
}
