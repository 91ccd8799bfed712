// Package money is integer arithmetic on amounts of one currency. Overflow,
// division by zero and mixing currencies are errors; rounding happens once,
// half away from zero, so that a credit mirrors a charge.
package money

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"

	"github.com/bojanz/currency"

	"perennial/shared/fault"
)

// Currency is an upper-case ISO 4217 code.
type Currency string

// Amount is a number of minor units (cents, yen, fils) of one currency.
type Amount struct {
	Minor    int64
	Currency Currency
}

// Errors of this package.
var (
	ErrOverflow = fault.New(fault.Invalid, "AMOUNT_TOO_LARGE", "The amount is too large.")
	ErrMix      = errors.New("money: currencies differ")
	ErrDivision = errors.New("money: division by zero")
	ErrCurrency = errors.New("money: unknown currency")
	ErrWeight   = errors.New("money: negative weight")
)

// ParseCurrency accepts a known ISO 4217 code in upper case.
func ParseCurrency(code string) (Currency, error) {
	if code == "" || !currency.IsValid(code) { // the library takes "" for a currency
		return "", fmt.Errorf("%w: %q", ErrCurrency, code)
	}
	return Currency(code), nil
}

// Exponent is the number of decimals of the currency: USD 2, JPY 0, BHD 3.
func (c Currency) Exponent() int {
	digits, _ := currency.GetDigits(string(c)) // an unknown code has no decimals
	return int(digits)
}

// Of makes an amount.
func Of(minor int64, c Currency) Amount { return Amount{Minor: minor, Currency: c} }

// Nothing reports whether the amount is zero. It is not called IsZero, because
// encoders leave out what says so of itself, and the currency with it.
func (a Amount) Nothing() bool { return a.Minor == 0 }

// Decimal writes the amount, which is not negative, as a number: 12.50.
func (a Amount) Decimal() string {
	digits, places := strconv.FormatInt(a.Minor, 10), a.Currency.Exponent()
	if places == 0 {
		return digits
	}
	for len(digits) <= places {
		digits = "0" + digits
	}
	return digits[:len(digits)-places] + "." + digits[len(digits)-places:]
}

// Add returns a + b.
func (a Amount) Add(b Amount) (Amount, error) {
	if a.Currency != b.Currency {
		return Amount{}, fmt.Errorf("%w: %s and %s", ErrMix, a.Currency, b.Currency)
	}
	sum := a.Minor + b.Minor
	if b.Minor != 0 && (sum > a.Minor) != (b.Minor > 0) {
		return Amount{}, ErrOverflow
	}
	return Amount{sum, a.Currency}, nil
}

// Neg returns -a.
func (a Amount) Neg() (Amount, error) {
	if a.Minor == math.MinInt64 {
		return Amount{}, ErrOverflow
	}
	return Amount{-a.Minor, a.Currency}, nil
}

// Sub returns a - b.
func (a Amount) Sub(b Amount) (Amount, error) {
	if a.Currency != b.Currency {
		return Amount{}, fmt.Errorf("%w: %s and %s", ErrMix, a.Currency, b.Currency)
	}
	difference := a.Minor - b.Minor
	if b.Minor != 0 && (difference < a.Minor) != (b.Minor > 0) {
		return Amount{}, ErrOverflow
	}
	return Amount{difference, a.Currency}, nil
}

// Times returns a·num/den, rounded once half away from zero.
func (a Amount) Times(num, den int64) (Amount, error) {
	if den == 0 {
		return Amount{}, ErrDivision
	}
	return a.scaled(big.NewInt(num), big.NewInt(den))
}

// Part returns a times an exact share, rounded once half away from zero.
func (a Amount) Part(share *big.Rat) (Amount, error) { return a.scaled(share.Num(), share.Denom()) }

func (a Amount) scaled(num, den *big.Int) (Amount, error) {
	product := new(big.Int).Mul(big.NewInt(a.Minor), num)
	quotient, rest := new(big.Int).QuoRem(product, den, new(big.Int))
	twice := new(big.Int).Abs(rest)
	if twice.Lsh(twice, 1).CmpAbs(den) >= 0 {
		quotient.Add(quotient, big.NewInt(int64(product.Sign()*den.Sign())))
	}
	if !quotient.IsInt64() {
		return Amount{}, ErrOverflow
	}
	return Amount{quotient.Int64(), a.Currency}, nil
}

// Sum adds amounts of one currency; the sum of none is zero of c.
func Sum(c Currency, amounts ...Amount) (Amount, error) {
	total := Amount{Currency: c}
	for _, a := range amounts {
		var err error
		if total, err = total.Add(a); err != nil {
			return Amount{}, err
		}
	}
	return total, nil
}

// Split divides a by weights so that the parts add up to a: each part is
// rounded towards zero, then the rest goes to the largest remainders, the
// earlier part first.
func (a Amount) Split(weights []int64) ([]Amount, error) {
	total := new(big.Int)
	for _, w := range weights {
		if w < 0 {
			return nil, fmt.Errorf("%w: %d", ErrWeight, w)
		}
		total.Add(total, big.NewInt(w))
	}
	if total.Sign() == 0 {
		return nil, ErrDivision
	}
	return a.split(weights, total), nil
}

// split gives each weight its share of a, which the weights' total divides.
func (a Amount) split(weights []int64, total *big.Int) []Amount {
	parts := make([]Amount, len(weights))
	rests := make([]*big.Int, len(weights))
	left := a.Minor
	for i, w := range weights {
		share := new(big.Int).Mul(big.NewInt(a.Minor), big.NewInt(w))
		quotient, rest := share.QuoRem(share, total, new(big.Int))
		parts[i] = Amount{quotient.Int64(), a.Currency}
		rests[i] = rest.Abs(rest)
		left -= parts[i].Minor
	}
	step := int64(1)
	if left < 0 {
		step = -1
	}
	for ; left != 0; left -= step {
		i := largest(rests)
		parts[i].Minor += step
		rests[i] = new(big.Int)
	}
	return parts
}

// largest is the index of the first of the largest numbers.
func largest(numbers []*big.Int) int {
	best := 0
	for i, n := range numbers {
		if n.Cmp(numbers[best]) > 0 {
			best = i
		}
	}
	return best
}
