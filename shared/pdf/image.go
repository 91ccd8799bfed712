package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg" // logos come as either
	_ "image/png"
)

// ErrImage refuses a picture that is none, or too large.
var ErrImage = errors.New("pdf: not a PNG or JPEG of at most 2 million points")

const maxPoints = 2_000_000

// Image is a picture in one file.
type Image struct {
	index  int
	Width  int
	Height int
	rgb    []byte
	alpha  []byte
}

// Image adds a PNG or JPEG picture. Transparent parts stay so.
func (d *Document) Image(data []byte) (*Image, error) {
	shape, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || shape.Width <= 0 || shape.Height <= 0 || shape.Width*shape.Height > maxPoints {
		return nil, ErrImage
	}
	decoded, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrImage, err)
	}
	m := &Image{index: len(d.images), Width: shape.Width, Height: shape.Height}
	b := decoded.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.NRGBAModel.Convert(decoded.At(x, y)).(color.NRGBA)
			m.rgb, m.alpha = append(m.rgb, c.R, c.G, c.B), append(m.alpha, c.A)
		}
	}
	d.images = append(d.images, m)
	return m, nil
}

func (m *Image) write(w *writer) int {
	head := fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8", m.Width, m.Height)
	mask := w.stream(head+"/ColorSpace/DeviceGray", m.alpha)
	return w.stream(head+fmt.Sprintf("/ColorSpace/DeviceRGB/SMask %d 0 R", mask), m.rgb)
}
