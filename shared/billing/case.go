package billing

// Owner is the id of what the attempt is made for: a subscription or a
// purchase.
func (c Case) Owner() string {
	if c.Purchase != nil {
		return c.Purchase.ID
	}
	return c.Subscription.ID
}

// Lock is the payment lock of the attempt.
func (c Case) Lock() Lock {
	if c.Purchase != nil {
		return c.Purchase.Lock
	}
	return c.Subscription.Lock
}

// Failure is what is known of the attempt before this one.
func (c Case) Failure() Failure {
	if c.Purchase != nil {
		return c.Purchase.Failure
	}
	return c.Subscription.Failure
}

// Begin locks the owner for one charge of its open invoices.
func (c Case) Begin(a Attempt, dues Dues) (Case, error) {
	var err error
	if c.Purchase == nil {
		c.Subscription, c.Invoices, err = c.Subscription.Begin(a, dues)
		return c, err
	}
	locked, invoices, err := c.Purchase.Begin(a, dues)
	c.Purchase, c.Invoices = &locked, invoices
	return c, err
}

// Prepared records the gateway's intent, before it is confirmed.
func (c Case) Prepared(intent string) Case {
	if c.Purchase == nil {
		c.Subscription = c.Subscription.Prepared(intent)
		return c
	}
	locked := *c.Purchase
	locked.Lock.Intent = intent
	c.Purchase = &locked
	return c
}

// waits gives the owner a lock in another state, in a change.
func (c Case) waits(ch Change, l Lock) Change {
	if c.Purchase == nil {
		ch.Subscription = c.Subscription
		ch.Subscription.Lock = l
		return ch
	}
	p := *c.Purchase
	p.Lock = l
	ch.Purchase = &p
	return ch
}
