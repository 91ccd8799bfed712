package looks

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/dunning"
	"perennial/shared/mails"
	"perennial/shared/mailtext"
	"perennial/shared/money"
)

// mailWidth is that of a mail program's reading pane.
const mailWidth = 600

// letters are the mails of a recovery, from the first decline to the end.
func letters() map[string]mails.Letter {
	money20, money25 := money.Of(2000, "EUR"), money.Of(2500, "EUR")
	day := func(d int) calendar.Instant { return calendar.At(time.Date(2027, 3, d, 9, 30, 0, 0, time.UTC)) }
	base := mails.Letter{
		To: "ada@example.com", Name: "Ada Lovelace", Merchant: "Northwind", Support: "help@northwind.example", Product: "Atlas Pro",
		Price: money20, Amount: money20, Every: calendar.Interval{Count: 1, Unit: calendar.Month}, Zone: time.UTC,
		Card: billing.Method{Brand: "visa", Last4: "4242", ExpMonth: 3, ExpYear: 2027}, At: day(2), NextBill: day(31),
		NextRetry: day(3), WindowEnd: day(30), URL: "https://pay.northwind.example/r/Xy7",
	}
	why := func(l *mails.Letter, code string, class billing.DeclineClass) {
		l.Reason = dunning.Explain(billing.Decline{Code: code, Class: class})
	}
	optional := func(l *mails.Letter) { l.Unsubscribe = "https://pay.northwind.example/unsubscribe/Xy7" }
	all := map[string]mails.Letter{}
	for name, change := range map[string]func(*mails.Letter){
		"past-due": func(l *mails.Letter) {
			l.Template, l.AccessEnds = mails.PastDue, day(9)
			why(l, "insufficient_funds", billing.ClassMoney)
			optional(l)
		},
		"on-hold": func(l *mails.Letter) {
			l.Template, l.NewPrice = mails.OnHold, money25
			why(l, "insufficient_funds", billing.ClassMoney)
		},
		"on-hold-authentication": func(l *mails.Letter) {
			l.Template, l.NextRetry = mails.OnHold, 0
			why(l, "authentication_required", billing.ClassAuthentication)
			l.Confirms = true
		},
		"confirm": func(l *mails.Letter) {
			l.Template, l.NextRetry, l.AccessEnds, l.Confirms = mails.Confirm, 0, day(3), true
			why(l, "authentication_required", billing.ClassAuthentication)
		},
		"on-hold-again": func(l *mails.Letter) {
			l.Template, l.Cancels, l.NextRetry = mails.OnHoldAgain, true, day(12)
			why(l, "card_velocity_exceeded", billing.ClassMoney)
			optional(l)
		},
		"recovered":     func(l *mails.Letter) { l.Template = mails.Reactivated; optional(l) },
		"card-expiring": func(l *mails.Letter) { l.Template = mails.CardExpiring; optional(l) },
		"win-back": func(l *mails.Letter) {
			l.Template = mails.WinBack
			l.Coupon = billing.Discount{ID: "dsc_1", Code: "STAY20", Type: billing.DiscountPercentage, BasisPoints: 2000}
			optional(l)
		},
		"win-back-running": func(l *mails.Letter) {
			l.Template, l.Stays = mails.WinBack, true
			l.Coupon = billing.Discount{ID: "dsc_1", Code: "STAY20", Type: billing.DiscountPercentage, BasisPoints: 2000}
			optional(l)
		},
	} {
		l := base
		change(&l)
		all[name] = l
	}
	return all
}

// TestMailPictures makes pictures of the mails of a recovery, as they are
// written, in languages that run either way, and in the dark.
func TestMailPictures(t *testing.T) {
	if *shots == "" {
		return
	}
	if err := os.MkdirAll(*shots, 0o750); err != nil {
		t.Fatal(err)
	}
	s, all := open(t), letters()
	server := s.serve(func() http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			name, language, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
			l, known := all[name]
			if !known { // what a browser asks for by itself
				http.NotFound(w, r)
				return
			}
			l.Locale = language
			m, err := mailtext.Writer{}.Write(l)
			if err != nil {
				t.Error(err)
			}
			_, _ = w.Write([]byte(m.HTML)) // a picture shows what is missing
		})
	})
	b := chromium(t)
	for name := range all {
		for _, p := range []struct{ name, language, scheme string }{
			{"en", "en", "light"}, {"de", "de", "light"}, {"ar", "ar", "light"}, {"hi", "hi", "light"}, {"dark", "en", "dark"},
		} {
			b.theme(p.scheme)
			b.must(chromedp.Do(b.ctx, chromedp.EmulateViewport(mailWidth, 200), chromedp.Navigate(server.URL+"/"+name+"/"+p.language)))
			b.keep(mailWidth, "mail-"+name+"-"+p.name)
		}
	}
}

// The pictures show mails that a customer could get: a card that only its
// owner can mend is not tried again by itself.
func TestMailPicturesPromiseNoRetryThatIsNeverMade(t *testing.T) {
	t.Parallel()
	for name, l := range letters() {
		for _, code := range []string{"expired_card", "incorrect_cvc", "stolen_card", "authentication_required"} {
			if said := dunning.Explain(dunning.Classify(code, "")); l.Reason == said && !l.NextRetry.IsZero() {
				t.Errorf("%s says %q, and that the card is tried again", name, said)
			}
		}
	}
}
