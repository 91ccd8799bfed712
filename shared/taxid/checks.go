package taxid

import "strings"

// checks are the check digits by country. They are public in each country's
// law or register, and collected in the Commission's "VAT number check digit
// algorithms"; a number of a form that has no published rule passes.
var checks = map[string]func(string) bool{
	"AT": austrian,
	"BE": belgian,
	"BG": bulgarian,
	"CH": func(n string) bool { return (11-weigh(n, 5, 4, 3, 2, 7, 6, 5, 4)%11)%11 == last(n) },
	"CY": cypriot,
	"CZ": czech,
	"DE": mod1110,
	"DK": func(n string) bool { return weigh(n, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0 },
	"EE": func(n string) bool { return weigh(n, 3, 7, 1, 3, 7, 1, 3, 7, 1)%10 == 0 },
	"EL": func(n string) bool { return weigh(n, 256, 128, 64, 32, 16, 8, 4, 2)%11%10 == last(n) },
	"ES": spanish,
	"FI": func(n string) bool { return weigh(n, 7, 9, 10, 5, 8, 4, 2, 1)%11 == 0 },
	"FR": french,
	"GB": british,
	"HR": mod1110,
	"HU": func(n string) bool { return weigh(n, 9, 7, 3, 1, 9, 7, 3, 1)%10 == 0 },
	"IE": irish,
	"IT": func(n string) bool { return n[:7] != "0000000" && luhn(n) },
	"LT": lithuanian,
	"LU": func(n string) bool { return number(n[:6])%89 == number(n[6:]) },
	"LV": latvian,
	"MT": func(n string) bool { return weigh(n, 3, 4, 6, 7, 8, 9, 10, 1)%37 == 0 },
	"NL": dutch,
	"NO": func(n string) bool { return weigh(n, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0 },
	"PL": func(n string) bool { return weigh(n, 6, 5, 7, 2, 3, 4, 5, 6, 7)%11 == last(n) },
	"PT": func(n string) bool { return n[0] != '0' && (11-weigh(n, 9, 8, 7, 6, 5, 4, 3, 2)%11)%11%10 == last(n) },
	"RO": romanian,
	"SE": func(n string) bool { return luhn(n[:10]) },
	"SI": slovenian,
	"SK": func(n string) bool { return number(n)%11 == 0 },
	"XI": british,
}

// digit is the value of the character 0 to 9.
func digit(c byte) int { return int(c - '0') }

// last is the value of the last digit.
func last(n string) int { return digit(n[len(n)-1]) }

// number is the value of a row of at most 18 digits.
func number(n string) int {
	value := 0
	for i := range len(n) {
		value = 10*value + digit(n[i])
	}
	return value
}

// weigh adds up the first digits, each times its weight.
func weigh(n string, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += w * digit(n[i])
	}
	return sum
}

// luhn is ISO/IEC 7812-1 with the check digit at the end.
func luhn(n string) bool {
	sum := 0
	for i := range len(n) {
		d := digit(n[len(n)-1-i])
		if i%2 == 1 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return sum%10 == 0
}

// mod1110 is ISO 7064 MOD 11,10 with the check digit at the end.
func mod1110(n string) bool {
	product := 10
	for i := range len(n) - 1 {
		sum := (digit(n[i]) + product) % 10
		if sum == 0 {
			sum = 10
		}
		product = 2 * sum % 11
	}
	return (11-product)%10 == last(n)
}

func austrian(n string) bool {
	sum := 4
	for i := 1; i < 8; i++ {
		d := digit(n[i])
		if i%2 == 0 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return (10-sum%10)%10 == last(n)
}

func belgian(n string) bool { return 97-number(n[:8])%97 == number(n[8:]) }

// cypriot letters come from a sum in which odd places stand for other values;
// numbers from 12 on are not given out.
func cypriot(n string) bool {
	odd := [10]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21}
	sum := 0
	for i := range 8 {
		if d := digit(n[i]); i%2 == 0 {
			sum += odd[d]
		} else {
			sum += d
		}
	}
	return !strings.HasPrefix(n, "12") && byte('A'+sum%26) == n[8]
}

func romanian(n string) bool {
	padded := strings.Repeat("0", 10-len(n)) + n
	return 10*weigh(padded, 7, 5, 3, 2, 1, 7, 5, 3, 2)%11%10 == last(n)
}

func slovenian(n string) bool {
	check := 11 - weigh(n, 8, 7, 6, 5, 4, 3, 2)%11
	return check == 10 && last(n) == 0 || check == last(n)
}
