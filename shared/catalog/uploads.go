package catalog

import (
	"context"
	"fmt"
	"unicode/utf8"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/ids"
	"perennial/shared/merchant"
)

// ImageKey is where the image of a product, addon, collection or brand is
// kept. Images are public.
func ImageKey(scope merchant.Scope, owner, image string) string {
	return "images/" + scope.Business + "/" + string(scope.Mode) + "/" + owner + "/" + image
}

// fileKey is where a file of a product is kept. Files are not public.
func fileKey(scope merchant.Scope, product, file string) string {
	return "files/" + scope.Business + "/" + string(scope.Mode) + "/" + product + "/" + file
}

// Upload is an address that takes one file by PUT, for a short time.
type Upload struct {
	URL string
	ID  string // of the image or file
}

// UploadImage gives an address for the image of the object with the id owner.
// current reads which image it has, and set gives it one. An image that there
// is gets replaced, unless anew asks for another id, which the object gets by
// its update; where there is none, the object has the new one at once.
func (s *Service) UploadImage(ctx context.Context, by By, owner string, anew bool, current func() (string, error), set func(image string) error) (Upload, error) {
	image, err := current()
	if err != nil {
		return Upload{}, err
	}
	first := image == ""
	if first || anew {
		image = ids.UUID()
	}
	url, err := s.Assets.Upload(ctx, ImageKey(by.Scope, owner, image))
	if err != nil {
		return Upload{}, fmt.Errorf("upload image of %s: %w", owner, err)
	}
	if first {
		err = set(image)
	}
	return Upload{url, image}, err
}

// UploadFile names a new file of a product and gives an address for it. It is
// delivered once the product's delivery lists it.
func (s *Service) UploadFile(ctx context.Context, by By, product, name string) (Upload, error) {
	var check fault.Check
	check.That(name != "" && utf8.RuneCountInString(name) <= 255, "file_name", "must have 1 to 255 characters")
	if err := check.Fault("INVALID_REQUEST_PARAMETERS", "The file is not valid."); err != nil {
		return Upload{}, err
	}
	file := ids.UUID()
	url, err := s.Assets.Upload(ctx, fileKey(by.Scope, product, file))
	if err != nil {
		return Upload{}, fmt.Errorf("upload file of %s: %w", product, err)
	}
	_, err = edit(ctx, s, by, product, "upload file", func(p billing.Product, at calendar.Instant) (billing.Product, error) {
		p.Files = append(p.Files[:len(p.Files):len(p.Files)], billing.File{ID: file, Name: name})
		p.UpdatedAt = at
		return p, p.Check()
	})
	return Upload{url, file}, err
}

// Downloads gives an address for each file that a product delivers, by id.
func (s *Service) Downloads(ctx context.Context, scope merchant.Scope, p billing.Product) (map[string]string, error) {
	urls := make(map[string]string, len(p.Delivery.Files))
	for _, id := range p.Delivery.Files {
		url, err := s.Assets.Download(ctx, fileKey(scope, p.ID, id))
		if err != nil {
			return nil, fmt.Errorf("download %s: %w", id, err)
		}
		urls[id] = url
	}
	return urls, nil
}
