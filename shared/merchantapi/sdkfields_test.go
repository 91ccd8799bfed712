package merchantapi_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"

	dodo "github.com/dodopayments/dodopayments-go"

	"perennial/shared/wire"
)

// absent are the fields that the SDK reads and our answers do not describe,
// as "object.field", with the reason. The list is reviewed: an entry that
// excuses nothing fails the test.
var absent = map[string]string{
	"Subscription.credit_entitlement_cart[]":       noneYet,
	"Subscription.meter_credit_entitlement_cart[]": noneYet,
	"Subscription.meters[]":                        noneYet,
	"PlanLine.chargeable_units":                    metered,
	"PlanLine.free_threshold":                      metered,
	"PlanLine.price_per_unit":                      metered,
	"PlanLine.subtotal":                            metered,
	"PlanLine.units_consumed":                      metered,
	"PreviewItem.meters[]":                         noneYet,
	"PreviewItem.credit_entitlements[]":            noneYet,
	"Product.credit_entitlements[]":                noneYet,
	"Product.entitlements[]":                       noneYet,
	"ProductItem.entitlements[]":                   noneYet,
	"Product.price":                                union,
	"ProductItem.price_detail":                     union,
	"GroupItem.price_detail":                       union,
}

// Why a field may be missing.
const (
	noneYet = "always null or empty, as there is nothing of its kind yet"
	metered = "only of a metered line, and usage is not measured yet; TestEveryFormOfAPriceIsWhole compares the others"
	union   = "one of three forms, which TestEveryFormOfAPriceIsWhole compares"
)

// TestEveryFormOfAPriceIsWhole: each form of the price union has every field
// that the SDK reads of it.
func TestEveryFormOfAPriceIsWhole(t *testing.T) {
	t.Parallel()
	for _, form := range []struct{ sent, read reflect.Type }{
		{reflect.TypeFor[wire.OneTimePrice](), reflect.TypeFor[dodo.PriceOneTimePrice]()},
		{reflect.TypeFor[wire.RecurringPrice](), reflect.TypeFor[dodo.PriceRecurringPrice]()},
		{reflect.TypeFor[wire.UsagePrice](), reflect.TypeFor[dodo.PriceUsageBasedPrice]()},
		{reflect.TypeFor[wire.Meter](), reflect.TypeFor[dodo.AddMeterToPrice]()},
		{reflect.TypeFor[wire.PlanLine](), reflect.TypeFor[dodo.SubscriptionPreviewChangePlanResponseImmediateChargeLineItemsSubscription]()},
		{reflect.TypeFor[wire.PlanLine](), reflect.TypeFor[dodo.SubscriptionPreviewChangePlanResponseImmediateChargeLineItemsAddon]()},
	} {
		sent := map[string]bool{}
		for _, f := range reflect.VisibleFields(form.sent) {
			sent[f.Tag.Get("json")] = true // an option such as omitempty would not match
		}
		for _, f := range reflect.VisibleFields(form.read) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name != "-" && f.IsExported() && !sent[name] {
				t.Errorf("%s lacks %q of %s", form.sent, name, form.read)
			}
		}
	}
}

// method is how the SDK's list of methods shows a route and its Go method.
var method = regexp.MustCompile(`<code title="(\w+) ([^"]+)">client\.([\w.]+)\.<a [^>]*>(\w+)</a>`)

var placeholder = regexp.MustCompile(`\{\w+\}`)

// TestEveryFieldThatTheSDKReadsIsAnswered: each field of the official Go SDK's
// answer types, at any depth, is described as always sent by the route that
// answers with it. New routes are covered by themselves.
func TestEveryFieldThatTheSDKReadsIsAnswered(t *testing.T) {
	t.Parallel()
	f := fields{t: t, excused: map[string]bool{}, seen: map[string]bool{}}
	raw, err := newBench(t).api.OpenAPI()
	if err == nil {
		err = json.Unmarshal(raw, &f.doc)
	}
	if err != nil {
		t.Fatal(err)
	}
	answers, compared := f.answers(), 0
	for _, m := range method.FindAllStringSubmatch(sdkList(t), -1) {
		route := strings.ToUpper(m[1]) + " " + placeholder.ReplaceAllString(m[2], "{}")
		if schema, read := answers[route], reads(m[3], m[4]); schema != nil && read != nil {
			compared++
			f.compare(route, schema, read)
		}
	}
	if compared < 40 {
		t.Errorf("only %d answers were compared", compared)
	}
	for field, why := range absent {
		if !f.excused[field] || why == "" {
			t.Errorf("%s is excused (%q) and no longer missing: take it off the list", field, why)
		}
	}
}

// reads is the type that a method of the SDK answers with, nil for one without
// a JSON body.
func reads(service, name string) reflect.Type {
	at := reflect.ValueOf(dodo.NewClient()).Elem()
	for part := range strings.SplitSeq(service, ".") {
		at = reflect.Indirect(at.FieldByName(part))
	}
	m := at.Addr().MethodByName(name).Type()
	if m.NumOut() < 2 || m.Out(0) == reflect.TypeFor[*http.Response]() {
		return nil
	}
	return m.Out(0).Elem()
}

// fields compares types of the SDK with our description.
type fields struct {
	t       *testing.T
	doc     map[string]any
	excused map[string]bool
	seen    map[string]bool
}

// answers are the schemas of our successes by route, with {} for every id.
func (f fields) answers() map[string]any {
	all := map[string]any{}
	paths, _ := f.doc["paths"].(map[string]any)
	for path, operations := range paths {
		for verb, operation := range operations.(map[string]any) {
			for status, answer := range walk(operation, "responses").(map[string]any) {
				if schema := walk(answer, "content", "application/json", "schema"); strings.HasPrefix(status, "2") && schema != nil {
					all[strings.ToUpper(verb)+" "+placeholder.ReplaceAllString(path, "{}")] = schema
				}
			}
		}
	}
	return all
}

func walk(v any, path ...string) any {
	for _, name := range path {
		object, _ := v.(map[string]any)
		v = object[name]
	}
	return v
}

// compare descends through both together. Types that the SDK reads in several
// forms, its unions, are interfaces and end the descent: their forms are
// compared in package wire and by the compatibility suite.
func (f fields) compare(place string, schema any, read reflect.Type) {
	place, object := f.resolve(place, schema)
	switch read.Kind() {
	default: // a leaf, or a union
	case reflect.Pointer:
		f.compare(place, object, read.Elem())
	case reflect.Slice:
		f.compare(place+"[]", object["items"], read.Elem())
	case reflect.Struct:
		if read.PkgPath() == "time" || read.Name() == "" || f.seen[place+" "+read.String()] {
			return
		}
		f.seen[place+" "+read.String()] = true
		if object["type"] == nil { // described as anything
			f.miss(place, read)
			return
		}
		f.members(place, object, read)
	}
}

func (f fields) members(place string, object map[string]any, read reflect.Type) {
	properties, _ := object["properties"].(map[string]any)
	required, _ := object["required"].([]any)
	sent := map[any]bool{}
	for _, name := range required {
		sent[name] = true
	}
	for i := range read.NumField() {
		name, _, _ := strings.Cut(read.Field(i).Tag.Get("json"), ",")
		if name == "" || name == "-" || !read.Field(i).IsExported() {
			continue
		}
		if sent[name] {
			f.compare(place+"."+name, properties[name], read.Field(i).Type)
		} else {
			f.miss(place+"."+name, read)
		}
	}
}

// miss reports what is not described, unless the list excuses it.
func (f fields) miss(field string, read reflect.Type) {
	if f.excused[field] = true; absent[field] == "" {
		f.t.Errorf("%s is read by the SDK (%s) and not always sent", field, read)
	}
}

// resolve follows references and nullable objects; an object is called by its
// name in the description.
func (f fields) resolve(place string, schema any) (string, map[string]any) {
	object, _ := schema.(map[string]any)
	for _, one := range asList(object["anyOf"]) {
		if walk(one, "type") != "null" {
			return f.resolve(place, one)
		}
	}
	if ref, ok := object["$ref"].(string); ok {
		name := ref[strings.LastIndex(ref, "/")+1:]
		return f.resolve(name, walk(f.doc, "components", "schemas", name))
	}
	return place, object
}

func asList(v any) []any {
	list, _ := v.([]any)
	return list
}
