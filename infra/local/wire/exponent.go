package wire

import (
	"strconv"
	"strings"
)

// expand writes a number without sign as digits before and after the decimal
// point. Exponents go to ±130 in DynamoDB; one that cannot be read counts as
// none, since the service would have refused the number.
func expand(number string) (whole, fraction string) {
	mantissa, power, _ := strings.Cut(strings.ToLower(number), "e")
	whole, fraction, _ = strings.Cut(mantissa, ".")
	exponent, err := strconv.Atoi(power)
	if err != nil {
		return whole, fraction
	}
	for ; exponent > 0; exponent-- {
		if fraction == "" {
			fraction = "0"
		}
		whole, fraction = whole+fraction[:1], fraction[1:]
	}
	for ; exponent < 0; exponent++ {
		if whole == "" {
			whole = "0"
		}
		whole, fraction = whole[:len(whole)-1], whole[len(whole)-1:]+fraction
	}
	return whole, fraction
}
