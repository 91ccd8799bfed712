// Package cardfields puts a gateway's card fields into a page of ours, so that
// no card number ever reaches us. The page includes Script as a file of its
// own and has a form of this shape:
//
//	<form method="post" data-card-fields data-src="…Source(…)…" data-title="Card details" data-broken="The card form did not load.">
//	  <div data-card-mount></div>
//	  <input type="hidden" name="token">
//	  <input type="hidden" name="fields" value="…Account…">
//	  <p role="alert" hidden></p>
//	  <button>Save card</button>
//	</form>
//
// The script mounts the gateway's iframe, asks it for a token when the form is
// submitted, puts the token into the hidden input and submits the form. The
// button is disabled meanwhile, and errors appear in the alert. A checked
// radio "method" with a value is a saved card and needs no token.
//
// Page and iframe exchange messages, each side checking the other's origin:
//
//	page to iframe   {type: "perennial:tokenise"}
//	iframe to page   {type: "perennial:ready"}
//	iframe to page   {type: "perennial:resize", height}
//	iframe to page   {type: "perennial:token", token, brand, last4}
//	iframe to page   {type: "perennial:error", message}
//
// Stripe's fields have the same markup with data-key instead of data-src, and
// a script of their own, StripeScript, behind Stripe's.
//
// The page's policy needs frame-src with the gateway's origin, and style-src
// as usual: the script sets the iframe's style through the object model.
package cardfields

import (
	_ "embed" // Script
	"net/url"
	"strings"
)

// Script is the page's part, to be served as JavaScript from a file.
//
//go:embed cardfields.js
var Script []byte

// StripeScript is the page's part for Stripe's fields.
//
//go:embed stripefields.js
var StripeScript []byte

// Source is the address of the card fields of a gateway for an account.
// Origin is the page that shows them; further ancestors are named when that
// page is framed itself.
func Source(gatewayURL, account, origin string, ancestors ...string) string {
	query := url.Values{"account": {account}, "origin": {origin}}
	if len(ancestors) > 0 {
		query["ancestor"] = ancestors
	}
	return strings.TrimRight(gatewayURL, "/") + "/fields?" + query.Encode()
}
