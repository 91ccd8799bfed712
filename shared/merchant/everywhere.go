package merchant

// everywhere is no business's id: those begin with "bus_".
const everywhere = "everywhere"

// Everywhere is the scope of what a person holds over all businesses of a
// mode: links and sessions of the unified portal. It has no settings, and
// its clock is the wall's.
func Everywhere(mode Mode) Scope { return Scope{Business: everywhere, Mode: mode} }

// IsEverywhere reports the scope of the unified portal.
func (s Scope) IsEverywhere() bool { return s.Business == everywhere }
