package dunning

import "perennial/shared/billing"

// Sentence names what a customer is told about a decline, in any language.
type Sentence string

// The sentences. SayAnotherCard hides the true reason of a stolen card.
const (
	SayAnotherCard  Sentence = "decline_another_card"
	SayNotAllowed   Sentence = "decline_not_allowed"
	SayRevoked      Sentence = "decline_revoked"
	SayConfirm      Sentence = "decline_confirm"
	SayExpired      Sentence = "decline_expired"
	SayCheckDetails Sentence = "decline_check_details"
	SayNoMethod     Sentence = "decline_no_method"
	SayCurrency     Sentence = "decline_currency"
	SayNoMoney      Sentence = "decline_no_money"
	SayLimit        Sentence = "decline_limit"
	SaySpent        Sentence = "decline_spent"
	SayUnreached    Sentence = "decline_unreached"
	SayVague        Sentence = "decline_vague"
	SayOurs         Sentence = "decline_ours"
)

// english is what the sentences say where no catalogue is at hand.
var english = map[Sentence]string{
	SayAnotherCard:  "Your bank declined the payment. Please use another card.",
	SayNotAllowed:   "Your bank does not allow this card to be charged. Please use another card.",
	SayRevoked:      "Your bank was told not to allow these payments. Please use another card.",
	SayConfirm:      "Your bank asks you to confirm the payment.",
	SayExpired:      "The card has expired. Please use another card.",
	SayCheckDetails: "Your bank did not accept the card's details. Please check them or use another card.",
	SayNoMethod:     "There is no payment method that may be charged. Please add one.",
	SayCurrency:     billing.ErrMethodCurrency.Message,
	SayNoMoney:      "Your bank reports that there was not enough money on the account.",
	SayLimit:        "Your bank reports that the card's limit is reached.",
	SaySpent:        "This card was tried too often. Please use another payment method, or try again in a few days.",
	SayUnreached:    "The bank could not be reached. Nothing was charged.",
	SayVague:        "Your bank declined the payment without giving a reason. Another card may help, or a call to your bank.",
	SayOurs:         "The payment could not be made because of a problem on our side. Nothing was charged.",
}

// byClass is what is said of a code that the table does not explain, or whose
// class the network's advice has changed.
var byClass = map[billing.DeclineClass]Sentence{
	billing.ClassHard:           SayNotAllowed,
	billing.ClassAuthentication: SayConfirm,
	billing.ClassNeedsCustomer:  SayCheckDetails,
	billing.ClassMoney:          SayLimit,
	billing.ClassTechnical:      SayUnreached,
	billing.ClassVague:          SayVague,
	billing.ClassOurFault:       SayOurs,
}

// SentenceOf names what the customer is told about a decline.
func SentenceOf(d billing.Decline) Sentence {
	if known, ok := byCode[d.Code]; ok && (known.class == d.Class || known.says == SayAnotherCard) {
		return known.says
	}
	if says, ok := byClass[d.Class]; ok {
		return says
	}
	return SayVague
}

// Explain is the decline in one plain English sentence for the customer.
func Explain(d billing.Decline) string { return english[SentenceOf(d)] }

// SameCardMayPay reports a decline that the customer can have mended without
// another card: money on the account, a bank that was out of reach, that asked
// for the customer's consent or gave no reason; or that was our fault.
func SameCardMayPay(d billing.Decline) bool {
	switch d.Class {
	case billing.ClassMoney, billing.ClassTechnical, billing.ClassVague, billing.ClassAuthentication, billing.ClassOurFault:
		return true
	case billing.ClassHard, billing.ClassNeedsCustomer:
	}
	return false
}

// rules tells the merchant what Perennial does about a class of declines.
var rules = map[billing.DeclineClass]string{
	billing.ClassHard:           "The card is dead or may not be charged. It is not tried again; a backup card is, if the customer has allowed one.",
	billing.ClassAuthentication: "The bank wants the customer to confirm. The card is not tried silently; the customer gets a link.",
	billing.ClassNeedsCustomer:  "Only the customer can mend this. The card is tried again once its data has changed.",
	billing.ClassMoney:          "There was no money, or a limit was reached. The card is tried again on mornings when wages have arrived.",
	billing.ClassTechnical:      "The bank or the network was in trouble. The card is tried again within hours.",
	billing.ClassVague:          "The bank gave no reason. The card is tried a few more times, unless the settings forbid it.",
	billing.ClassOurFault:       "The request was wrong, which is not the customer's fault. Access is kept and the operators are alerted.",
}

// unmade tells the merchant of charges that Perennial did not make.
var unmade = map[string]string{
	"card_tried_too_often": "Nothing was charged: the card network's limit for this amount is reached. The card is charged once there is room, if the window lasts.",
	"card_disputed":        "Nothing was charged: a dispute about this card is open. The card is tried again once the dispute is over.",
}

// ExplainToMerchant is what Perennial does about a decline, in one sentence.
func ExplainToMerchant(d billing.Decline) string {
	if text, ok := unmade[d.Code]; ok {
		return text
	}
	if text, ok := rules[d.Class]; ok {
		return text
	}
	return rules[billing.ClassVague]
}
