package identity_test

import (
	"errors"
	"testing"
	"time"

	"perennial/shared/access"
	"perennial/shared/identity"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// mailed signs in at the first business with a link that was mailed.
func (d *desk) mailed() identity.Opened {
	d.t.Helper()
	opened, err := d.Redeem(d.t.Context(), merchant.Test, d.invite(), "")
	if err != nil {
		d.t.Fatal(err)
	}
	return opened
}

// descent is a mailed session, the unified one made from it, and a step from
// there into another business.
func (d *desk) descent() (mailed, wide, stepped identity.Opened) {
	d.t.Helper()
	mailed = d.mailed()
	wide, err := d.Widen(d.t.Context(), merchant.Test, mailed.Token)
	if err != nil {
		d.t.Fatal(err)
	}
	stepped, err = d.Step(d.t.Context(), merchant.Test, wide.Token, "bus_2", "/")
	if err != nil {
		d.t.Fatal(err)
	}
	d.live(wide, stepped)
	return mailed, wide, stepped
}

func (d *desk) ends(wide, stepped identity.Opened) (unified, inside error) {
	_, _, unified = d.Everywhere(d.t.Context(), merchant.Test, wide.Token)
	_, inside = d.Visit(d.t.Context(), merchant.Test, stepped.Token)
	return unified, inside
}

func (d *desk) live(wide, stepped identity.Opened) {
	d.t.Helper()
	if unified, inside := d.ends(wide, stepped); unified != nil || inside != nil {
		d.t.Fatalf("good sessions: %v, %v", unified, inside)
	}
}

func (d *desk) dead(wide, stepped identity.Opened) {
	d.t.Helper()
	if unified, inside := d.ends(wide, stepped); !errors.Is(unified, access.ErrSession) || !errors.Is(inside, access.ErrSession) {
		d.t.Errorf("the unified session: %v; the one made from it: %v", unified, inside)
	}
}

func TestASessionEndsWithTheOneItWasMadeFrom(t *testing.T) {
	t.Parallel()
	d := town(t)
	first, wide, stepped := d.descent()
	if err := d.Leave(t.Context(), merchant.Test, first.Token); err != nil {
		t.Fatal(err)
	}
	d.dead(wide, stepped)

	first, wide, stepped = d.descent()
	visit, err := d.Visit(t.Context(), merchant.Test, d.mailed().Token)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.EndSession(t.Context(), visit, first.Session.Hash); err != nil { // from another browser
		t.Fatal(err)
	}
	d.dead(wide, stepped)

	first, wide, stepped = d.descent()
	if err := d.LeaveWide(t.Context(), merchant.Test, wide.Token); err != nil {
		t.Fatal(err)
	}
	d.dead(wide, stepped)
	if _, err := d.Visit(t.Context(), merchant.Test, first.Token); err != nil {
		t.Errorf("the one that it was made from: %v", err)
	}
}

// Who signs out on every device at one business ends the unified portal's
// sessions of the address too, whichever way they began, and what they led to.
func TestSigningOutEverywhereEndsTheUnifiedSessions(t *testing.T) {
	t.Parallel()
	d := town(t)
	_, wide, stepped := d.descent()
	other := d.wide("ada@example.com") // a thief's, by a mail of its own
	byAPI := d.enter()
	for range 2 { // the second writes over what the first has kept
		d.clock.Advance(time.Minute)
		if err := d.LeaveEverywhere(t.Context(), merchant.Test, d.mailed().Token); err != nil {
			t.Fatal(err)
		}
		d.clock.Advance(time.Minute)
	}
	d.dead(wide, stepped)
	for _, token := range []string{other, byAPI} {
		if _, err := d.Visit(t.Context(), merchant.Test, token, record.RefOf[access.Session]("x")); !errors.Is(err, access.ErrSession) {
			t.Errorf("still in: %v", err)
		}
	}
	if _, _, err := d.Everywhere(t.Context(), merchant.Test, other); !errors.Is(err, access.ErrSession) {
		t.Errorf("a unified session by a mail of its own: %v", err)
	}
	_, wide, stepped = d.descent() // signs in again
	d.live(wide, stepped)
}

// A link by API knows no address: it ends nobody's unified sessions.
func TestALinkByAPIEndsNoUnifiedSession(t *testing.T) {
	t.Parallel()
	d := town(t)
	wide, byAPI := d.wide("ada@example.com"), d.enter()
	d.clock.Advance(time.Minute)
	if err := d.LeaveEverywhere(t.Context(), merchant.Test, byAPI); err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.Everywhere(t.Context(), merchant.Test, wide); err != nil {
		t.Error(err)
	}
}

// Sessions do not lead to one another without end.
func TestAVisitorSignsInAnewAfterManySteps(t *testing.T) {
	t.Parallel()
	d := town(t)
	at, err := d.mailed(), error(nil)
	steps := 0
	for ; err == nil && steps < 20; steps++ {
		if at.Scope.IsEverywhere() {
			at, err = d.Step(t.Context(), merchant.Test, at.Token, "bus_2", "/")
		} else {
			at, err = d.Widen(t.Context(), merchant.Test, at.Token)
		}
	}
	if !errors.Is(err, access.ErrSession) || steps < 5 {
		t.Errorf("%v after %d steps", err, steps)
	}
}
