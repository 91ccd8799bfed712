package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"perennial/infra/local/lambda"
	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// calls is how often each request is made, and warmups how often before.
const (
	calls   = 300
	warmups = 20
)

// timing is a sample of one thing done again and again.
type timing []time.Duration

func measureTime(do func(n int) error) (timing, error) {
	var all timing
	for n := range warmups + calls {
		began := time.Now()
		if err := do(n); err != nil {
			return nil, err
		}
		if n >= warmups {
			all = append(all, time.Since(began))
		}
	}
	return all, nil
}

func (t timing) p50() time.Duration { return quantile(t, 0.5) }

func (t timing) p99() time.Duration { return quantile(t, 0.99) }

// latencySection times calls of the API one after the other, as one client
// sees them, and says how much of it is not DynamoDB.
func latencySection(ctx context.Context, p place) (_ *table, err error) {
	stack, err := p.start(ctx, "latency", nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stack.Stop()) }()
	shop, err := openShop(ctx, stack, merchant.Live)
	if err != nil {
		return nil, err
	}
	sub, err := shop.buyer(ctx)
	if err != nil {
		return nil, err
	}
	t := newTable("Latency, one call after the other", "call", "p50 ms", "p99 ms")
	add := func(name string, do func(n int) error) (timing, error) {
		sample, err := measureTime(do)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		t.row(name, ms(sample.p50()), ms(sample.p99()))
		return sample, nil
	}
	empty, err := add("invocation of the empty handler", invokeEmpty(ctx, p))
	if err != nil {
		return nil, err
	}
	bare, err := add("one GetItem, asked directly", bareGet(ctx, shop, sub.Customer))
	if err != nil {
		return nil, err
	}
	get, err := add("GET /customers/{id}", shop.calling(http.MethodGet, "/customers/"+sub.Customer, nil))
	if err != nil {
		return nil, err
	}
	if _, err := add("GET /customers", shop.calling(http.MethodGet, "/customers", nil)); err != nil {
		return nil, err
	}
	if _, err := add("POST /customers", shop.calling(http.MethodPost, "/customers", newCustomer)); err != nil {
		return nil, err
	}
	t.note("GET /customers/{id} spends %s ms beyond its one request to DynamoDB, of which %s ms are the invocation itself, as of the empty handler (p50). "+
		"%d calls each.", ms(get.p50()-bare.p50()), ms(empty.p50()), calls)
	return t, nil
}

// invokeEmpty is what an invocation costs that does nothing.
func invokeEmpty(ctx context.Context, p place) func(int) error {
	var driver *lambda.Driver
	return func(n int) error {
		if n == 0 {
			probes, err := buildProbes(ctx, p.root, p.dir)
			if err != nil {
				return err
			}
			driver = lambda.New(lambda.Options{Functions: []lambda.Function{{Name: "empty", Bootstrap: probes[0].path, Timeout: time.Second}}})
		}
		_, failure, err := driver.Invoke(ctx, "empty", []byte(`{}`))
		if failure != nil {
			return failure
		}
		if n == warmups+calls-1 {
			driver.Stop()
		}
		return err
	}
}

// bareGet asks the engine as a function does, without a function.
func bareGet(ctx context.Context, s *shop, customer string) func(int) error {
	return func(int) error {
		_, err := record.Get[billing.Customer](ctx, s.till.Store, s.scope, customer)
		return err
	}
}

func newCustomer(n int) any {
	return map[string]any{
		"email": "ada+" + strconv.Itoa(n) + "@example.com", "name": "Ada Lovelace", "metadata": map[string]string{"crm_id": "0015g00000Xabc"},
	}
}
