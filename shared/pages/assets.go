package pages

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"path"
	"strings"
	"time"

	"perennial/shared/cardfields"
)

// asset is one file under /assets/.
type asset struct {
	name string // with the hash of the content
	body []byte
}

// assets by the name that templates use.
var assets = map[string]asset{
	"style.css":     fingerprinted("style.css", mustRead("web/style.css")),
	"cardfields.js": fingerprinted("cardfields.js", cardfields.Script),

	"stripefields.js": fingerprinted("stripefields.js", cardfields.StripeScript),
}

func mustRead(name string) []byte {
	body, err := web.ReadFile(name)
	if err != nil {
		panic(err) // the file is embedded
	}
	return body
}

// fingerprinted puts the content's hash into the name: style.1a2b3c4d5e6f.css.
func fingerprinted(name string, body []byte) asset {
	sum := sha256.Sum256(body)
	ext := path.Ext(name)
	return asset{strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext, body}
}

// AssetPath is where an asset is served. The path changes with the content.
func AssetPath(name string) string { return "/assets/" + assets[name].name }

// serveAsset answers GET /assets/{file}.
func serveAsset(w http.ResponseWriter, r *http.Request) {
	for _, a := range assets {
		if a.name == r.PathValue("file") {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			http.ServeContent(w, r, a.name, time.Time{}, bytes.NewReader(a.body))
			return
		}
	}
	Fail(w, r, http.StatusNotFound)
}
