package looks

import (
	"html"
	"net/url"
	"strings"
	"time"

	"perennial/shared/billing"
	"perennial/shared/catalog"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/identity"
	"perennial/shared/ids"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/purchases"
	"perennial/shared/record"
)

// view is a page in a state. With a form it is what posting the form shows;
// such a form is refused, so that it can be posted again.
type view struct {
	name   string
	url    string
	form   url.Values
	shows  string // a text of the English page, so that the state is the one that is meant
	signed bool
}

// views builds the world and lists what is to be seen of it.
func (s *site) views() []view {
	s.t.Helper()
	s.trade()
	return append(append(s.outside(), s.account()...), s.sales()...)
}

// trade makes a business with plans, a look of its own address, and a
// customer who pays to it.
func (s *site) trade() {
	state := s.State()
	state.Settings.Branding.Support, state.Settings.Branding.PrivacyURL = "help@northwind.example", "https://northwind.example/privacy"
	state.Settings.Branding.TermsURL, state.Settings.Branding.ReturnURL = "https://northwind.example/terms", "https://northwind.example"
	state.Settings.Subscriptions.ChangePlan, state.Settings.Subscriptions.Pause = merchant.SwitchOn, merchant.SwitchOn
	s.Put(state)
	for id, price := range map[string]int64{"pdt_lite": 1000, "pdt_max": 8000} {
		p := s.Product
		p.ID, p.Name, p.Version, p.Price.Amount, p.Collection = id, "Atlas "+strings.TrimPrefix(id, "pdt_"), 0, money.Of(price, "USD"), "pdc_1"
		s.Put(p)
	}
	own := lifecycletest.Get[billing.Product](s.World, s.Product.ID)
	own.Collection = "pdc_1"
	s.Put(own, billing.Collection{ID: "pdc_1", Name: "Atlas", Groups: []billing.Group{{ID: "g1", Name: "Monthly", Members: []billing.Member{
		{ID: "1", Product: "pdt_lite"}, {ID: "2", Product: "pdt_1"}, {ID: "3", Product: "pdt_max"},
	}}}})
}

func (s *site) link(returnURL string) string {
	link, err := s.identity.Mint(s.t.Context(), s.Scope, s.Customer.ID, returnURL)
	if err != nil {
		s.t.Fatal(err)
	}
	return link
}

// outside are the pages for who is not signed in.
func (s *site) outside() []view {
	base := s.portal.URL
	used := s.link("")
	s.post(base+"/session", url.Values{"token": {used[strings.LastIndex(used, "/")+1:]}})
	return []view{
		{name: "login", url: base + "/login/bus_1", shows: "Send me a link"},
		{name: "login-wrong", url: base + "/login/bus_1", form: url.Values{"email": {"ada"}}, shows: "such as name@example.com"},
		{name: "login-sent", url: base + "/login/bus_1/sent", shows: "Check your mail"},
		{name: "public-cancel", url: base + "/cancel/bus_1", shows: "Cancel a subscription"},
		{name: "link", url: s.link("https://northwind.example"), shows: "Welcome back"},
		{name: "link-dead", url: base + "/session", form: url.Values{"token": {used[strings.LastIndex(used, "/")+1:]}}, shows: "This link no longer works"},
		{name: "signed-out", url: base + "/", shows: "You are signed out"},
		{name: "login-everywhere", url: base + "/login", shows: "from every seller"},
		{name: "address", url: base + "/address/" + used[strings.LastIndex(used, "/")+1:], shows: "Confirm your new address"},
		{name: "missing", url: base + "/nothing", shows: "There is nothing here"},
	}
}

// account are the pages of a customer whose subscriptions are in every state.
func (s *site) account() []view {
	base := s.portal.URL
	path := func(sub billing.Subscription) string { return base + "/subscriptions/" + sub.ID }
	active, held, waiting := s.Active("visa_ok"), s.other("Northwind Mail"), s.other("Northwind Archive")
	s.Clock.Advance(time.Second)
	for _, sub := range []billing.Subscription{held, waiting} {
		if _, err := s.Pay(sub.ID, "decline_on_charge"); err != nil {
			s.t.Fatal(err)
		}
	}
	s.AdvanceTo(waiting.Period.End)
	ends, paused, ended := s.other("Northwind Sketch"), s.other("Northwind Maps"), s.other("Northwind Radio")
	stays, late := s.other("Northwind Notes"), s.other("Northwind Chess")
	owing, smaller := s.Active("mastercard_ok"), s.Active("amex_ok")
	s.Put(billing.Mailbox{Email: s.Customer.Email, Customer: s.Customer.ID})
	s.enter(s.Scope)
	s.enter(merchant.Everywhere(merchant.Test))
	s.post(path(ends)+"/cancel", url.Values{"when": {"next"}})
	s.offer(path, stays, late)
	s.post(path(ended)+"/cancel", url.Values{"when": {"now"}})
	s.post(path(paused)+"/pause", nil)
	s.post(path(smaller)+"/plan", url.Values{"product": {"pdt_lite"}, "quantity": {"1"}, "due": {"0 USD"}, "addons": {"1"}})
	s.Gateway.Program(owing.Method.Reference, gatewaytest.Decline("insufficient_funds"))
	declined := s.post(path(owing)+"/plan", url.Values{"product": {"pdt_max"}, "quantity": {"1"}, "due": {s.upgrade(owing)}, "addons": {"1"}})
	card := func(sub billing.Subscription, name string) string {
		s.Clock.Advance(time.Second)
		return s.post(path(sub)+"/payment-method", url.Values{"token": {s.Gateway.Token(name)}, "due": {"$20.00"}})
	}
	failed := card(held, "decline_on_charge")
	card(waiting, "authenticate_always")
	method := lifecycletest.Get[billing.Subscription](s.World, active.ID).Method.ID
	var paid string
	for _, p := range lifecycletest.All[billing.Payment](s.World) {
		if p.Subscription == active.ID && p.Status == billing.PaymentSucceeded {
			paid = path(active) + "/payments/" + p.ID
		}
	}
	refused := url.Values{"token": {""}, "due": {"$20.00"}}
	own := []view{
		{name: "overview", url: base + "/", shows: "Your subscriptions"},
		{name: "everywhere", url: base + "/everywhere", shows: "Payments and invoices"},
		{name: "active", url: path(active), shows: "Cancel subscription"},
		{name: "active-changed", url: path(active) + "?changed=method", shows: "updated"},
		{name: "on-hold", url: path(held), shows: "On hold"},
		{name: "waits-for-bank", url: path(waiting), shows: "bank"},
		{name: "ends", url: path(ends), shows: "Ends on"},
		{name: "keep", url: path(stays) + "/keep", shows: "STAY20, 20%"},
		{name: "keep-refused", url: path(late) + "/keep", shows: "can go on without this discount"},
		{name: "paused", url: path(paused), shows: "Resume"},
		{name: "ended", url: path(ended), shows: "Cancelled"},
		{name: "change-unpaid", url: path(owing), shows: "waits for its payment"},
		{name: "change-scheduled", url: path(smaller), shows: "Keep the current plan"},
		{name: "method", url: path(active) + "/payment-method", shows: "Confirm changes"},
		{name: "method-on-hold", url: path(held) + "/payment-method", shows: "To pay now"},
		{name: "method-refused", url: path(held) + "/payment-method", form: refused, shows: "Choose a saved payment method"},
		{name: "waiting", url: path(waiting) + "/payment-return", shows: "Your bank is waiting"},
		{name: "result-declined", url: failed, shows: "Try another card"},
		{name: "result-paid", url: paid, shows: "See your subscription"},
		{name: "plan-declined", url: declined, shows: "did not go through"},
		{name: "plans", url: path(active) + "/plan", shows: "Nothing changes before you confirm"},
		{name: "plan-upgrade", url: path(active) + "/plan/review?product=pdt_max", shows: "To pay now"},
		{name: "plan-downgrade", url: path(active) + "/plan/review?product=pdt_lite", shows: "Nothing is charged today"},
		{name: "cancel", url: path(active) + "/cancel", shows: "Confirm cancellation"},
		{name: "cancel-refused", url: path(active) + "/cancel", form: url.Values{"reason": {"nonsense"}}, shows: ""},
		{name: "details", url: path(active) + "/details", shows: "They are used for the next invoices"},
		{name: "details-refused", url: path(active) + "/details", form: url.Values{"name": {""}, "country": {"??"}}, shows: "must"},
		{name: "history", url: base + "/billing", shows: "Billing history"},
		{name: "history-none", url: base + "/billing?year=2027&kind=refunds", shows: "Nothing fits"},
		{name: "methods", url: base + "/payment-methods", shows: "Add a card"},
		{name: "method-new", url: base + "/payment-methods/new", shows: "Save card"},
		{name: "method-for-all", url: base + "/payment-methods/" + method + "/use", shows: "for all subscriptions"},
		{name: "profile", url: base + "/profile", shows: "Download my data"},
		{name: "profile-refused", url: base + "/profile/" + s.Customer.ID, form: url.Values{"name": {""}}, shows: "Profile"},
	}
	for i := range own {
		own[i].signed = true
	}
	return own
}

// enter signs in with a link that was mailed, to one seller or to all.
func (s *site) enter(scope merchant.Scope) {
	invited, ok, err := s.identity.Invite(s.t.Context(), identity.Wish{Scope: scope, Email: s.Customer.Email})
	if err != nil || !ok {
		s.t.Fatal(ok, err)
	}
	s.post(s.portal.URL+"/session", url.Values{"token": {invited.URL[strings.LastIndex(invited.URL, "/")+1:]}})
}

// other is a subscription to a product of its own.
func (s *site) other(name string) billing.Subscription {
	own := s.Product
	defer func() { s.Product = own }()
	s.Clock.Advance(time.Second)
	s.Product.ID, s.Product.Name, s.Product.Version = "pdt_"+strings.ReplaceAll(name, " ", ""), name, 0
	s.Put(s.Product)
	return s.Active("visa_ok")
}

// upgrade is what the review of the dearest plan says is due.
func (s *site) upgrade(sub billing.Subscription) string {
	return s.hidden(s.portal.URL+"/subscriptions/"+sub.ID+"/plan/review?product=pdt_max", "due")
}

// hidden is what a page keeps in a hidden field.
func (s *site) hidden(address, name string) string {
	page := s.get(address)
	_, value, _ := strings.Cut(page, `name="`+name+`" value="`)
	value, _, found := strings.Cut(value, `"`)
	if !found {
		s.t.Fatalf("%s has no %s:\n%s", address, name, page)
	}
	return html.UnescapeString(value)
}

var home = billing.Address{Country: "US", Street: "1 Main St", City: "Albany", Zip: "12207"}

// sales are the pages of the checkout.
func (s *site) sales() []view {
	base, known := s.orders.URL, func(in *purchases.Session) { in.Cart.Customer, in.Cart.Billing = s.Customer.ID, home }
	book := billing.Product{ID: "pdt_book", Name: "Handbook", TaxCategory: "e_book", CreatedAt: s.Now(), Price: billing.Price{Kind: billing.PriceOneTime, Amount: money.Of(1500, "USD")}}
	s.Put(book)
	shelf := &catalog.Service{Store: s.Store, Wall: s.Clock.Now}
	if _, err := shelf.ShortLink(s.t.Context(), catalog.By{Scope: s.Scope, Actor: record.System}, book.ID, "handbook", nil); err != nil {
		s.t.Fatal(err)
	}
	asks, basket, paid := s.basket(nil), s.basket(known), s.basket(known)
	subscribed := s.basket(func(in *purchases.Session) {
		known(in)
		in.Cart.Items = append(in.Cart.Items, billing.CartItem{Product: s.Product.ID, Quantity: 1})
	})
	done := s.post(paid, url.Values{"token": {s.Gateway.Token("visa_ok")}, "shown": {s.hidden(paid, "shown")}})
	pay, trial := s.order(-1), s.order(14)
	mails := base + signer.To(s.Scope, s.Customer.ID)
	return []view{
		{name: "win-back", url: s.winBack("STAY20"), shows: "Discount STAY20"},
		{name: "win-back-late", url: s.winBack("GONE"), shows: "not valid"},
		{name: "win-back-other", url: s.winBack("STAY20") + "?edit", shows: "Discount STAY20"},
		{name: "order-details", url: asks, shows: "Continue to payment"},
		{name: "order-details-refused", url: asks + "/details", form: url.Values{"email": {"nobody"}, "country": {"US"}}, shows: "must be an e-mail address"},
		{name: "offer", url: base + "/buy/pdt_book", shows: "Handbook"},
		{name: "offer-refused", url: base + "/buy/pdt_book", form: url.Values{"email": {"nobody"}, "country": {"US"}}, shows: "must be an e-mail address"},
		{name: "order-basket", url: basket, shows: "Pay $30.00"},
		{name: "order-code-refused", url: basket + "/code", form: url.Values{"code": {"NOPE"}}, shows: "not valid"},
		{name: "order-card-refused", url: basket, form: url.Values{"token": {""}, "shown": {s.hidden(basket, "shown")}}, shows: "Pay $30.00"},
		{name: "order-subscription", url: subscribed, shows: "Pay $50.00"},
		{name: "order-done", url: done, shows: "Thank you"},
		{name: "pay-link", url: pay, shows: "Due today"},
		{name: "pay-trial", url: trial, shows: "Start free trial"},
		{name: "unsubscribe", url: mails, shows: "Stop optional mails"},
		{name: "order-missing", url: base + "/session/bus_1.test/cks_none", shows: "no longer available"},
	}
}

func (s *site) basket(change func(*purchases.Session)) string {
	in := purchases.Session{
		Scope: s.Scope, Actor: record.System, ReturnURL: "https://northwind.example/thanks",
		Cart: billing.Cart{Items: []billing.CartItem{{Product: "pdt_book", Quantity: 2}}, TrialDays: -1},
	}
	if change != nil {
		change(&in)
	}
	made, err := s.Sales(s.Store).Open(s.t.Context(), in)
	if err != nil {
		s.t.Fatal(err)
	}
	return identity.CheckoutURL(s.orders.URL, s.Scope, made.Checkout.ID)
}

// order is the payment link of a new subscription.
func (s *site) order(trial int) string {
	in := s.Wish()
	in.Cart.TrialDays, in.Cart.Billing = trial, home
	made, err := s.Place(in)
	if err != nil {
		s.t.Fatal(err)
	}
	return identity.CheckoutURL(s.orders.URL, s.Scope, made.Checkout.ID)
}

// offer has mailed codes to who has cancelled and may stay: one that still is
// to be had, and one that is not.
func (s *site) offer(path func(billing.Subscription) string, stays, late billing.Subscription) {
	stay := billing.Discount{ID: "dsc_stay", Code: "STAY20", Type: billing.DiscountPercentage, BasisPoints: 2000, Cycles: 3}
	s.Put(stay, billing.DiscountCode{Code: stay.Code, Discount: stay.ID})
	for _, sub := range []billing.Subscription{stays, late} {
		s.post(path(sub)+"/cancel", url.Values{"when": {"next"}})
		sub = s.Sub(sub.ID)
		sub.Mails = sub.Mails.Gave(stay.ID)
		if sub.ID == late.ID {
			sub.Mails = sub.Mails.Gave("dsc_gone")
		}
		s.Put(sub)
	}
}

// winBack is the page that a mail with a code leads to.
func (s *site) winBack(code string) string {
	page := record.Checkout{
		ID: ids.New(ids.CheckoutSession, s.Clock.Now()), CreatedAt: s.Clock.Now(), ExpiresAt: s.Clock.Now().AddDate(0, 0, 90), Page: record.CheckoutPage{Veiled: true, NoCodes: true},
		Cart: &billing.Cart{Items: []billing.CartItem{{Product: s.Product.ID, Quantity: 1}}, Codes: []string{code}, Customer: s.Customer.ID, Billing: home},
	}
	s.Put(page)
	return identity.CheckoutURL(s.orders.URL, s.Scope, page.ID)
}
