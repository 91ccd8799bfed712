package documents

import "perennial/shared/fault"

// ErrNothing refuses a file without a document.
var ErrNothing = fault.New(fault.NotFound, "NOT_FOUND", "There is no such document.")
