package i18n

import (
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// CountryName is a country as people call it.
type CountryName struct{ Code, Name string }

// Countries are the countries that customers may live in, by the codes of
// ISO 3166-1, in the order of their names in a language (CLDR).
func Countries(locale string) []CountryName {
	out := make([]CountryName, len(countries))
	for i, c := range countries {
		out[i] = CountryName{c.Code, Country(locale, c.Code)}
	}
	slices.SortFunc(out, func(a, b CountryName) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Country is the name of a country, or its code where it is not known.
func Country(locale, code string) string {
	i := slices.IndexFunc(countries, func(c CountryName) bool { return c.Code == code })
	if i < 0 {
		return code
	}
	if l, _ := known(locale); l.Code != English {
		if region, err := language.ParseRegion(code); err == nil {
			return display.Regions(language.Make(l.Code)).Name(region)
		}
	}
	return countries[i].Name
}

var countries = func() []CountryName {
	var out []CountryName
	for line := range strings.Lines(countryNames) {
		code, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		out = append(out, CountryName{code, name})
	}
	return out
}()

const countryNames = "" +
	"AD Andorra\nAE United Arab Emirates\nAF Afghanistan\nAG Antigua & Barbuda\nAI Anguilla\nAL Albania\n" +
	"AM Armenia\nAO Angola\nAR Argentina\nAS American Samoa\nAT Austria\nAU Australia\nAW Aruba\nAX Åland Islands\n" +
	"AZ Azerbaijan\nBA Bosnia & Herzegovina\nBB Barbados\nBD Bangladesh\nBE Belgium\nBF Burkina Faso\n" +
	"BG Bulgaria\nBH Bahrain\nBI Burundi\nBJ Benin\nBL St. Barthélemy\nBM Bermuda\nBN Brunei\nBO Bolivia\n" +
	"BQ Caribbean Netherlands\nBR Brazil\nBS Bahamas\nBT Bhutan\nBW Botswana\nBY Belarus\nBZ Belize\nCA Canada\n" +
	"CC Cocos (Keeling) Islands\nCD Congo - Kinshasa\nCF Central African Republic\nCG Congo - Brazzaville\n" +
	"CH Switzerland\nCI Côte d’Ivoire\nCK Cook Islands\nCL Chile\nCM Cameroon\nCN China\nCO Colombia\n" +
	"CR Costa Rica\nCU Cuba\nCV Cape Verde\nCW Curaçao\nCX Christmas Island\nCY Cyprus\nCZ Czechia\nDE Germany\n" +
	"DJ Djibouti\nDK Denmark\nDM Dominica\nDO Dominican Republic\nDZ Algeria\nEC Ecuador\nEE Estonia\nEG Egypt\n" +
	"EH Western Sahara\nER Eritrea\nES Spain\nET Ethiopia\nFI Finland\nFJ Fiji\nFK Falkland Islands\nFM Micronesia\n" +
	"FO Faroe Islands\nFR France\nGA Gabon\nGB United Kingdom\nGD Grenada\nGE Georgia\nGF French Guiana\n" +
	"GG Guernsey\nGH Ghana\nGI Gibraltar\nGL Greenland\nGM Gambia\nGN Guinea\nGP Guadeloupe\nGQ Equatorial Guinea\n" +
	"GR Greece\nGS South Georgia & South Sandwich Islands\nGT Guatemala\nGU Guam\nGW Guinea-Bissau\nGY Guyana\n" +
	"HK Hong Kong SAR China\nHN Honduras\nHR Croatia\nHT Haiti\nHU Hungary\nID Indonesia\nIE Ireland\nIL Israel\n" +
	"IM Isle of Man\nIN India\nIO British Indian Ocean Territory\nIQ Iraq\nIR Iran\nIS Iceland\nIT Italy\n" +
	"JE Jersey\nJM Jamaica\nJO Jordan\nJP Japan\nKE Kenya\nKG Kyrgyzstan\nKH Cambodia\nKI Kiribati\nKM Comoros\n" +
	"KN St. Kitts & Nevis\nKP North Korea\nKR South Korea\nKW Kuwait\nKY Cayman Islands\nKZ Kazakhstan\n" +
	"LA Laos\nLB Lebanon\nLC St. Lucia\nLI Liechtenstein\nLK Sri Lanka\nLR Liberia\nLS Lesotho\nLT Lithuania\n" +
	"LU Luxembourg\nLV Latvia\nLY Libya\nMA Morocco\nMC Monaco\nMD Moldova\nME Montenegro\nMF St. Martin\n" +
	"MG Madagascar\nMH Marshall Islands\nMK Macedonia\nML Mali\nMM Myanmar (Burma)\nMN Mongolia\nMO Macau SAR China\n" +
	"MP Northern Mariana Islands\nMQ Martinique\nMR Mauritania\nMS Montserrat\nMT Malta\nMU Mauritius\n" +
	"MV Maldives\nMW Malawi\nMX Mexico\nMY Malaysia\nMZ Mozambique\nNA Namibia\nNC New Caledonia\nNE Niger\n" +
	"NF Norfolk Island\nNG Nigeria\nNI Nicaragua\nNL Netherlands\nNO Norway\nNP Nepal\nNR Nauru\nNU Niue\n" +
	"NZ New Zealand\nOM Oman\nPA Panama\nPE Peru\nPF French Polynesia\nPG Papua New Guinea\nPH Philippines\n" +
	"PK Pakistan\nPL Poland\nPM St. Pierre & Miquelon\nPN Pitcairn Islands\nPR Puerto Rico\nPS Palestinian Territories\n" +
	"PT Portugal\nPW Palau\nPY Paraguay\nQA Qatar\nRE Réunion\nRO Romania\nRS Serbia\nRU Russia\nRW Rwanda\n" +
	"SA Saudi Arabia\nSB Solomon Islands\nSC Seychelles\nSD Sudan\nSE Sweden\nSG Singapore\nSH St. Helena\n" +
	"SI Slovenia\nSJ Svalbard & Jan Mayen\nSK Slovakia\nSL Sierra Leone\nSM San Marino\nSN Senegal\nSO Somalia\n" +
	"SR Suriname\nSS South Sudan\nST São Tomé & Príncipe\nSV El Salvador\nSX Sint Maarten\nSY Syria\n" +
	"SZ Swaziland\nTC Turks & Caicos Islands\nTD Chad\nTF French Southern Territories\nTG Togo\nTH Thailand\n" +
	"TJ Tajikistan\nTK Tokelau\nTL Timor-Leste\nTM Turkmenistan\nTN Tunisia\nTO Tonga\nTR Turkey\nTT Trinidad & Tobago\n" +
	"TV Tuvalu\nTW Taiwan\nTZ Tanzania\nUA Ukraine\nUG Uganda\nUM U.S. Outlying Islands\nUS United States\n" +
	"UY Uruguay\nUZ Uzbekistan\nVA Vatican City\nVC St. Vincent & Grenadines\nVE Venezuela\nVG British Virgin Islands\n" +
	"VI U.S. Virgin Islands\nVN Vietnam\nVU Vanuatu\nWF Wallis & Futuna\nWS Samoa\nYE Yemen\nYT Mayotte\n" +
	"ZA South Africa\nZM Zambia\nZW Zimbabwe\n"
