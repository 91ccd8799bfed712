// Package story plays what the product is for, from the outside: a merchant
// with the official SDK of Dodo Payments, a customer with a browser and a
// mailbox. A renewal fails, the subscription goes on hold, and the customer
// brings it back. `make demo` shows it and `make e2e` tests it.
package story

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/dodopayments/dodopayments-go"
	"github.com/dodopayments/dodopayments-go/option"
)

// Stage is where a story is played: a running stack and a merchant on it.
type Stage struct {
	API      string
	Portal   string // base URL of the test portal
	Mail     string // base URL of the mailbox
	Business string
	Key      string
	Client   *http.Client // finds the stack's hosts
	Out      io.Writer    // what happens, line by line
	Shots    string       // folder for screenshots, none when empty
}

// Test cards of the sandbox gateway.
const (
	cardGood      = "4242 4242 4242 4242"
	cardFailsNext = "4000 0000 0000 0341" // attaches, and fails when charged
	cardChallenge = "4000 0027 6000 3184" // always asks the bank
)

// player carries a story through its steps.
type player struct {
	Stage
	sdk      *dodopayments.Client
	hooks    *receiver
	mails    mailbox
	browser  *browser
	seen     map[string]bool
	step     int
	email    string
	product  string
	customer string
	sub      string
	payLink  string
}

// Play runs the whole story and stops at the first thing that is not so.
func Play(ctx context.Context, stage Stage) (err error) {
	sdk := dodopayments.NewClient(option.WithBaseURL(stage.API), option.WithBearerToken(stage.Key), option.WithHTTPClient(stage.Client))
	p := &player{
		Stage: stage, sdk: sdk, mails: mailbox{stage.Mail, stage.Client}, seen: make(map[string]bool),
		email: fmt.Sprintf("grace.%d@example.com", time.Now().UnixMilli()%1_000_000),
	}
	if p.hooks, err = openReceiver(sdk); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.hooks.Close()) }()
	if p.browser, err = newBrowser(ctx, stage.Shots); err != nil {
		return err
	}
	defer p.browser.close()
	began := time.Now()
	for _, s := range p.script() {
		if err := p.act(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	fmt.Fprintf(p.Out, "\nThe whole story took %.1f s.\n", time.Since(began).Seconds())
	return nil
}

// scene is one step: what happens and what it proves.
type scene struct {
	name   string
	proves string
	play   func(ctx context.Context) error
}

func (p *player) act(ctx context.Context, s scene) error {
	p.step++
	began := time.Now()
	err := s.play(ctx)
	mark := "ok"
	if err != nil {
		mark = "FAILED"
	}
	fmt.Fprintf(p.Out, "%2d. %-62s %6.2f s  %s\n    %s\n", p.step, s.name, time.Since(began).Seconds(), mark, s.proves)
	return err
}
