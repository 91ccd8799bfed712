package invoices

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// papers adds to documents what else they say: payment, corrected or credited
// invoice, and the merchant.
func (s *Service) papers(ctx context.Context, scope merchant.Scope, docs []billing.Invoice, w Wish) ([]Paper, error) {
	var newest []string
	for _, v := range docs {
		if v.Corrected != "" && !w.Receipt {
			newest = append(newest, v.Corrected)
		}
	}
	corrections, err := s.load(ctx, scope, newest)
	if err != nil {
		return nil, err
	}
	papers := make([]Paper, len(docs))
	refs := []record.Ref{record.RefOf[merchant.State](scope.String())}
	for i, v := range docs {
		for _, c := range corrections {
			if c.ID == v.Corrected {
				v = c
			}
		}
		papers[i] = Paper{Invoice: v, Receipt: w.Receipt, Language: w.Language}
		if papers[i].Language == "" {
			papers[i].Language = languageOf(v.Buyer.Address.Country)
		}
		refs = append(refs, record.RefOf[billing.Payment](or(v.Payment, none)), record.RefOf[billing.Invoice](or(v.Corrects, none)), seller(v))
	}
	found, err := s.Store.Load(ctx, scope, refs...)
	if err != nil {
		return nil, fmt.Errorf("documents: %w", err)
	}
	state, ok := found[0].(merchant.State)
	if !ok {
		return nil, fmt.Errorf("state of %s: %w", scope, record.ErrNotFound)
	}
	for i := range papers {
		papers[i].State = state
		papers[i].Payment, _ = found[1+3*i].(billing.Payment)
		papers[i].About, _ = found[2+3*i].(billing.Invoice)
		if papers[i].Brand, err = record.BrandOf(ctx, s.Store, scope, soldUnder(papers[i].Payment, found[3+3*i])); err != nil {
			return nil, err
		}
	}
	return papers, nil
}

// seller names what tells the brand of a document that no payment paid.
func seller(v billing.Invoice) record.Ref {
	if v.Payment == "" && v.Subscription != "" {
		return record.RefOf[billing.Subscription](v.Subscription)
	}
	return record.RefOf[billing.Purchase](or(v.Purchase, none))
}

// soldUnder is the brand of a payment, or of what was sold while there is none.
func soldUnder(p billing.Payment, sold any) string {
	switch o := sold.(type) {
	case billing.Subscription:
		return o.Brand
	case billing.Purchase:
		return o.Brand
	}
	return p.Brand
}

// none is an id that no object has: a reference that leads nowhere.
const none = "none"

func or(id, other string) string {
	if id == "" {
		return other
	}
	return id
}

// languageOf is the language in which documents are made for a country, where
// nobody said otherwise.
func languageOf(country string) string {
	for language, countries := range spoken {
		if slices.Contains(countries, country) {
			return language
		}
	}
	return "en"
}

// spoken are the countries that have one language of business, by those of
// documents. Where there are several, English is read by all.
var spoken = map[string][]string{
	"de": {"DE", "AT", "LI"}, "it": {"IT", "SM", "VA"}, "ja": {"JP"}, "fr": {"FR", "MC"}, "pt": {"BR", "PT", "AO", "MZ"}, "ca": {"AD"},
	"es": {"ES", "MX", "AR", "CL", "CO", "PE", "EC", "UY", "PY", "BO", "VE", "CR", "PA", "DO", "GT", "HN", "NI", "SV", "CU"},
	"ro": {"RO", "MD"}, "nl": {"NL", "SR"}, "sv": {"SE"}, "pl": {"PL"}, "ru": {"RU", "BY"}, "tr": {"TR"}, "id": {"ID"},
}

// issued reports documents that are final and have their numbers: they will
// never say anything else.
func issued(papers []Paper) bool {
	for _, p := range papers {
		if p.Invoice.Number == "" {
			return false
		}
	}
	return true
}

// identity names what is kept: which documents in which state, language and
// form. An invoice issued before it is paid is one document, its paid copy
// another.
func identity(papers []Paper) string {
	var b strings.Builder
	for _, p := range papers {
		fmt.Fprintf(&b, "%s %s %s %t\n", p.Invoice.ID, p.Invoice.Status, p.Language, p.Receipt)
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:16])
}

// name is the file's: the number where there is one, in characters that every
// system takes.
func name(p Paper) string {
	name := or(p.Invoice.Number, p.Invoice.ID)
	if p.Receipt {
		name = "receipt-" + name
	}
	return strings.Map(func(c rune) rune {
		switch {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c == '-', c == '_':
			return c
		}
		return '-'
	}, name)
}
