package merchant

import "cmp"

// Face is how a business shows itself to customers under one of its brands.
type Face struct {
	Name    string
	Support string // address for questions
	Home    string // the shop; https or empty
	Privacy string // https or empty
	Terms   string
}

// Face decides what customers see of the business, on every page, mail and
// document: the brand's own words, then those of the mode's branding, then the
// business's own. The primary brand has no words of its own: the zero value
// and the business itself are dressed by the branding alone.
func (s State) Face(b Brand) Face {
	if b.ID == s.Business.ID {
		b = Brand{}
	}
	look := s.Settings.Branding
	return Face{
		Name: cmp.Or(b.Name, look.Name, s.Business.Name), Support: cmp.Or(b.SupportEmail, look.Support, s.Business.SupportEmail),
		Home: cmp.Or(b.URL, look.ReturnURL), Privacy: look.PrivacyURL, Terms: look.TermsURL,
	}
}
