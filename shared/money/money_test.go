package money_test

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"perennial/shared/fault"
	"perennial/shared/money"
)

// anyCurrency covers the exponents 0, 2 and 3.
var anyCurrency = rapid.SampledFrom([]money.Currency{"USD", "EUR", "INR", "JPY", "KRW", "BHD", "KWD"})

var anyAmount = rapid.Custom(func(t *rapid.T) money.Amount {
	return money.Of(rapid.Int64().Draw(t, "minor"), anyCurrency.Draw(t, "currency"))
})

func TestCurrencyExponents(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]int{"USD": 2, "EUR": 2, "JPY": 0, "KRW": 0, "BHD": 3, "KWD": 3} {
		c, err := money.ParseCurrency(code)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Exponent(); got != want {
			t.Errorf("%s has %d decimals, want %d", code, got, want)
		}
	}
}

func TestUnknownCurrencyIsRefused(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"", "usd", "US", "DOLLARS", "ZZZ"} {
		if _, err := money.ParseCurrency(code); !errors.Is(err, money.ErrCurrency) {
			t.Errorf("ParseCurrency(%q) = %v, want ErrCurrency", code, err)
		}
	}
}

// whole is a result as an exact number, or nothing where it does not fit.
func whole(n *big.Int, c money.Currency) (money.Amount, error) {
	if !n.IsInt64() {
		return money.Amount{}, money.ErrOverflow
	}
	return money.Of(n.Int64(), c), nil
}

func same(t *rapid.T, got money.Amount, err error, want money.Amount, wantErr error) {
	if got != want || !errors.Is(err, wantErr) {
		t.Fatalf("got %v, %v; want %v, %v", got, err, want, wantErr)
	}
}

func TestSumsAreExactOrRefused(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := anyAmount.Draw(t, "a")
		b := money.Of(rapid.Int64().Draw(t, "b"), a.Currency)
		x, y := big.NewInt(a.Minor), big.NewInt(b.Minor)

		sum, err := a.Add(b)
		want, wantErr := whole(new(big.Int).Add(x, y), a.Currency)
		same(t, sum, err, want, wantErr)

		difference, err := a.Sub(b)
		want, wantErr = whole(new(big.Int).Sub(x, y), a.Currency)
		same(t, difference, err, want, wantErr)

		negative, err := b.Neg()
		want, wantErr = whole(new(big.Int).Neg(y), a.Currency)
		same(t, negative, err, want, wantErr)
	})
}

func TestCurrenciesDoNotMix(t *testing.T) {
	t.Parallel()
	usd, eur := money.Of(100, "USD"), money.Of(100, "EUR")
	_, add := usd.Add(eur)
	_, sub := usd.Sub(eur)
	_, sum := money.Sum("USD", usd, eur)
	for name, err := range map[string]error{"Add": add, "Sub": sub, "Sum": sum} {
		if !errors.Is(err, money.ErrMix) {
			t.Errorf("%s = %v, want ErrMix", name, err)
		}
	}
}

func TestSum(t *testing.T) {
	t.Parallel()
	if got, err := money.Sum("JPY"); got != money.Of(0, "JPY") || err != nil {
		t.Errorf("the sum of nothing = %v, %v; want zero yen", got, err)
	}
	got, err := money.Sum("USD", money.Of(1000, "USD"), money.Of(-250, "USD"), money.Of(1, "USD"))
	if got != money.Of(751, "USD") || err != nil {
		t.Errorf("10.00 - 2.50 + 0.01 = %v, %v; want 7.51", got, err)
	}
	if _, err := money.Sum("USD", money.Of(math.MaxInt64, "USD"), money.Of(1, "USD")); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("a sum beyond the largest amount = %v, want ErrOverflow", err)
	}
}

func TestTimesRoundsHalfAwayFromZero(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name            string
		minor, num, den int64
		want            int64
	}{
		{"half a cent up", 1, 1, 2, 1},
		{"half a cent of credit down", -1, 1, 2, -1},
		{"a third of a dollar", 100, 1, 3, 33},
		{"two thirds of a dollar", 100, 2, 3, 67},
		{"just under a half", 1000, 4999, 10_000_000, 0},
		{"ten days of thirty", 2999, 10, 30, 1000},
		{"twenty seats", 1500, 20, 1, 30000},
		{"a negative denominator", 5, 1, -2, -3},
		{"a long product that fits again", math.MaxInt64, math.MaxInt64, math.MaxInt64, math.MaxInt64},
	} {
		got, err := money.Of(c.minor, "USD").Times(c.num, c.den)
		if got != money.Of(c.want, "USD") || err != nil {
			t.Errorf("%s: %d·%d/%d = %v, %v; want %d", c.name, c.minor, c.num, c.den, got, err, c.want)
		}
	}
}

func TestTimesRefusesWhatItCannotSay(t *testing.T) {
	t.Parallel()
	if _, err := money.Of(1, "USD").Times(1, 0); !errors.Is(err, money.ErrDivision) {
		t.Errorf("1/0 = %v, want ErrDivision", err)
	}
	if _, err := money.Of(math.MaxInt64, "USD").Times(2, 1); !errors.Is(err, money.ErrOverflow) || fault.Of(err) == nil {
		t.Errorf("twice the largest amount = %v, want ErrOverflow", err)
	}
}

func TestACreditMirrorsItsCharge(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := money.Of(rapid.Int64Range(-math.MaxInt64, math.MaxInt64).Draw(t, "minor"), "USD")
		num, den := rapid.Int64Range(0, 1e6).Draw(t, "num"), rapid.Int64Range(1, 1e6).Draw(t, "den")
		credit, _ := a.Neg()
		charged, err := a.Times(num, den)
		credited, creditErr := credit.Times(num, den)
		if !errors.Is(creditErr, err) || charged.Minor != -credited.Minor {
			t.Fatalf("charge %v, %v; credit %v, %v", charged, err, credited, creditErr)
		}
	})
}

func TestTimesIsWithinHalfAUnit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := money.Of(rapid.Int64Range(-1e15, 1e15).Draw(t, "minor"), "USD")
		num, den := rapid.Int64Range(-1000, 1000).Draw(t, "num"), rapid.Int64Range(1, 1000).Draw(t, "den")
		got, err := a.Times(num, den)
		if err != nil {
			t.Fatal(err)
		}
		exact := new(big.Rat).Mul(new(big.Rat).SetInt64(a.Minor), big.NewRat(num, den))
		off := new(big.Rat).Sub(new(big.Rat).SetInt64(got.Minor), exact)
		if off.Abs(off).Cmp(big.NewRat(1, 2)) > 0 {
			t.Fatalf("%d·%d/%d = %d, off by %s", a.Minor, num, den, got.Minor, off)
		}
	})
}

func TestSplitGivesTheRestToTheLargestRemainder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		minor   int64
		weights []int64
		want    []int64
	}{
		{"a dollar in three, the first gets the cent", 100, []int64{1, 1, 1}, []int64{34, 33, 33}},
		{"a credit of a dollar in three", -100, []int64{1, 1, 1}, []int64{-34, -33, -33}},
		{"the larger remainder wins", 10, []int64{1, 2, 4}, []int64{1, 3, 6}},
		{"a free line gets nothing", 5, []int64{0, 3, 0, 4}, []int64{0, 2, 0, 3}},
		{"nothing to split", 0, []int64{1, 2}, []int64{0, 0}},
	} {
		parts, err := money.Of(c.minor, "USD").Split(c.weights)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		var got []int64
		for _, p := range parts {
			got = append(got, p.Minor)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestSplitRefusesWeightsWithoutMeaning(t *testing.T) {
	t.Parallel()
	if _, err := money.Of(1, "USD").Split(nil); !errors.Is(err, money.ErrDivision) {
		t.Errorf("no weights: %v, want ErrDivision", err)
	}
	if _, err := money.Of(1, "USD").Split([]int64{0, 0}); !errors.Is(err, money.ErrDivision) {
		t.Errorf("zero weights: %v, want ErrDivision", err)
	}
	if _, err := money.Of(1, "USD").Split([]int64{2, -1}); !errors.Is(err, money.ErrWeight) {
		t.Errorf("negative weight: %v, want ErrWeight", err)
	}
}

func TestSplitAddsUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := anyAmount.Draw(t, "amount")
		weights := rapid.SliceOfN(rapid.Int64Range(0, math.MaxInt64), 1, 12).Draw(t, "weights")
		parts, err := a.Split(append(weights, 1))
		if err != nil {
			t.Fatal(err)
		}
		total, err := money.Sum(a.Currency, parts...)
		if err != nil || total != a {
			t.Fatalf("%v in parts %v adds up to %v, %v", a, parts, total, err)
		}
		for i, p := range parts {
			if i < len(weights) && weights[i] == 0 && !p.Nothing() {
				t.Fatalf("weight 0 got %v", p)
			}
			if p.Minor != 0 && (p.Minor > 0) != (a.Minor > 0) {
				t.Fatalf("part %v has not the sign of %v", p, a)
			}
		}
	})
}

func TestASplitCreditMirrorsTheSplitCharge(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := money.Of(rapid.Int64Range(-math.MaxInt64, math.MaxInt64).Draw(t, "minor"), "USD")
		weights := append(rapid.SliceOfN(rapid.Int64Range(0, 1e9), 1, 12).Draw(t, "weights"), 1)
		credit, _ := a.Neg()
		charged, err := a.Split(weights)
		if err != nil {
			t.Fatal(err)
		}
		credited, err := credit.Split(weights)
		if err != nil {
			t.Fatal(err)
		}
		for i := range charged {
			if charged[i].Minor != -credited[i].Minor {
				t.Fatalf("charge %v, credit %v", charged, credited)
			}
		}
	})
}
