package merchantapi_test

import (
	"net/http"
	"strings"
	"testing"

	dodo "github.com/dodopayments/dodopayments-go"
)

func TestAnImageIsUploadedShownAndReplaced(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	shown := func() string {
		got, err := b.client.Products.Get(ctx, b.Product.ID)
		b.must(err)
		return got.Image
	}
	first, err := b.client.Products.Images.Update(ctx, b.Product.ID, dodo.ProductImageUpdateParams{})
	b.must(err)
	if want := "https://files.example/put/images/bus_1/test/pdt_1/" + first.ImageID; !uuid.MatchString(first.ImageID) || first.URL != want {
		t.Errorf("uploaded to %+v", first)
	}
	if want := "https://api.example/assets/images/bus_1/test/pdt_1/" + first.ImageID; shown() != want {
		t.Errorf("it shows %q", shown())
	}
	again, err := b.client.Products.Images.Update(ctx, b.Product.ID, dodo.ProductImageUpdateParams{})
	if err != nil || again.ImageID != first.ImageID {
		t.Errorf("replaced at %+v, %v", again, err)
	}
	anew, err := b.client.Products.Images.Update(ctx, b.Product.ID, dodo.ProductImageUpdateParams{ForceUpdate: dodo.F(true)})
	if err != nil || anew.ImageID == first.ImageID || !strings.HasSuffix(shown(), first.ImageID) {
		t.Errorf("a new image %+v, %v, shown %s", anew, err, shown())
	}
	b.must(b.client.Products.Update(ctx, b.Product.ID, dodo.ProductUpdateParams{ImageID: dodo.F(anew.ImageID)}))
	if !strings.HasSuffix(shown(), anew.ImageID) {
		t.Errorf("it shows %q", shown())
	}
	b.refused(b.client.Products.Update(ctx, b.Product.ID, dodo.ProductUpdateParams{ImageID: dodo.F("../../x")}), 422, "INVALID_REQUEST_BODY")
}

func TestImagesArePublicAndNothingElseIs(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	const image = "6f1c9f5e-8a44-4a7f-9a53-3f1d3d2f9b01"
	for path, want := range map[string]int{
		"/assets/images/bus_1/test/pdt_1/" + image:           http.StatusFound,
		"/assets/images/bus_1/test/pdt_1/x":                  http.StatusNotFound,
		"/assets/images/bus_1/test/..%2f..%2ffiles/" + image: http.StatusNotFound,
		"/assets/files/bus_1/test/pdt_1/" + image:            http.StatusNotFound,
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url+path, nil)
		b.must(err)
		answer, err := client.Do(r)
		b.must(err)
		b.must(answer.Body.Close())
		if answer.StatusCode != want {
			t.Errorf("%s answers %d", path, answer.StatusCode)
		}
		if want == http.StatusFound && answer.Header.Get("Location") != "https://files.example/get/images/bus_1/test/pdt_1/"+image {
			t.Errorf("%s leads to %s", path, answer.Header.Get("Location"))
		}
	}
}

func TestAFileIsDeliveredOnceTheProductNamesIt(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	up, err := b.client.Products.UpdateFiles(ctx, b.Product.ID, dodo.ProductUpdateFilesParams{FileName: dodo.F("guide.pdf")})
	if err != nil || up.URL != "https://files.example/put/files/bus_1/test/pdt_1/"+up.FileID {
		t.Errorf("uploaded to %+v, %v", up, err)
	}
	deliver := func(file string) error {
		return b.client.Products.Update(ctx, b.Product.ID, dodo.ProductUpdateParams{
			DigitalProductDelivery: dodo.F(dodo.ProductUpdateParamsDigitalProductDelivery{Files: dodo.F([]string{file})}),
		})
	}
	b.refused(deliver("6f1c9f5e-8a44-4a7f-9a53-3f1d3d2f9b01"), 422, "INVALID_REQUEST_PARAMETERS")
	b.must(deliver(up.FileID))
	got, err := b.client.Products.Get(ctx, b.Product.ID)
	b.must(err)
	files := got.DigitalProductDelivery.Files
	if len(files) != 1 || files[0].Filename != "guide.pdf" || files[0].DownloadURL != "https://files.example/get/files/bus_1/test/pdt_1/"+up.FileID || files[0].ExpiresIn != 3600 {
		t.Errorf("delivered %+v", files)
	}
}
