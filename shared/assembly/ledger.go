package assembly

import (
	"context"

	"perennial/shared/charging"
	"perennial/shared/gateway"
	"perennial/shared/gateway/sandbox"
	"perennial/shared/merchant"
	"perennial/shared/operations"
)

// SandboxLedger is the sandbox gateway's word for the doctor: what it kept
// per payment of ours.
func SandboxLedger(bank *sandbox.Gateway) operations.Ledger {
	return func(ctx context.Context, scope merchant.Scope) (map[string]int64, error) {
		if scope.Mode != merchant.Test {
			return nil, nil
		}
		account := gateway.Account{Gateway: sandbox.Name, ID: scope.String()}
		lines, err := bank.Ledger(ctx, account)
		if err != nil {
			return nil, err
		}
		kept := make(map[string]int64, len(lines))
		for tag, amount := range lines {
			if _, _, payment, ok := charging.ParseTag(tag); ok {
				tag = payment
			}
			kept[tag] += amount
		}
		return kept, nil
	}
}
