// Package s3 stands for the part of S3 that signed addresses use: PUT and GET
// of one object, refused when the signature is not that of the address or has
// run out. Objects are files in a folder.
package s3

import (
	"crypto/subtle"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"perennial/infra/local/identity"
)

// maxObject is the largest file that is kept.
const maxObject = 100 << 20

// Bucket serves the objects of a folder.
type Bucket struct{ dir string }

// Open serves a folder, which is made when the first object comes.
func Open(dir string) *Bucket { return &Bucket{dir} }

// ServeHTTP implements http.Handler.
func (b *Bucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !signed(r) {
		http.Error(w, "<Error><Code>AccessDenied</Code></Error>", http.StatusForbidden)
		return
	}
	path, err := filepath.Localize(strings.TrimPrefix(r.URL.Path, "/"))
	if err != nil {
		http.Error(w, "<Error><Code>InvalidURI</Code></Error>", http.StatusBadRequest)
		return
	}
	file := filepath.Join(b.dir, path)
	if r.Method != http.MethodPut {
		http.ServeFile(w, r, file)
		return
	}
	if err := write(file, http.MaxBytesReader(w, r.Body, maxObject)); err != nil {
		http.Error(w, "<Error><Code>InternalError</Code></Error>", http.StatusInternalServerError)
	}
}

// write keeps a file whole or not at all.
func write(file string, body io.Reader) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		return err
	}
	part, err := os.CreateTemp(filepath.Dir(file), ".part")
	if err != nil {
		return err
	}
	_, err = io.Copy(part, body)
	if closed := part.Close(); err == nil {
		err = closed
	}
	if err != nil {
		_ = os.Remove(part.Name()) // the copy's error says more
		return err
	}
	return os.Rename(part.Name(), file)
}

// signed signs the address again and compares.
func signed(r *http.Request) bool {
	query := r.URL.Query()
	at, err := time.Parse("20060102T150405Z", query.Get("X-Amz-Date"))
	life, err2 := strconv.Atoi(query.Get("X-Amz-Expires"))
	if err != nil || err2 != nil || time.Since(at) > time.Duration(life)*time.Second {
		return false
	}
	again, err := http.NewRequestWithContext(r.Context(), r.Method, "http://"+r.Host+r.URL.EscapedPath(), nil)
	if err != nil {
		return false
	}
	again.URL.RawQuery = "X-Amz-Expires=" + strconv.Itoa(life)
	keys, err := identity.Credentials().Retrieve(r.Context())
	if err != nil {
		return false
	}
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	want, _, err := signer.PresignHTTP(r.Context(), keys, again, "UNSIGNED-PAYLOAD", "s3", identity.Region, at)
	if err != nil {
		return false
	}
	_, signature, _ := strings.Cut(want, "X-Amz-Signature=")
	return subtle.ConstantTimeCompare([]byte(signature), []byte(query.Get("X-Amz-Signature"))) == 1
}
