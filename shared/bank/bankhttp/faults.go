package bankhttp

import (
	"context"
	"crypto/rand"
	"time"

	"perennial/shared/bank"
)

// faultJSON orders a fault. Without key and operation it meets every call;
// next spoils one call, times so many, neither all until the faults are
// deleted: that is a gateway which is dead for an hour.
type faultJSON struct {
	ID        string `json:"id"`
	Key       string `json:"key,omitempty"`
	Operation string `json:"operation,omitempty"`
	Kind      string `json:"kind,omitempty"`
	Millis    *int64 `json:"millis,omitempty"`
	Times     int    `json:"times,omitempty"`
	Next      bool   `json:"next,omitempty"`
	Webhooks  string `json:"webhooks,omitempty"`
}

func (s *Server) arm(ctx context.Context, r request) (any, error) {
	var in faultJSON
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	f := bank.Fault{
		// A time first, so that faults apply in the order they were given.
		ID:      "flt_" + s.Now().UTC().Format("20060102T150405.000000000") + rand.Text()[:8],
		Account: r.Account, Key: in.Key, Operation: bank.Operation(in.Operation), Trouble: bank.Trouble(in.Kind),
		Wait: bank.DefaultWait, Times: in.Times, Webhooks: bank.Webhooks(in.Webhooks),
	}
	if in.Millis != nil {
		f.Wait = time.Duration(*in.Millis) * time.Millisecond
	}
	if in.Next {
		f.Times = 1
	}
	if err := f.Check(); err != nil {
		return nil, err
	}
	return faultToJSON(f), s.Switchboard.Arm(ctx, f)
}

func (s *Server) faults(ctx context.Context, r request) (any, error) {
	faults, err := s.Switchboard.Faults(ctx, r.Account)
	page := listJSON[faultJSON]{Items: []faultJSON{}}
	for _, f := range faults {
		page.Items = append(page.Items, faultToJSON(f))
	}
	return page, err
}

func (s *Server) disarm(ctx context.Context, r request) (any, error) {
	return struct{}{}, s.Switchboard.Clear(ctx, r.Account)
}

func faultToJSON(f bank.Fault) faultJSON {
	millis := f.Wait.Milliseconds()
	return faultJSON{
		ID: f.ID, Key: f.Key, Operation: string(f.Operation), Kind: string(f.Trouble),
		Millis: &millis, Times: f.Times, Webhooks: string(f.Webhooks),
	}
}
