package charging_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/gateway"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
)

// reads notes what statements are to say.
type reads struct {
	charging.Gateway
	said []string
}

func (r *reads) Prepare(ctx context.Context, account gateway.Account, p gateway.Params) (gateway.Intent, error) {
	r.said = append(r.said, p.Statement)
	return r.Gateway.Prepare(ctx, account, p)
}

// What is sold under a brand is charged under the brand's name, renewals too;
// the primary brand leaves the account's own.
func TestABrandsStatementIsToldTheGateway(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	heard := &reads{Gateway: w.Charging.Gateway}
	w.Charging.Gateway = heard
	w.Put(merchant.Brand{ID: "brnd_1", Name: "Atlas Studio", Statement: "ATLAS STUDIO"})
	w.Active("visa_ok")
	p := lifecycletest.Get[billing.Product](w, w.Product.ID)
	p.Brand = "brnd_1"
	w.Put(p)
	sub := w.Active("visa_ok")
	w.AdvanceTo(sub.Period.End.Add(time.Hour))
	if diff := cmp.Diff([]string{"", "ATLAS STUDIO"}, heard.said[:2]); diff != "" {
		t.Error(diff)
	}
	if n := len(heard.said); n != 4 || heard.said[2] == heard.said[3] {
		t.Errorf("the renewals say %q", heard.said[2:])
	}
}
