package tax

import "strings"

// spot is a special area, told by country and the beginning of the postal code.
type spot struct {
	country string
	post    []string // prefixes without blanks; none means the whole country
	area    Area
}

func outside(code string) Area { return Area{Codes: []string{code}, Outside: true} }

// region is a part of a state with rates of its own, inside the One Stop Shop.
func region(code, state string) Area {
	return Area{Codes: []string{code, state}, State: state, OSS: true}
}

// beyond is a place that shares a state's tax and is out of the One Stop Shop's reach.
func beyond(code, state string) Area {
	codes := []string{code}
	if state != "FR" { // in the French departments FR's own rates do not apply
		codes = append(codes, state)
	}
	return Area{Codes: codes, State: state}
}

// spots lists the special areas; the first that fits wins.
//
// Outside the EU's VAT area: Directive 2006/112/EC Article 6 (Åland, Canaries,
// Ceuta and Melilla, French overseas, Mount Athos, Heligoland, Büsingen,
// Livigno, and Campione since 2020). As if inside: Article 7 (Monaco, Isle of
// Man, Akrotiri and Dhekelia). Regional rates: Articles 104 (Jungholz and
// Mittelberg) and 105 (Azores, Madeira). Büsingen and Liechtenstein are Swiss
// for VAT (Article 3 of the Swiss VAT Act).
var spots = []spot{
	{"MC", nil, Area{Codes: []string{"FR"}, State: "FR", OSS: true}},
	{"IM", nil, Area{Codes: []string{"GB"}, State: "GB"}},
	{"LI", nil, beyond("LI", "CH")},
	{"DE", []string{"78266"}, beyond("DE-78266", "CH")},
	{"CH", []string{"8238"}, beyond("DE-78266", "CH")},
	{"DE", []string{"27498"}, outside("DE-27498")},
	{"DE", []string{"87491"}, region("AT-6691", "AT")},
	{"DE", []string{"87567", "87568", "87569"}, region("AT-6991", "AT")},
	{"AT", []string{"6691"}, region("AT-6691", "AT")},
	{"AT", []string{"6991", "6992", "6993"}, region("AT-6991", "AT")},
	{"ES", []string{"35", "38"}, outside("IC")},
	{"IC", nil, outside("IC")},
	{"ES", []string{"51", "52"}, outside("EA")},
	{"EA", nil, outside("EA")},
	{"FI", []string{"22"}, outside("AX")},
	{"AX", nil, outside("AX")},
	{"GR", []string{"63086", "63087"}, outside("GR-69")},
	{"IT", []string{"23030", "23041"}, outside("IT-23041")},
	{"IT", []string{"22060", "22061"}, outside("IT-22061")},
	{"CH", []string{"6911"}, outside("IT-22061")},
	{"PT", []string{"95", "96", "97", "98", "99"}, region("PT-20", "PT")},
	{"PT", []string{"90", "91", "92", "93", "94"}, region("PT-30", "PT")},
	{"FR", []string{"97133"}, outside("BL")},
	{"FR", []string{"97150"}, outside("MF")},
	{"FR", []string{"971"}, beyond("GP", "FR")},
	{"FR", []string{"972"}, beyond("MQ", "FR")},
	{"FR", []string{"973"}, outside("GF")},
	{"FR", []string{"974"}, beyond("RE", "FR")},
	{"FR", []string{"975"}, outside("PM")},
	{"FR", []string{"976"}, outside("YT")},
	{"FR", []string{"986"}, outside("WF")},
	{"FR", []string{"987"}, outside("PF")},
	{"FR", []string{"988"}, outside("NC")},
	{"GP", nil, beyond("GP", "FR")},
	{"MQ", nil, beyond("MQ", "FR")},
	{"RE", nil, beyond("RE", "FR")},
	{"BL", nil, outside("BL")},
	{"MF", nil, outside("MF")},
	{"GF", nil, outside("GF")},
	{"PM", nil, outside("PM")},
	{"YT", nil, outside("YT")},
	{"WF", nil, outside("WF")},
	{"PF", nil, outside("PF")},
	{"NC", nil, outside("NC")},
	{"GB", []string{"BFPO57", "BFPO58", "BFPO59"}, Area{Codes: []string{"CY"}, State: "CY", OSS: true}},
}

// special finds the special area of a country and a postal code in capitals
// without blanks.
func special(country, post string) (Area, bool) {
	for _, s := range spots {
		if s.country != country {
			continue
		}
		if s.post == nil {
			return s.area, true
		}
		for _, prefix := range s.post {
			if strings.HasPrefix(post, prefix) {
				return s.area, true
			}
		}
	}
	return Area{}, false
}
