package recordtest

import (
	"context"
	"fmt"

	"perennial/shared/merchant"
	"perennial/shared/record"
)

// maxWrites is what one transaction of the real store may hold.
const maxWrites = 100

// Commit implements record.Committer.
func (f *Fake) Commit(ctx context.Context, c record.Commit) error {
	return record.CommitMarked(ctx, c, f.attempt)
}

func (f *Fake) attempt(ctx context.Context, c record.Commit) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if f.Before != nil {
		if err := f.Before(c); err != nil {
			return err
		}
	}
	if err := f.commit(c); err != nil {
		return err
	}
	if f.After != nil {
		return f.After(c)
	}
	return nil
}

// commit checks everything, then writes everything.
func (f *Fake) commit(c record.Commit) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.free(c); err != nil {
		return err
	}
	next := map[place]*item{}
	for _, obj := range c.Put {
		if err := f.stage(next, c, obj, true); err != nil {
			return err
		}
	}
	for _, obj := range c.Delete {
		if err := f.stage(next, c, obj, false); err != nil {
			return err
		}
	}
	if n := len(next) + len(c.Claims); n == 0 || n >= maxWrites {
		return fmt.Errorf("commit %s: %d writes", c.Cause, n)
	}
	if err := f.post(c); err != nil {
		return err
	}
	f.write(next, c)
	return nil
}

// stage checks one object's version and prepares its next item, nil for a
// deletion.
func (f *Fake) stage(next map[place]*item, c record.Commit, obj any, put bool) error {
	e, err := record.Describe(obj)
	if err != nil {
		return err
	}
	scope := c.Scope
	if e.Scope != (merchant.Scope{}) {
		scope = e.Scope
	}
	if scope.Business != c.Scope.Business {
		return fmt.Errorf("commit %s: %s of %s in a commit of %s", c.Cause, e.Kind, scope, c.Scope)
	}
	at := placeOf(scope, record.Ref{Kind: e.Kind, ID: e.ID})
	if _, twice := next[at]; twice {
		return fmt.Errorf("commit %s: %s %s twice", c.Cause, e.Kind, e.ID)
	}
	old := f.items[at]
	stale := old.version != e.Version || old.version > 0 && !old.visible(scope) || !put && old.version == 0
	if stale && !e.Loose {
		return fmt.Errorf("%s %s at version %d: %w", e.Kind, e.ID, e.Version, record.ErrStale)
	}
	next[at] = nil
	if !put {
		return nil
	}
	doc, err := record.Encode(obj, e.Version+1)
	if err != nil {
		return err
	}
	next[at] = &item{scope: scope, version: e.Version + 1, doc: doc, entry: e}
	return nil
}

// free refuses claims that are taken and have not expired.
func (f *Fake) free(c record.Commit) error {
	seen := map[string]bool{}
	for _, k := range c.Claims {
		if seen[k.Key] {
			return fmt.Errorf("commit %s: claim %s twice", c.Cause, k.Key)
		}
		seen[k.Key] = true
		until, taken := f.claims[claim{c.Scope, k.Key}]
		if taken && (until.IsZero() || until.After(f.Wall())) {
			return fmt.Errorf("claim %s: %w", k.Key, record.ErrClaimed)
		}
	}
	return nil
}

// post adds the outbox item.
func (f *Fake) post(c record.Commit) error {
	if len(c.Events) == 0 {
		return nil
	}
	o, err := record.OutboxOf(c, f.Wall())
	if err != nil {
		return err
	}
	if _, taken := f.outbox[o.Key]; taken {
		return fmt.Errorf("outbox %s: %w", o.Key, record.ErrStale)
	}
	doc, err := record.EncodeOutbox(o)
	if err != nil {
		return err
	}
	f.order = append(f.order, o.Key)
	f.outbox[o.Key] = doc
	return nil
}

func (f *Fake) write(next map[place]*item, c record.Commit) {
	for at, i := range next {
		if i == nil {
			delete(f.items, at)
			continue
		}
		f.items[at] = *i
	}
	for _, k := range c.Claims {
		f.claims[claim{c.Scope, k.Key}] = k.Expires
	}
	f.commits = append(f.commits, c)
}

// Commits lists every commit that happened, in order.
func (f *Fake) Commits() []record.Commit {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]record.Commit{}, f.commits...)
}
