package billing_test

import (
	"testing"

	"perennial/shared/billing"
	"perennial/shared/money"
)

// Rules 11: what is given back is what was taken, whatever a later stage of
// the dispute names.
func TestADisputeGivesBackWhatItTook(t *testing.T) {
	t.Parallel()
	p := billing.Payment{ID: "pay_1", Amount: money.Of(2000, "USD")}
	d := billing.Dispute{ID: "dsp_1", Payment: p.ID}
	var net int64
	for _, n := range []billing.DisputeNews{
		{Stage: billing.StageDispute, Status: billing.DisputeOpened, Amount: money.Of(1500, "USD")},
		{Stage: billing.StagePreArbitration, Status: billing.DisputeChallenged, Amount: money.Of(2000, "USD")},
		{Stage: billing.StagePreArbitration, Status: billing.DisputeWon, Amount: money.Of(2000, "USD")},
	} {
		ch, changed := d.Hear(n, p)
		if !changed {
			t.Fatalf("%s, %s is not news", n.Stage, n.Status)
		}
		for _, e := range ch.Entries {
			for _, posting := range e.Postings {
				if posting.Account == billing.AccountGateway {
					net += posting.Amount.Minor
				}
			}
		}
		d, p = ch.Dispute, ch.Payment
	}
	if net != 0 || p.Withheld.Minor != 0 {
		t.Errorf("the journal is off by %d, the payment withholds %d", net, p.Withheld.Minor)
	}
}
