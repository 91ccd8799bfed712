package portal_test

import (
	"io"
	"net/http"
	"strings"
)

func copyAll(into *strings.Builder, answer *http.Response) (int64, error) {
	return io.Copy(into, answer.Body)
}
