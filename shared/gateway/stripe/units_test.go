package stripe

import (
	"testing"

	"perennial/shared/money"
)

func TestStripeCountsSomeCurrenciesInItsOwnUnits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ours    money.Amount
		counted int64
	}{
		{money.Of(1250, "EUR"), 1250}, {money.Of(500, "JPY"), 500},
		{money.Of(500, "ISK"), 50000}, {money.Of(700, "UGX"), 70000},
		{money.Of(1230, "BHD"), 1230},
	} {
		counted, err := units(c.ours)
		if err != nil || counted != c.counted {
			t.Errorf("%v: %d, %v", c.ours, counted, err)
		}
		if back, err := amount(counted, string(c.ours.Currency)); err != nil || back != c.ours {
			t.Errorf("%d %s: %v, %v", counted, c.ours.Currency, back, err)
		}
	}
}

func TestWhatStripeCannotChargeIsRejectedAndNotRounded(t *testing.T) {
	t.Parallel()
	for _, a := range []money.Amount{money.Of(1234, "KWD"), money.Of(1<<62, "ISK")} {
		if counted, err := units(a); err == nil {
			t.Errorf("%v became %d", a, counted)
		}
	}
}
