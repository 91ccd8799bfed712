package pages

import (
	"bytes"
	"fmt"
	"net/http"

	"perennial/shared/fault"
	"perennial/shared/i18n"
	"perennial/shared/lambdahttp"
)

// Status is the HTTP status of an error's page. Who has no credential is
// forbidden: 401 would need a scheme that browsers know.
func Status(err error) int {
	f := fault.Of(err)
	switch {
	case f == nil:
		return http.StatusInternalServerError
	case f.Kind == fault.Unauthorized:
		return http.StatusForbidden
	}
	return lambdahttp.Status(f.Kind)
}

// failure is the content of an error page.
type failure struct {
	Heading string
	Text    string
	Request string // id that support can look for; only when it is our fault
}

// headings and texts of error pages. They say nothing about what exists.
var failures = map[int]failure{
	http.StatusForbidden:             {Heading: i18n.Text("This cannot be done from here"), Text: i18n.Text("Please go back, reload the page and try again.")},
	http.StatusNotFound:              {Heading: i18n.Text("There is nothing here"), Text: i18n.Text("The address may be incomplete, or the page may have moved.")},
	http.StatusMethodNotAllowed:      {Heading: i18n.Text("There is nothing here"), Text: i18n.Text("The address may be incomplete, or the page may have moved.")},
	http.StatusGone:                  {Heading: i18n.Text("This page is no longer available"), Text: i18n.Text("It has expired or was already used.")},
	http.StatusRequestEntityTooLarge: {Heading: i18n.Text("That was too much"), Text: i18n.Text("Please go back and send less.")},
	http.StatusTooManyRequests:       {Heading: i18n.Text("Please wait a moment"), Text: i18n.Text("There were many requests from your network. Please try again in a few minutes.")},
	http.StatusServiceUnavailable:    {Heading: i18n.Text("Please try again in a moment"), Text: i18n.Text("Nothing was charged and nothing was changed.")},
}

var errorPages = Parse(web, "web/error")

// Fail writes the error page of a status.
func Fail(w http.ResponseWriter, r *http.Request, status int) {
	f, ok := failures[status]
	if !ok {
		f = failure{Heading: i18n.Text("Something went wrong"), Text: lambdahttp.Sentence}
	}
	if status >= http.StatusInternalServerError {
		f.Request = lambdahttp.RequestID(r.Context())
	}
	write(w, r, status, f)
}

// Error writes the page of an error: the fault's own sentence where the
// customer can act on it, otherwise the status's.
func Error(w http.ResponseWriter, r *http.Request, err error) {
	status := Status(err)
	if status == http.StatusInternalServerError {
		lambdahttp.NoteError(r.Context(), err)
	}
	f := fault.Of(err)
	_, known := failures[status]
	if f == nil || known || status == http.StatusInternalServerError {
		Fail(w, r, status)
		return
	}
	write(w, r, status, failure{Heading: i18n.Text("This did not work"), Text: f.Message})
}

func write(w http.ResponseWriter, r *http.Request, status int, f failure) {
	say := func(text string) string { return i18n.Say(Locale(r), text) }
	f.Heading, f.Text = say(f.Heading), say(f.Text)
	var out bytes.Buffer
	page := Page{Chrome: Chrome{Title: f.Heading}, Content: f}
	page.speak(r)
	page.Self = "" // it may be an address that only one reader should see
	if err := errorPages.write(&out, "failure", page); err != nil {
		lambdahttp.NoteError(r.Context(), fmt.Errorf("render error page: %w", err))
		http.Error(w, f.Heading, status)
		return
	}
	send(w, status, out.Bytes())
}
