package taxid_test

import (
	"errors"
	"strings"
	"testing"

	"perennial/shared/taxid"
)

// TestNumbersOfEveryCountry reads one number of each kind, and none whose check
// character is another. check is its place, counted from the end.
func TestNumbersOfEveryCountry(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		raw, want string
		check     int
	}{
		{"ATU13585627", "ATU13585627", 1},
		{"BE 428.759.497", "BE0428759497", 1},
		{"BG 175 074 752", "BG175074752", 1},
		{"CHE-100.155.212 MWST", "CHE100155212MWST", 5},
		{"CY-10259033P", "CY10259033P", 1},
		{"CZ 25123891", "CZ25123891", 1},
		{"CZ 640903926", "CZ640903926", 1},
		{"DE 136,695 976", "DE136695976", 1},
		{"DK 13585628", "DK13585628", 1},
		{"EE 100 931 558", "EE100931558", 1},
		{"GR 094259216", "EL094259216", 1},
		{"ES B58378431", "ESB58378431", 1},
		{"ES 54362315K", "ES54362315K", 1},
		{"ES X2482300W", "ESX2482300W", 1},
		{"FI 20774740", "FI20774740", 1},
		{"FR 40 303 265 045", "FR40303265045", 1},
		{"FR K7399859412", "FRK7399859412", 1},
		{"GB 980 7806 84", "GB980780684", 1},
		{"HR 33392005961", "HR33392005961", 1},
		{"HU-12892312", "HU12892312", 1},
		{"IE 6433435F", "IE6433435F", 1},
		{"IE 6433435OA", "IE6433435OA", 2},
		{"IE 8D79739I", "IE8D79739I", 1},
		{"IT 00743110157", "IT00743110157", 1},
		{"LT 119511515", "LT119511515", 1},
		{"LT 100001919017", "LT100001919017", 1},
		{"LU 150 274 42", "LU15027442", 1},
		{"LV 4000 3521 600", "LV40003521600", 1},
		{"MT 1167-9112", "MT11679112", 1},
		{"NL 004495445B01", "NL004495445B01", 4},
		{"NL 002455799B11", "NL002455799B11", 1},
		{"NO 988 077 917 MVA", "NO988077917MVA", 4},
		{"PL 8567346215", "PL8567346215", 1},
		{"PT 501 964 843", "PT501964843", 1},
		{"RO 18547290", "RO18547290", 1},
		{"SE 123456789701", "SE123456789701", 3},
		{"SI 5022 3054", "SI50223054", 1},
		{"SK 202 274 96 19", "SK2022749619", 1},
		{"XI 980 7806 84", "XI980780684", 1},
	} {
		id, err := taxid.Parse(c.raw, c.want[:2])
		if err != nil || id.String() != c.want {
			t.Errorf("Parse(%q) = %v, %v; want %s", c.raw, id, err, c.want)
			continue
		}
		place := len(c.want) - c.check
		others := "0123456789"
		if c.want[place] > '9' {
			others = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		}
		for _, other := range strings.Split(others, "") {
			wrong := c.want[:place] + other + c.want[place+1:]
			if id, err := taxid.Parse(wrong, c.want[:2]); wrong != c.want && err == nil {
				t.Errorf("%s was read as %v in place of %s", wrong, id, c.want)
			}
		}
	}
}

func TestTheCountryOfANumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, raw, country, want string }{
		{"without a prefix, the buyer's country", "136695976", "DE", "DE136695976"},
		{"Greece by its ISO code", "094259216", "GR", "EL094259216"},
		{"a prefix of another country", "DK13585628", "SE", "DK13585628"},
		{"Monaco has French numbers", "40303265045", "MC", "FR40303265045"},
		{"small letters and blanks", " de 136 695 976 ", "de", "DE136695976"},
		{"Northern Ireland from a British address", "XI980780684", "GB", "XI980780684"},
		{"a buyer in America with a German number", "DE136695976", "US", "DE136695976"},
	} {
		if id, err := taxid.Parse(c.raw, c.country); err != nil || id.String() != c.want {
			t.Errorf("%s: %v, %v; want %s", c.name, id, err, c.want)
		}
	}
}

func TestWhatIsNoNumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		raw, country string
		want         error
	}{
		{"", "DE", taxid.ErrForm},
		{"DE12345", "DE", taxid.ErrForm},
		{"DE136695977", "DE", taxid.ErrChecksum},
		{"12-3456789", "US", taxid.ErrCountry},
		{"'; drop table", "FR", taxid.ErrForm},
		{"GB000000000", "GB", taxid.ErrChecksum},
	} {
		if id, err := taxid.Parse(c.raw, c.country); !errors.Is(err, c.want) {
			t.Errorf("Parse(%q, %q) = %v, %v; want %v", c.raw, c.country, id, err, c.want)
		}
	}
}

func TestOnlyTheUnionIsAskedInVIES(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]bool{"DE136695976": true, "XI980780684": true, "GB980780684": false, "NO988077917MVA": false, "CHE100155212": false} {
		id, err := taxid.Parse(raw, "")
		if err != nil || id.InVIES() != want {
			t.Errorf("%s in VIES: %v, %v; want %v", raw, id.InVIES(), err, want)
		}
	}
}

// FuzzParse: whatever is typed, a number that is read is read as itself again.
func FuzzParse(f *testing.F) {
	f.Add("FR 40 303 265 045", "FR")
	f.Add("CHE-100.155.212 TVA", "CH")
	f.Add("NO988077917MVA", "")
	f.Fuzz(func(t *testing.T, raw, country string) {
		id, err := taxid.Parse(raw, country)
		if err != nil {
			return
		}
		if again, err := taxid.Parse(id.String(), id.Country); err != nil || again != id {
			t.Errorf("%q gives %v, which gives %v, %v", raw, id, again, err)
		}
	})
}
