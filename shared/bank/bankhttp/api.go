package bankhttp

import (
	"context"

	"perennial/shared/bank"
	"perennial/shared/money"
)

func (s *Server) enrol(ctx context.Context, r request) (any, error) {
	var in struct{ Reference string }
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	customer, err := s.Teller.Enrol(ctx, r.Call, in.Reference)
	return customerJSON{ID: customer.ID, Reference: customer.Reference}, err
}

func (s *Server) save(ctx context.Context, r request) (any, error) {
	var in struct{ Customer, Token string }
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	method, err := s.Teller.Save(ctx, r.Call, in.Customer, in.Token)
	return methodToJSON(method), err
}

func (s *Server) remove(ctx context.Context, r request) (any, error) {
	return struct{}{}, s.Teller.Remove(ctx, r.Call, r.PathValue("id"))
}

func (s *Server) prepare(ctx context.Context, r request) (any, error) {
	var in orderJSON
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	return s.intent(s.Teller.Prepare(ctx, r.Call, bank.Order{
		Amount: money.Of(in.Amount, money.Currency(in.Currency)), Customer: in.Customer, Method: in.Method,
		OnSession: in.OnSession, Challenge: in.Challenge, ReturnURL: in.ReturnURL, Payment: in.Payment,
	}))
}

func (s *Server) confirm(ctx context.Context, r request) (any, error) {
	return s.intent(s.Teller.Confirm(ctx, r.Call, r.PathValue("id")))
}

func (s *Server) find(ctx context.Context, r request) (any, error) {
	return s.intent(s.Teller.Find(ctx, r.Call, r.PathValue("id")))
}

func (s *Server) cancel(ctx context.Context, r request) (any, error) {
	return s.intent(s.Teller.Cancel(ctx, r.Call, r.PathValue("id")))
}

func (s *Server) list(ctx context.Context, r request) (any, error) {
	intents, err := s.Teller.List(ctx, r.Call, r.URL.Query().Get("customer"))
	page := listJSON[intentJSON]{Items: []intentJSON{}}
	for _, i := range intents {
		page.Items = append(page.Items, intentToJSON(s.origin, i))
	}
	return page, err
}

func (s *Server) refund(ctx context.Context, r request) (any, error) {
	var in struct {
		Intent   string
		Amount   int64
		Currency string
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	refund, err := s.Teller.Refund(ctx, r.Call, in.Intent, money.Of(in.Amount, money.Currency(in.Currency)))
	return refundToJSON(in.Intent, refund, s.Now()), err
}

func (s *Server) refunds(ctx context.Context, r request) (any, error) {
	id := r.PathValue("id")
	refunds, err := s.Teller.Refunds(ctx, r.Call, id)
	page := listJSON[refundJSON]{Items: []refundJSON{}}
	for _, refund := range refunds {
		page.Items = append(page.Items, refundToJSON(id, refund, s.Now()))
	}
	return page, err
}

func (s *Server) findDispute(ctx context.Context, r request) (any, error) {
	d, err := s.Teller.FindDispute(ctx, r.Call, r.PathValue("id"))
	return disputeToJSON(d), err
}

// openDispute is the holder's complaint, which an operator makes.
func (s *Server) openDispute(ctx context.Context, r request) (any, error) {
	in := struct{ Intent, Stage, Reason string }{Stage: string(bank.StageDispute), Reason: "fraudulent"}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	d, err := s.Teller.Dispute(ctx, r.Call, in.Intent, bank.DisputeStage(in.Stage), in.Reason)
	return disputeToJSON(d), err
}

// ruleDispute is the banks' decision, which an operator makes.
func (s *Server) ruleDispute(ctx context.Context, r request) (any, error) {
	var in struct{ State string }
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	if in.State == "escalated" {
		d, err := s.Teller.Escalate(ctx, r.Call, r.PathValue("id"))
		return disputeToJSON(d), err
	}
	d, err := s.Teller.Rule(ctx, r.Call, r.PathValue("id"), bank.DisputeState(in.State))
	return disputeToJSON(d), err
}

func (s *Server) ledger(ctx context.Context, r request) (any, error) {
	lines, err := s.Teller.Ledger(ctx, r.Account)
	page := listJSON[lineJSON]{Items: []lineJSON{}}
	for _, line := range lines {
		page.Items = append(page.Items, lineToJSON(line))
	}
	return page, err
}

func (s *Server) intent(i bank.Intent, err error) (any, error) {
	return intentToJSON(s.origin, i), err
}
