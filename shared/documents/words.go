package documents

import "perennial/shared/tax"

// words are everything that a document says by itself, in one language.
// {amount}, {date} and the like stand for what is put in.
type words struct {
	Invoice, CreditNote, Correction, DueNotice, Receipt string

	Number, Issued, Due, Period, Supplied, PaymentID, Register string
	Seller, Buyer, TaxID                                       string
	Paid, Refunded, Void, Test                                 string

	PaidOn, DueOn, CreditedOn string // headlines: {amount}, {date}

	Item, Quantity, Unit, Tax, Amount                                                           string
	Discount, DiscountCode, Subtotal, Net, Total, Credit, AmountDue, AmountPaid, AmountCredited string
	VAT, SalesTax, GST, ConsumptionTax                                                          string
	TaxOn, TaxWithin                                                                            string // {tax}, {rate}, {net}
	PaidWith, PaidByCredit                                                                      string // {method}, {date}
	Settles                                                                                     string // of a receipt: {numbers}

	ReverseCharge, Exempt, NotCollecting, OutOfScope string
	NoLegalNumber, NumberFollows                     string
	OfInvoice, CorrectsInvoice, CancelsNote, Reason  string // {number}, {date}, {reason}
	Page, Questions                                  string // {page}, {pages}, {email}
}

// languages are the documents' languages; English stands in for others.
var languages = map[string]words{
	"en": english, "de": german, "it": italian, "hi": hindi, "ja": japanese,
	"es": spanish, "fr": french, "pt": portuguese, "ca": catalan, "ro": romanian,
	"nl": dutch, "sv": swedish, "pl": polish, "ru": russian, "tr": turkish, "id": indonesian, "ms": malay,
}

// Languages reports whether documents exist in a language.
func Languages(code string) bool {
	_, ok := languages[code]
	return ok
}

// sentence is what the law wants said of a line's tax.
func (w words) sentence(d tax.Decision) string {
	switch d.Wording() {
	case "tax.reverse_charge":
		return w.ReverseCharge
	case "tax.exempt":
		return w.Exempt
	case "tax.not_collecting":
		return w.NotCollecting
	case "tax.out_of_scope":
		return w.OutOfScope
	}
	return ""
}

var english = words{
	Invoice: "Invoice", CreditNote: "Credit note", Correction: "Corrected invoice", DueNotice: "Payment request", Receipt: "Receipt",
	Number: "Number", Issued: "Date of issue", Due: "Due date", Period: "Period", Supplied: "Date of supply", PaymentID: "Payment", Register: "Register",
	Seller: "From", Buyer: "Bill to", TaxID: "Tax ID",
	Paid: "PAID", Refunded: "REFUNDED", Void: "VOID", Test: "Test mode: not a valid document",
	PaidOn: "{amount} paid on {date}", DueOn: "{amount} due on {date}", CreditedOn: "{amount} credited on {date}",
	Item: "Description", Quantity: "Quantity", Unit: "Unit price", Tax: "Tax", Amount: "Amount",
	Discount: "Discount", DiscountCode: "Discount ({code})", Subtotal: "Subtotal", Net: "Total without tax", Total: "Total",
	Credit: "Credit applied", AmountDue: "Amount due", AmountPaid: "Amount paid", AmountCredited: "Amount credited",
	VAT: "VAT", SalesTax: "Sales tax", GST: "GST", ConsumptionTax: "Consumption tax",
	TaxOn: "{tax} {rate} on {net}", TaxWithin: "Includes {tax} {rate} on {net}",
	PaidWith: "Paid with {method} on {date}", PaidByCredit: "Paid from credit on {date}", Settles: "Payment of: {numbers}",
	ReverseCharge: "Reverse charge: the recipient of the service is liable for the tax.", Exempt: "Exempt from tax.",
	NotCollecting: "No tax is charged: the seller is not registered for tax at the place of supply.",
	OutOfScope:    "Outside the scope of tax at the place of supply.",
	NoLegalNumber: "This is not an invoice. The invoice with its number is issued when the payment arrives.",
	NumberFollows: "The number is assigned within moments.",
	OfInvoice:     "This credit note refers to invoice {number} of {date}.", CorrectsInvoice: "This document corrects the buyer's details on invoice {number} of {date}. Amounts are unchanged.",
	CancelsNote: "This invoice cancels credit note {number} of {date}, because its refund failed.",
	Reason:      "Reason: {reason}", Page: "Page {page} of {pages}", Questions: "Questions? {email}",
}

var german = words{
	Invoice: "Rechnung", CreditNote: "Rechnungskorrektur", Correction: "Berichtigte Rechnung", DueNotice: "Zahlungsaufforderung", Receipt: "Zahlungsbeleg",
	Number: "Nummer", Issued: "Rechnungsdatum", Due: "Fällig am", Period: "Leistungszeitraum", Supplied: "Leistungsdatum", PaymentID: "Zahlung", Register: "Register",
	Seller: "Von", Buyer: "Rechnung an", TaxID: "USt-IdNr. / Steuernummer",
	Paid: "BEZAHLT", Refunded: "ERSTATTET", Void: "STORNIERT", Test: "Testmodus: kein gültiger Beleg",
	PaidOn: "{amount} bezahlt am {date}", DueOn: "{amount} fällig am {date}", CreditedOn: "{amount} gutgeschrieben am {date}",
	Item: "Beschreibung", Quantity: "Menge", Unit: "Einzelpreis", Tax: "Steuer", Amount: "Betrag",
	Discount: "Rabatt", DiscountCode: "Rabatt ({code})", Subtotal: "Zwischensumme", Net: "Summe ohne Steuer", Total: "Gesamtbetrag",
	Credit: "Verrechnetes Guthaben", AmountDue: "Zu zahlen", AmountPaid: "Bezahlt", AmountCredited: "Gutgeschrieben",
	VAT: "USt.", SalesTax: "Verkaufssteuer", GST: "GST", ConsumptionTax: "Verbrauchssteuer",
	TaxOn: "{tax} {rate} auf {net}", TaxWithin: "Enthält {tax} {rate} auf {net}",
	PaidWith: "Bezahlt mit {method} am {date}", PaidByCredit: "Aus Guthaben bezahlt am {date}", Settles: "Zahlung von: {numbers}",
	ReverseCharge: "Steuerschuldnerschaft des Leistungsempfängers (Reverse Charge).", Exempt: "Steuerfreie Leistung.",
	NotCollecting: "Es wird keine Steuer berechnet: Der Verkäufer ist am Leistungsort nicht steuerlich registriert.",
	OutOfScope:    "Am Leistungsort nicht steuerbar.",
	NoLegalNumber: "Dies ist keine Rechnung. Die Rechnung mit ihrer Nummer wird ausgestellt, sobald die Zahlung eingeht.",
	NumberFollows: "Die Nummer wird in Kürze vergeben.",
	OfInvoice:     "Diese Rechnungskorrektur bezieht sich auf die Rechnung {number} vom {date}.", CorrectsInvoice: "Dieser Beleg berichtigt die Angaben zum Käufer in der Rechnung {number} vom {date}. Die Beträge sind unverändert.",
	CancelsNote: "Diese Rechnung hebt die Rechnungskorrektur {number} vom {date} auf, weil die Erstattung fehlgeschlagen ist.",
	Reason:      "Grund: {reason}", Page: "Seite {page} von {pages}", Questions: "Fragen? {email}",
}

var italian = words{
	Invoice: "Fattura", CreditNote: "Nota di credito", Correction: "Fattura rettificata", DueNotice: "Richiesta di pagamento", Receipt: "Ricevuta",
	Number: "Numero", Issued: "Data di emissione", Due: "Scadenza", Period: "Periodo", Supplied: "Data della prestazione", PaymentID: "Pagamento", Register: "Registro",
	Seller: "Da", Buyer: "Intestata a", TaxID: "Partita IVA",
	Paid: "PAGATA", Refunded: "RIMBORSATA", Void: "ANNULLATA", Test: "Modalità di prova: documento non valido",
	PaidOn: "{amount} pagati il {date}", DueOn: "{amount} da pagare entro il {date}", CreditedOn: "{amount} accreditati il {date}",
	Item: "Descrizione", Quantity: "Quantità", Unit: "Prezzo unitario", Tax: "Imposta", Amount: "Importo",
	Discount: "Sconto", DiscountCode: "Sconto ({code})", Subtotal: "Subtotale", Net: "Totale senza imposta", Total: "Totale",
	Credit: "Credito utilizzato", AmountDue: "Importo dovuto", AmountPaid: "Importo pagato", AmountCredited: "Importo accreditato",
	VAT: "IVA", SalesTax: "Imposta sulle vendite", GST: "GST", ConsumptionTax: "Imposta sui consumi",
	TaxOn: "{tax} {rate} su {net}", TaxWithin: "Include {tax} {rate} su {net}",
	PaidWith: "Pagato con {method} il {date}", PaidByCredit: "Pagato con credito il {date}", Settles: "Pagamento di: {numbers}",
	ReverseCharge: "Inversione contabile (reverse charge): l'imposta è dovuta dal destinatario del servizio.", Exempt: "Operazione esente da imposta.",
	NotCollecting: "Nessuna imposta applicata: il venditore non è registrato ai fini fiscali nel luogo della prestazione.",
	OutOfScope:    "Operazione fuori campo di applicazione dell'imposta nel luogo della prestazione.",
	NoLegalNumber: "Questo documento non è una fattura. La fattura con il suo numero viene emessa quando arriva il pagamento.",
	NumberFollows: "Il numero viene assegnato a breve.",
	OfInvoice:     "Questa nota di credito si riferisce alla fattura {number} del {date}.", CorrectsInvoice: "Questo documento rettifica i dati dell'acquirente nella fattura {number} del {date}. Gli importi restano invariati.",
	CancelsNote: "Questa fattura annulla la nota di credito {number} del {date}, perché il rimborso non è andato a buon fine.",
	Reason:      "Motivo: {reason}", Page: "Pagina {page} di {pages}", Questions: "Domande? {email}",
}
