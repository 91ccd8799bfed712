package portal

import (
	"errors"
	"log/slog"
	"net/http"

	"perennial/shared/access"
)

// remember writes mails in the language that a visitor has chosen, too. The
// page has its language either way, so what goes wrong is only logged.
func (s *Server) remember(r *http.Request, language string) {
	if token(r) == "" {
		return
	}
	err := s.keepLanguage(r, language)
	if err != nil && !errors.Is(err, access.ErrSession) {
		slog.WarnContext(r.Context(), "language not kept", "error", err.Error())
	}
}

func (s *Server) keepLanguage(r *http.Request, language string) error {
	got, err := s.Identity.Visit(r.Context(), s.surface(r).Mode, token(r))
	if err != nil {
		return err
	}
	v := visit{Visit: got}
	g, err := s.belongings(r.Context(), v) // narrows the visitor to whom the address still is
	if err != nil {
		return err
	}
	who := v.visitor()
	who.Customers = nil
	for _, c := range g.customers {
		if c.Language != language {
			who.Customers = append(who.Customers, c.ID)
		}
	}
	return s.Self.SaveLanguage(r.Context(), who, language)
}
