package merchantapi

import (
	"context"

	"perennial/shared/billing"
	"perennial/shared/catalog"
	"perennial/shared/httpapi"
	"perennial/shared/merchant"
)

// aboutImages explains uploads.
const aboutImages = "Answers with an address that takes the image by PUT within a minute. It replaces the image that there is; " +
	"`force_update` asks for a new `image_id` instead, to be given to the object by its update once the image is there."

// uploadedImage says where an image goes.
type uploadedImage struct {
	URL     string `json:"url"`
	ImageID string `json:"image_id"`
}

func toImage(up catalog.Upload, err error) (uploadedImage, error) {
	return uploadedImage{up.URL, up.ID}, err
}

// Anew asks for a new image id.
type Anew struct {
	ForceUpdate bool `query:"force_update"`
}

type uploadProductImage struct {
	ProductPath
	Anew
}

func (s *server) uploadProductImage(ctx context.Context, c httpapi.Caller, in uploadProductImage) (uploadedImage, error) {
	return toImage(s.Catalog.UploadImage(ctx, byOf(c), in.ProductID, in.ForceUpdate, func() (string, error) {
		p, err := s.Catalog.Get(ctx, scopeOf(c), in.ProductID)
		return p.Image, err
	}, func(image string) error {
		return s.Catalog.Update(ctx, byOf(c), in.ProductID, func(p billing.Product) billing.Product {
			p.Image = image
			return p
		})
	}))
}

type uploadAddonImage struct {
	AddonPath
	Anew
}

func (s *server) uploadAddonImage(ctx context.Context, c httpapi.Caller, in uploadAddonImage) (uploadedImage, error) {
	return toImage(s.Catalog.UploadImage(ctx, byOf(c), in.ID, in.ForceUpdate, func() (string, error) {
		a, err := s.Catalog.Addon(ctx, scopeOf(c), in.ID)
		return a.Image, err
	}, func(image string) error {
		_, err := s.Catalog.UpdateAddon(ctx, byOf(c), in.ID, func(a billing.Addon) billing.Addon {
			a.Image = image
			return a
		})
		return err
	}))
}

type uploadCollectionImage struct {
	CollectionPath
	Anew
}

func (s *server) uploadCollectionImage(ctx context.Context, c httpapi.Caller, in uploadCollectionImage) (uploadedImage, error) {
	return toImage(s.Catalog.UploadImage(ctx, byOf(c), in.ID, in.ForceUpdate, func() (string, error) {
		found, err := s.Catalog.Collection(ctx, scopeOf(c), in.ID)
		return found.Image, err
	}, func(image string) error {
		_, err := s.Catalog.UpdateCollection(ctx, byOf(c), in.ID, "upload image", func(found billing.Collection) (billing.Collection, error) {
			found.Image = image
			return found, nil
		})
		return err
	}))
}

// uploadBrandImage always gives a new id, which the brand gets by its update.
func (s *server) uploadBrandImage(ctx context.Context, c httpapi.Caller, in BrandPath) (uploadedImage, error) {
	if in.ID == c.BusinessID {
		return uploadedImage{}, merchant.ErrPrimaryBrand
	}
	return toImage(s.Catalog.UploadImage(ctx, byOf(c), in.ID, true, func() (string, error) {
		b, err := s.Catalog.Brand(ctx, scopeOf(c), in.ID)
		return b.Image, err
	}, func(image string) error {
		_, err := s.Catalog.UpdateBrand(ctx, byOf(c), in.ID, func(b merchant.Brand) merchant.Brand {
			b.Image = image
			return b
		})
		return err
	}))
}

type uploadFile struct {
	ProductPath
	Body struct {
		FileName string `json:"file_name" minLength:"1" maxLength:"255"`
	}
}

// uploadedFile says where a file goes.
type uploadedFile struct {
	FileID string `json:"file_id"`
	URL    string `json:"url"`
}

func (s *server) uploadFile(ctx context.Context, c httpapi.Caller, in uploadFile) (uploadedFile, error) {
	up, err := s.Catalog.UploadFile(ctx, byOf(c), in.ProductID, in.Body.FileName)
	return uploadedFile{up.ID, up.URL}, err
}
