package taxid

// checks are the check digits by country; a country that is not here publishes
// no rule.
var checks = map[string]func(string) bool{
	"DE": german,
}

// german is ISO 7064 MOD 11,10.
func german(n string) bool {
	product := 10
	for _, d := range digits(n[:8]) {
		sum := (d + product) % 10
		if sum == 0 {
			sum = 10
		}
		product = 2 * sum % 11
	}
	return (11-product)%10 == digits(n)[8]
}

// digits are the values of the characters 0 to 9.
func digits(n string) []int {
	values := make([]int, len(n))
	for i := range n {
		values[i] = int(n[i] - '0')
	}
	return values
}
