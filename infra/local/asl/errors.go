package asl

import "errors"

// Names of errors that the service itself raises inside an execution.
const (
	errRuntime  = "States.Runtime"
	errTooLarge = "States.DataLimitExceeded"
	errTimeout  = "States.Timeout"
	errNoChoice = "States.NoChoiceMatched"
	errLambda   = "Lambda.SdkClientException"
	errResult   = "States.ResultPathMatchFailure"
)

// TaskError is an error inside an execution, with the name that Retry and
// Catch compare. A Host returns one to say how a function failed; any other
// error of a Host counts as Lambda.SdkClientException, an answer that never
// came.
type TaskError struct {
	Name  string // such as "Lambda.TooManyRequestsException" or a Go error type
	Cause string // free text, for a function its error as JSON
}

// Error implements error.
func (e *TaskError) Error() string { return e.Name + ": " + e.Cause }

func runtimeError(cause string) *TaskError { return &TaskError{Name: errRuntime, Cause: cause} }

// APIError is a refusal of StartExecution or SendTask*, by its AWS name.
type APIError struct {
	Code    string
	Message string
}

// Error implements error.
func (e *APIError) Error() string { return e.Code + ": " + e.Message }

// Is makes two refusals with the same code the same error.
func (e *APIError) Is(target error) bool {
	var other *APIError
	return errors.As(target, &other) && other.Code == e.Code
}

// The refusals, with the sentences AWS uses.
var (
	ErrTaskTimedOut           = &APIError{"TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'"}
	ErrTaskDoesNotExist       = &APIError{"TaskDoesNotExist", "Task does not exist"}
	ErrInvalidToken           = &APIError{"InvalidToken", "Invalid Token: 'Invalid token'"}
	ErrInvalidOutput          = &APIError{"InvalidOutput", "The output is not JSON or longer than 262144 characters"}
	ErrInvalidName            = &APIError{"InvalidName", "The name is empty, longer than 80 characters or has a character that is not allowed"}
	ErrInvalidExecutionInput  = &APIError{"InvalidExecutionInput", "The input is not JSON or longer than 262144 characters"}
	ErrExecutionAlreadyExists = &APIError{"ExecutionAlreadyExists", "An execution with this name exists with other input or is closed"}
	ErrExecutionDoesNotExist  = &APIError{"ExecutionDoesNotExist", "Execution Does Not Exist"}
)
