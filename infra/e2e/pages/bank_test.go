package pages

import (
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"perennial/infra/local/wait"
	"perennial/shared/assembly"
	"perennial/shared/bank"
	"perennial/shared/bank/teller"
	"perennial/shared/gateway"
	"perennial/shared/gateway/sandbox"
)

// token types a test card into the bank's fields.
func (s *shop) token(card string) string {
	s.Helper()
	now := time.Now().UTC()
	till := &teller.Teller{Vault: stage.vault, Now: func() time.Time { return now }}
	token, err := till.Tokenise(s.Context(), teller.Typed{Account: s.account().ID, Card: card, ExpMonth: 12, ExpYear: now.Year() + 8})
	s.must(err)
	return token.ID
}

// account is where the shop's customers pay.
func (s *shop) account() gateway.Account {
	return gateway.Account{Gateway: sandbox.Name, ID: s.scope.String()}
}

// settled compares the books with the bank's ledger.
func (s *shop) settled() {
	s.Helper()
	findings, err := stage.operator.Examine(s.Context(), s.scope, assembly.SandboxLedger(stage.bank))
	if err != nil || len(findings) > 0 {
		s.Errorf("the doctor finds %v, %v", findings, err)
	}
}

// kept is what the bank has taken from the customer, less what it gave back.
func (s *shop) kept() (cents int64) {
	s.Helper()
	lines, err := stage.bank.Ledger(s.Context(), s.account())
	s.must(err)
	for _, amount := range lines {
		cents += amount
	}
	return cents
}

// spoil orders a fault of the bank for the shop's account, for so many calls
// or, at 0, until it is mended.
func (s *shop) spoil(what bank.Operation, how bank.Trouble, times int) {
	s.Helper()
	s.must(stage.vault.Arm(s.Context(), bank.Fault{ID: "flt_" + string(what), Account: s.account().ID, Operation: what, Trouble: how, Times: times}))
}

func (s *shop) mend() {
	s.Helper()
	s.must(stage.vault.Clear(s.Context(), s.account().ID))
}

// types types a test card into the bank's frame, once its fields are there.
func (v *visit) types(number string) {
	v.Helper()
	for _, field := range []struct{ id, text string }{{"number", number}, {"expiry", "12/34"}, {"cvc", "123"}} {
		var node cdp.BackendNodeID
		wait.Until(v, "the card field "+field.id, func() bool { node = v.cardField(field.id); return node != 0 })
		ctx, cancel := v.within()
		_, err := chromedp.Call(ctx, dom.Focus, dom.FocusParams{BackendNodeID: node})
		cancel()
		v.must(err)
		v.write(field.text)
	}
}

// cardField finds a field inside the frame, 0 before it has loaded.
func (v *visit) cardField(id string) cdp.BackendNodeID {
	ctx, cancel := v.within()
	defer cancel()
	frame, err := chromedp.Run(ctx, chromedp.Evaluate[*runtime.RemoteObject](`document.querySelector("iframe")`))
	if err != nil || frame.ObjectID == "" {
		return 0
	}
	whole, err := chromedp.Call(ctx, dom.DescribeNode, dom.DescribeNodeParams{ObjectID: frame.ObjectID, Depth: new(int64(-1)), Pierce: new(true)})
	if err != nil || whole.Node.ContentDocument == nil {
		return 0
	}
	return named(whole.Node.ContentDocument, id)
}

// named finds the node with an id.
func named(n *cdp.Node, id string) cdp.BackendNodeID {
	for i := 0; i+1 < len(n.Attributes); i += 2 {
		if n.Attributes[i] == "id" && n.Attributes[i+1] == id {
			return n.BackendNodeID
		}
	}
	for _, child := range n.Children {
		if found := named(child, id); found != 0 {
			return found
		}
	}
	return 0
}
