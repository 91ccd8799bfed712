package billing

// Twin reports whether two methods are the same card, or bank account, at one
// account of a gateway: a customer who typed it twice has it saved twice.
func (m Method) Twin(other Method) bool {
	if m.Fingerprint == "" || m.Gateway != other.Gateway || m.Account != other.Account {
		return m.Same(other)
	}
	return m.Fingerprint == other.Fingerprint
}

// Distinct leaves one record of each card: the one to keep, else the first.
func Distinct(methods []Method, keep func(Method) bool) []Method {
	var out []Method
next:
	for _, m := range methods {
		for i, known := range out {
			if known.Twin(m) {
				if keep(m) && !keep(known) {
					out[i] = m
				}
				continue next
			}
		}
		out = append(out, m)
	}
	return out
}
