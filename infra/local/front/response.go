package front

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
)

// respond writes what the function returned. An answer without a status code
// is, as at API Gateway, the JSON body of a 200.
func (f *Front) respond(w http.ResponseWriter, r *http.Request, out []byte) {
	var shape struct {
		StatusCode *int `json:"statusCode"`
	}
	if err := json.Unmarshal(out, &shape); err != nil || shape.StatusCode == nil {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(bytes.TrimSpace(out)) // the visitor may be gone
		return
	}
	var a events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(out, &a); err != nil {
		f.malformed(w, r, err)
		return
	}
	body := []byte(a.Body)
	if a.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(a.Body)
		if err != nil {
			f.malformed(w, r, err)
			return
		}
		body = decoded
	}
	if a.StatusCode < 200 || a.StatusCode > 599 {
		f.malformed(w, r, fmt.Errorf("status code %d", a.StatusCode))
		return
	}
	copyHeaders(w.Header(), a)
	w.WriteHeader(a.StatusCode)
	_, _ = w.Write(body) // the visitor may be gone
}

func copyHeaders(h http.Header, a events.APIGatewayV2HTTPResponse) {
	for name, value := range a.Headers {
		h.Set(name, value)
	}
	for name, values := range a.MultiValueHeaders {
		h.Del(name)
		for _, v := range values {
			h.Add(name, v)
		}
	}
	for _, c := range a.Cookies {
		h.Add("Set-Cookie", c)
	}
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", "text/plain; charset=utf-8")
	}
}

func (f *Front) malformed(w http.ResponseWriter, r *http.Request, err error) {
	f.logf("%s %s%s: malformed response: %v", r.Method, r.Host, r.URL.Path, err)
	answer(w, http.StatusInternalServerError, "Internal Server Error")
}
