package merchantapi

import (
	_ "embed" // the page for people

	"perennial/shared/httpapi"
)

// about introduces the API to its readers.
const about = "Perennial speaks Dodo Payments' merchant API: its official SDKs work against it with nothing but another base URL. " +
	"Errors are `{\"code\", \"message\"}`; what is documented by Dodo and not there yet answers 501 `UNSUPPORTED_ACTION`. " +
	"Lists count pages from 0."

// The page is made from the operations by the test that keeps it up to date.
//
//go:embed reference.html
var reference []byte

func info(url string) httpapi.Info {
	return httpapi.Info{Title: "Perennial", Version: "1", Description: about, URL: url, Reference: reference}
}
