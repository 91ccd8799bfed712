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
		OnSession: in.OnSession, ReturnURL: in.ReturnURL, Payment: in.Payment,
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
	line, err := s.Teller.Refund(ctx, r.Call, in.Intent, money.Of(in.Amount, money.Currency(in.Currency)))
	return lineToJSON(line), err
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
