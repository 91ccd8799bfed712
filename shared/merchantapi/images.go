package merchantapi

import (
	"net/http"
	"regexp"

	"perennial/shared/catalog"
	"perennial/shared/httpapi"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// imageParts are what the address of an image may be made of.
var imageParts = regexp.MustCompile(`^bus_[\w-]{1,60}/(test|live)/(pdt|adn|pdc|brnd)_[\w-]{1,60}/[0-9a-f-]{36}$`)

// showImage leads to an image, which is public. The addresses that it leads to
// end after an hour; this one does not.
func (s *server) showImage(w http.ResponseWriter, r *http.Request, _ httpapi.Caller) error {
	parts := r.PathValue("business") + "/" + r.PathValue("mode") + "/" + r.PathValue("owner") + "/" + r.PathValue("image")
	if !imageParts.MatchString(parts) {
		return record.ErrNotFound
	}
	scope := merchant.Scope{Business: r.PathValue("business"), Mode: merchant.Mode(r.PathValue("mode"))}
	url, err := s.Catalog.Assets.Download(r.Context(), catalog.ImageKey(scope, r.PathValue("owner"), r.PathValue("image")))
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "public, max-age=300")
	http.Redirect(w, r, url, http.StatusFound)
	return nil
}
