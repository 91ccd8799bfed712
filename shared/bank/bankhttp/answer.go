package bankhttp

import (
	"encoding/json"
	"errors"
	"net/http"

	"perennial/shared/bank"
	"perennial/shared/fault"
	"perennial/shared/lambdahttp"
)

// errorJSON is every error's body. Decline is set when a card was refused.
type errorJSON struct {
	Error struct {
		Code    string       `json:"code"`
		Message string       `json:"message"`
		Decline *declineJSON `json:"decline,omitempty"`
	} `json:"error"`
}

var statuses = map[fault.Kind]int{
	fault.Malformed:    http.StatusBadRequest,
	fault.Unauthorized: http.StatusUnauthorized,
	fault.NotFound:     http.StatusNotFound,
	fault.Conflict:     http.StatusConflict,
	fault.Invalid:      http.StatusUnprocessableEntity,
	fault.TooMany:      http.StatusTooManyRequests,
}

func answer(w http.ResponseWriter, r *http.Request, out any, err error) {
	if err != nil {
		refuse(w, r, err)
		return
	}
	write(w, r, http.StatusOK, out)
}

// refuse writes an error; what is no fault is logged and shown as nothing.
func refuse(w http.ResponseWriter, r *http.Request, err error) {
	var out errorJSON
	var refused *bank.RefusedError
	status := http.StatusInternalServerError
	out.Error.Code, out.Error.Message = "INTERNAL", "Something went wrong."
	if errors.As(err, &refused) {
		status = http.StatusPaymentRequired
		out.Error.Code, out.Error.Message = "CARD_REFUSED", "The card was refused."
		out.Error.Decline = &declineJSON{Code: refused.Code}
	} else if f := fault.Of(err); f != nil && statuses[f.Kind] != 0 {
		status = statuses[f.Kind]
		out.Error.Code, out.Error.Message = f.Code, f.Details()
	} else {
		lambdahttp.NoteError(r.Context(), err)
	}
	write(w, r, status, out)
}

func write(w http.ResponseWriter, r *http.Request, status int, out any) {
	body, err := json.Marshal(out)
	if err != nil {
		lambdahttp.NoteError(r.Context(), err)
		status, body = http.StatusInternalServerError, []byte(`{}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the caller may have gone
}
