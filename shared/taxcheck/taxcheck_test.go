package taxcheck_test

import (
	"context"
	"testing"
	"time"

	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/record/recordtest"
	"perennial/shared/tax"
	"perennial/shared/taxcheck"
	"perennial/shared/taxid"
)

var live = merchant.Scope{Business: "bus_1", Mode: merchant.Live}

// register is a tax office that answers what the test says.
type register struct {
	status    taxid.Status
	wall      func() time.Time
	calls     int
	requester taxid.ID
}

// Check implements taxcheck.Register.
func (r *register) Check(_ context.Context, id, requester taxid.ID) taxid.Proof {
	r.calls++
	r.requester = requester
	return taxid.Proof{ID: id.String(), Status: r.status, Method: taxid.ByRegister, Consultation: "WAPI1", At: r.wall()}
}

// world is a service with a clock that the test moves.
type world struct {
	*taxcheck.Service
	store  *recordtest.Fake
	office *register
	now    time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{now: time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC), store: recordtest.New()}
	wall := func() time.Time { return w.now }
	w.office = &register{status: taxid.Valid, wall: wall}
	w.Service = &taxcheck.Service{Store: w.store, Register: w.office, Wall: wall}
	state := merchant.State{Scope: live}
	state.Seller.Tax = tax.Seller{Country: "DE", Registrations: []tax.Registration{
		{Country: "GB", Scheme: tax.Local, Number: "GB980780684", From: "2020-01-01"},
		{Country: "DE", Scheme: tax.Local, Number: "DE 136 695 976", From: "2020-01-01"},
	}}
	err := w.store.Commit(t.Context(), record.Commit{Scope: live, Actor: record.System, Cause: "set up", Put: []any{state}})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// check asks for a Danish number.
func (w *world) check(t *testing.T) taxid.Proof {
	t.Helper()
	proof, err := w.Check(t.Context(), live, "dk 13 58 56 28", "DK")
	if err != nil {
		t.Fatal(err)
	}
	return proof
}

func TestAnAnswerIsKeptWithItsProof(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.check(t)
	if first.Status != taxid.Valid || first.Consultation != "WAPI1" || w.office.requester.String() != "DE136695976" {
		t.Errorf("%+v, asked by %v", first, w.office.requester)
	}
	kept, err := record.Get[taxid.Proof](t.Context(), w.store, live, "DK13585628")
	if err != nil || kept != first {
		t.Errorf("kept %+v, %v; want %+v", kept, err, first)
	}
	w.now = w.now.AddDate(0, 0, 29)
	if again := w.check(t); again != first || w.office.calls != 1 {
		t.Errorf("after 29 days: %+v with %d questions", again, w.office.calls)
	}
	w.now = w.now.AddDate(0, 0, 1)
	if again := w.check(t); again.At != w.now || w.office.calls != 2 {
		t.Errorf("after 30 days: %+v with %d questions", again, w.office.calls)
	}
	old, err := record.Get[taxid.Proof](t.Context(), w.store, live, "DK13585628@2027-03-01T12:00:00Z")
	if err != nil || old.Consultation != first.Consultation || old.At != first.At {
		t.Errorf("the first answer's proof is %+v, %v; want %+v", old, err, first)
	}
}

func TestAnOutageIsAskedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.office.status = taxid.Pending
	if got := w.check(t); got.Status != taxid.Pending {
		t.Fatalf("during the outage: %+v", got)
	}
	w.office.status = taxid.Valid
	if got := w.check(t); got.Status != taxid.Pending || w.office.calls != 1 {
		t.Errorf("at once: %+v with %d questions, want patience", got, w.office.calls)
	}
	w.now = w.now.Add(5 * time.Minute)
	if got := w.check(t); got.Status != taxid.Valid {
		t.Errorf("five minutes later: %+v", got)
	}
}

func TestAnOutageTakesNothingBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.check(t)
	w.now = w.now.AddDate(0, 0, 40)
	w.office.status = taxid.Pending
	if got := w.check(t); got != first {
		t.Errorf("an outage after 40 days: %+v, want %+v", got, first)
	}
	w.office.status = taxid.Invalid
	if got := w.check(t); got.Status != taxid.Invalid {
		t.Errorf("after the holder gave it up: %+v", got)
	}
}

func TestWhatNoRegisterIsAskedFor(t *testing.T) {
	t.Parallel()
	test := merchant.Scope{Business: "bus_1", Mode: merchant.Test}
	for _, c := range []struct {
		name, raw, country string
		scope              merchant.Scope
		want               taxid.Proof
	}{
		{"no number", " ", "DE", live, taxid.Proof{}},
		{"a number of a country that we do not know", "12-3456789", "US", live, taxid.Proof{ID: "12-3456789"}},
		{"a wrong check digit", "DE136695977", "DE", live, taxid.Proof{ID: "DE136695977", Status: taxid.Invalid, Method: taxid.ByForm}},
		{"British", "GB980780684", "GB", live, taxid.Proof{ID: "GB980780684", Status: taxid.Valid, Method: taxid.ByForm}},
		{"in test mode", "DE136695976", "DE", test, taxid.Proof{ID: "DE136695976", Status: taxid.Valid, Method: taxid.ByForm}},
	} {
		w := newWorld(t)
		got, err := w.Check(t.Context(), c.scope, c.raw, c.country)
		if err != nil || got.ID != c.want.ID || got.Status != c.want.Status || got.Method != c.want.Method || w.office.calls != 0 {
			t.Errorf("%s: %+v, %v, %d questions; want %+v", c.name, got, err, w.office.calls, c.want)
		}
	}
}

// A proof belongs to the scope that asked: the consultation number is the
// seller's.
func TestProofsAreNotShared(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.check(t)
	other := merchant.Scope{Business: "bus_2", Mode: merchant.Live}
	if _, err := w.Check(t.Context(), other, "DK13585628", "DK"); err != nil || w.office.calls != 2 || w.office.requester != (taxid.ID{}) {
		t.Errorf("the other business: %v, %d questions, asked by %v", err, w.office.calls, w.office.requester)
	}
}

// The proof of a number is not the request's first commit, and one who was
// faster with the same number is no trouble.
func TestAProofIsNoPartOfTheRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, mark := record.WithMark(t.Context(), live, record.Request{ID: "r1"})
	if _, err := w.Check(ctx, live, "dk 13 58 56 28", "DK"); err != nil {
		t.Fatal(err)
	}
	if mark.Request().Touched {
		t.Error("the check counts as the request's first commit")
	}
	w = newWorld(t)
	w.store.Before = func(record.Commit) error { return record.ErrStale }
	if proof := w.check(t); proof.Status != taxid.Valid {
		t.Errorf("with a rival it is %s", proof.Status)
	}
}
