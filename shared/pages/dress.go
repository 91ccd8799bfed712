package pages

import "perennial/shared/merchant"

// Dress puts a business's own look around a page, under one of its brands: the
// name, the address for questions, its legal texts, the style, and the way
// back to its shop where the page knows no other.
func (c Chrome) Dress(s merchant.State, b merchant.Brand) Chrome {
	f := s.Face(b)
	c.Business, c.Support, c.Privacy, c.Terms = f.Name, f.Support, f.Privacy, f.Terms
	c.Gateways = s.Gateways
	c.Theme, c.Logo = ThemePath(s.Settings.Branding), LogoOf(s.Settings.Branding.LogoURL)
	if c.Back == "" {
		c.Back = f.Home
	}
	return c
}
