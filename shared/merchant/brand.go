package merchant

import (
	"net/mail"
	"net/url"
	"regexp"
	"unicode/utf8"

	"perennial/shared/calendar"
	"perennial/shared/fault"
)

// Brand is a name under which a business sells. Its primary brand is not
// stored: it is the business itself and has its id (rules 24).
type Brand struct {
	ID           string
	Version      int64
	Name         string
	Description  string
	Image        string // id of the uploaded image
	URL          string
	SupportEmail string
	Statement    string // what a customer reads on a bank statement
	ArchivedAt   calendar.Instant
	CreatedAt    calendar.Instant
	UpdatedAt    calendar.Instant
}

// Faults of brands.
var (
	ErrPrimaryBrand = fault.New(fault.Forbidden, "UNABLE_TO_EDIT_PRIMARY_BRAND", "The primary brand is the business itself and is changed with it.")
	ErrNoBrand      = fault.New(fault.NotFound, "NOT_FOUND", "There is no such brand.")
	ErrBrandClosed  = fault.New(fault.Gone, "BRAND_NOT_ENABLED", "This brand is archived.")
	ErrBrandInUse   = fault.New(fault.Conflict, "BRAND_MISMATCH", "This brand has products or collections; say with move_products_to who takes them.")
)

// statement is what card schemes print: Latin letters, digits and a little
// punctuation, with at least one letter.
var statement = regexp.MustCompile(`^[A-Za-z0-9 .,&-]*[A-Za-z][A-Za-z0-9 .,&-]*$`)

// Primary is the brand that a business is by itself.
func (b Business) Primary() Brand {
	return Brand{ID: b.ID, Name: b.Name, SupportEmail: b.SupportEmail, CreatedAt: calendar.At(b.CreatedAt)}
}

// Check names everything that is wrong with the brand.
func (b Brand) Check() error {
	var check fault.Check
	check.That(utf8.RuneCountInString(b.Name) <= 100, "name", "must be at most 100 characters")
	check.That(utf8.RuneCountInString(b.Description) <= 1000, "description", "must be at most 1000 characters")
	check.That(b.Statement == "" || len(b.Statement) >= 2 && len(b.Statement) <= 22 && statement.MatchString(b.Statement),
		"statement_descriptor", "must have 2 to 22 Latin letters, digits, spaces or . , & - and at least one letter")
	check.That(b.SupportEmail == "" || address(b.SupportEmail), "support_email", "must be an e-mail address")
	check.That(b.URL == "" || web(b.URL), "url", "must be an https address")
	return check.Fault("INVALID_REQUEST_PARAMETERS", "The brand is not valid.")
}

func address(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && len(s) <= 254
}

func web(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil && len(s) <= 2000
}
