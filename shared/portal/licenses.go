package portal

import (
	"net/http"

	"perennial/shared/pages"
	"perennial/shared/portals"
)

// licensePage lists licence keys and the devices that use them (R065).
type licensePage struct{ Keys []licenseView }

type licenseView struct {
	Product string
	Key     string
	Chip    chip
	Note    string
	Devices []deviceView
}

type deviceView struct {
	Name   string
	Since  string
	Remove string // path of the form that frees it
}

func (v visit) license(l portals.License) licenseView {
	out := licenseView{Product: l.Product, Key: l.Key, Chip: chip{pages.Good, v.say("Active")}}
	switch {
	case l.Disabled:
		out.Chip = chip{pages.Plain, v.say("Disabled")}
	case !l.Expires.IsZero() && l.Expires <= v.now:
		out.Chip = chip{pages.Plain, v.say("Ended")}
	case !l.Expires.IsZero():
		out.Note = v.say("valid until %s", v.date(l.Expires))
	}
	if l.Limit > 0 {
		if out.Note != "" {
			out.Note += " · "
		}
		out.Note += v.say("Devices: %s of %s", quantity(int64(len(l.Devices))), quantity(int64(l.Limit)))
	}
	for _, d := range l.Devices {
		out.Devices = append(out.Devices, deviceView{d.Name, v.date(d.Since), "/licenses/" + l.ID + "/devices/" + d.ID + "/remove"})
	}
	return out
}

func (s *Server) licenses(w http.ResponseWriter, r *http.Request) {
	v, who, ok := s.person(w, r)
	if !ok {
		return
	}
	found, err := s.Self.LicensesOf(r.Context(), who)
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	if len(found) == 0 {
		pages.Fail(w, r, http.StatusNotFound)
		return
	}
	var page licensePage
	for _, l := range found {
		page.Keys = append(page.Keys, v.license(l))
	}
	s.show(w, r, http.StatusOK, "licenses", v, v.chrome(v.say("Licence keys")), page)
}

func (s *Server) releaseDevice(w http.ResponseWriter, r *http.Request) {
	_, who, ok := s.person(w, r)
	if !ok {
		return
	}
	if err := s.Self.ReleaseDevice(r.Context(), who, r.PathValue("license"), r.PathValue("device")); err != nil {
		pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, "/licenses?done=device", http.StatusSeeOther)
}
