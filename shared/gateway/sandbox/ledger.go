package sandbox

import (
	"context"
	"net/http"

	"perennial/shared/gateway"
)

// Ledger is what the gateway kept per payment in minor units, refunds and
// disputes subtracted, under the metadata that each payment carried. It is the
// independent word against which the books are examined.
func (g *Gateway) Ledger(ctx context.Context, account gateway.Account) (map[string]int64, error) {
	var page struct {
		Items []struct {
			Kind    string `json:"kind"`
			Payment string `json:"payment"`
			Amount  int64  `json:"amount"`
		} `json:"items"`
	}
	if err := g.call(ctx, account, http.MethodGet, "/v1/ledger", struct{}{}, &page); err != nil {
		return nil, err
	}
	kept := make(map[string]int64)
	for _, line := range page.Items {
		if line.Kind == "refund" || line.Kind == "dispute" {
			line.Amount = -line.Amount
		}
		kept[line.Payment] += line.Amount
	}
	return kept, nil
}
