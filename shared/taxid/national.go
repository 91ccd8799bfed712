package taxid

import "strings"

// bulgarian numbers are of a company (9 digits), a citizen, a foreigner or
// another payer (10 digits each), told apart by which check fits.
func bulgarian(n string) bool {
	if len(n) == 9 {
		check := weigh(n, 1, 2, 3, 4, 5, 6, 7, 8) % 11
		if check == 10 {
			check = weigh(n, 3, 4, 5, 6, 7, 8, 9, 10) % 11 % 10
		}
		return check == last(n)
	}
	return weigh(n, 2, 4, 8, 5, 10, 9, 7, 3, 6)%11%10 == last(n) ||
		weigh(n, 21, 19, 17, 13, 11, 9, 7, 3, 1)%10 == last(n) ||
		(11-weigh(n, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11)%11 == last(n)
}

// czech numbers are of a company (8 digits), a person (9 digits from 6 on), or
// a birth number, which has a check digit since it has 10 digits.
func czech(n string) bool {
	switch {
	case len(n) == 8:
		return n[0] != '9' && (11-weigh(n, 8, 7, 6, 5, 4, 3, 2)%11)%10 == last(n)
	case len(n) == 9 && n[0] == '6':
		sum := weigh(n[1:], 8, 7, 6, 5, 4, 3, 2) % 11
		return (8-(10-sum)%11+10)%10 == last(n)
	case len(n) == 10:
		return number(n[:9])%11%10 == last(n)
	}
	return true
}

// spanish numbers are of a citizen, of a foreigner (X, Y, Z), of a person
// without either (K, L, M), or of a company.
func spanish(n string) bool {
	const letters = "TRWAGMYFPDXBNJZSQVHLCKE"
	switch first := n[0]; {
	case first <= '9':
		return letters[number(n[:8])%23] == n[8]
	case strings.IndexByte("XYZ", first) >= 0:
		return letters[(int(first-'X')*10_000_000+number(n[1:8]))%23] == n[8]
	case strings.IndexByte("KLM", first) >= 0:
		return letters[number(n[1:8])%23] == n[8]
	}
	return spanishCompany(n)
}

// spanishCompany checks a CIF. Which kinds end in a digit and which in a letter
// is told differently in different places, so that both are accepted.
func spanishCompany(n string) bool {
	sum := 0
	for i := 1; i < 8; i++ {
		d := digit(n[i])
		if i%2 == 1 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	check := (10 - sum%10) % 10
	known := strings.IndexByte("ABCDEFGHJNPQRSUVW", n[0]) >= 0
	return known && (n[8] == byte('0'+check) || n[8] == "JABCDEFGHI"[check])
}

// french numbers are a key and a SIREN; the key of newer ones has letters.
// Monaco's begin with 000 and carry no check digit in the SIREN.
func french(n string) bool {
	siren := number(n[2:])
	if !strings.HasPrefix(n[2:], "000") && !luhn(n[2:]) {
		return false
	}
	if n[0] <= '9' && n[1] <= '9' {
		return (12+3*(siren%97))%97 == number(n[:2])
	}
	const alphabet = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
	first, second := strings.IndexByte(alphabet, n[0]), strings.IndexByte(alphabet, n[1])
	key := first*34 + second - 100
	if n[0] <= '9' {
		key = first*24 + second - 10
	}
	return key >= 0 && (siren+1+key/11)%11 == key%11
}

// british numbers of departments (GD) and health authorities (HA) carry no
// check; the others are old (97) or new (9755) numbers.
func british(n string) bool {
	if n[0] > '9' {
		return true
	}
	sum := weigh(n, 8, 7, 6, 5, 4, 3, 2, 10, 1)
	return number(n[:7]) > 0 && (sum%97 == 0 || (sum+55)%97 == 0)
}

// irish numbers end in a letter, or two; old ones have a letter in second place.
func irish(n string) bool {
	const alphabet = "WABCDEFGHIJKLMNOPQRSTUV"
	if n[1] < '0' || n[1] > '9' {
		n = "0" + n[2:7] + n[:1] + n[7:]
	}
	sum := weigh(n, 8, 7, 6, 5, 4, 3, 2)
	if len(n) == 9 {
		sum += 9 * strings.IndexByte(alphabet, n[8])
	}
	return alphabet[sum%23] == n[7]
}

// lithuanian numbers are of a company (9 digits) or a temporary payer (12).
func lithuanian(n string) bool {
	if n[len(n)-2] != '1' {
		return false
	}
	check := 0
	for _, shift := range []int{0, 2} {
		check = 0
		for i := range len(n) - 1 {
			check += (1 + (i+shift)%9) * digit(n[i])
		}
		if check %= 11; check < 10 {
			break
		}
	}
	return check%10 == last(n)
}

// latvian numbers are of a company (from 4 on) or a personal code, whose new
// form, from 32 on, carries no check.
func latvian(n string) bool {
	switch {
	case n[0] > '3':
		return weigh(n, 9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1)%11 == 3
	case strings.HasPrefix(n, "32"):
		return true
	}
	return (1+weigh(n, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9))%11%10 == last(n)
}

// dutch numbers of companies follow the eleven test; those of sole traders,
// since 2020, ISO 7064 MOD 97-10 over the whole number.
func dutch(n string) bool {
	if sum := weigh(n, 9, 8, 7, 6, 5, 4, 3, 2) - last(n[:9]); sum%11 == 0 {
		return true
	}
	rest := 0
	for _, c := range "NL" + n {
		if c >= 'A' {
			rest = (rest*100 + int(c-'A') + 10) % 97
		} else {
			rest = (rest*10 + int(c-'0')) % 97
		}
	}
	return rest == 1
}
