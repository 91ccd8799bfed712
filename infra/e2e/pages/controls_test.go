package pages

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"perennial/infra/local/wait"
)

// Roles of controls, as a screen reader calls them.
var (
	pressed = []string{"button", "link"}
	chosen  = []string{"radio", "checkbox"}
	filled  = []string{"textbox", "spinbutton", "combobox"}
)

// controls are the nodes with one of the roles and a name, the best match
// first: the very name, then one that begins with it.
func (v *visit) controls(roles []string, name string) []cdp.BackendNodeID {
	ctx, cancel := v.within()
	defer cancel()
	document, err := chromedp.Run(ctx, chromedp.Evaluate[*runtime.RemoteObject]("document"))
	if err != nil {
		return nil // between two pages
	}
	var exact, begun []cdp.BackendNodeID
	for _, role := range roles {
		found, err := chromedp.Call(ctx, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{ObjectID: document.ObjectID, Role: role})
		if err != nil {
			return nil
		}
		for _, n := range found.Nodes {
			switch called := nameOf(n); {
			case n.Ignored:
			case called == plain(name):
				exact = append(exact, n.BackendDOMNodeID)
			case strings.HasPrefix(called, plain(name)):
				begun = append(begun, n.BackendDOMNodeID)
			}
		}
	}
	return append(exact, begun...)
}

// nameOf is a node's accessible name.
func nameOf(n *accessibility.Node) (name string) {
	if n.Name == nil || json.Unmarshal(n.Name.Value, &name) != nil {
		return ""
	}
	return plain(name)
}

// find waits for a control.
func (v *visit) find(roles []string, name string) runtime.RemoteObjectID {
	v.Helper()
	var found []cdp.BackendNodeID
	wait.Until(v, strings.Join(roles, " or ")+" "+name, func() bool {
		found = v.controls(roles, name)
		return len(found) > 0 || !v.look()
	})
	ctx, cancel := v.within()
	defer cancel()
	node, err := chromedp.Call(ctx, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: found[0]})
	v.must(err)
	return node.Object.ObjectID
}

// has fails when there is such a control, or none.
func (v *visit) has(there bool, name string) {
	v.Helper()
	if got := len(v.controls(slices.Concat(pressed, chosen, filled), name)) > 0; got != there {
		v.Errorf("%s: control %q is there: %t", v.shown.URL, name, got)
	}
}

// reach brings a control into sight and tells where it is touched; nothing is
// told of a control that something else covers.
const reach = `function() {
	this.scrollIntoView({block: "center", behavior: "instant"});
	const box = [...this.getClientRects()].find(r => r.width > 0 && r.height > 0);
	if (!box) return {covered: true};
	const x = box.x + box.width / 2, y = box.y + box.height / 2, top = document.elementFromPoint(x, y);
	return {x, y, covered: !top || !this.contains(top) && !top.contains(this) };
}`

// touch clicks a control, or taps it on a phone.
func (v *visit) touch(object runtime.RemoteObjectID) {
	v.Helper()
	var at struct {
		X, Y    float64
		Covered bool
	}
	v.call(object, reach, &at)
	if at.Covered {
		v.Fatalf("%s: a control is covered", v.shown.URL)
	}
	do := chromedp.MouseClickXY(at.X, at.Y)
	if v.phone {
		do = chromedp.TapXY(at.X, at.Y)
	}
	ctx, cancel := v.within()
	defer cancel()
	v.must(chromedp.Do(ctx, do))
}

// call calls a function of an object in the page.
func (v *visit) call(object runtime.RemoteObjectID, function string, into any, args ...any) {
	v.Helper()
	ctx, cancel := v.within()
	defer cancel()
	raw, err := chromedp.Run(ctx, chromedp.CallFunctionOn[[]byte](function, func(p *runtime.CallFunctionOnParams) { p.ObjectID = object }, args...))
	v.must(err)
	if into != nil {
		v.must(json.Unmarshal(raw, into))
	}
}

// tap presses a button or link that stays on the page.
func (v *visit) tap(name string) {
	v.Helper()
	v.touch(v.find(pressed, name))
}

// press presses a button or link, and waits for the page that it leads to.
func (v *visit) press(name string) {
	v.Helper()
	object := v.find(pressed, name)
	v.turn(func() { v.touch(object) })
}

// choose ticks a radio button or a box.
func (v *visit) choose(name string) {
	v.Helper()
	v.touch(v.find(chosen, name))
}

// fill types into a field, instead of what is in it.
func (v *visit) fill(name, text string) {
	v.Helper()
	v.call(v.find(filled, name), `function() { this.focus(); this.select(); return true }`, nil)
	v.write(text)
}

// pick chooses an option of a list by what it says.
func (v *visit) pick(name, option string) {
	v.Helper()
	var done bool
	v.call(v.find(filled, name), `function(text) {
		const hit = [...this.options].find(o => o.label.trim() === text);
		if (hit) { this.value = hit.value; this.dispatchEvent(new Event("change", {bubbles: true})); }
		return Boolean(hit);
	}`, &done, option)
	if !done {
		v.Fatalf("%s has no option %q", name, option)
	}
}

func (v *visit) write(text string) {
	v.Helper()
	ctx, cancel := v.within()
	defer cancel()
	if text == "" {
		v.must(chromedp.Do(ctx, chromedp.KeyEvent("\b")))
		return
	}
	_, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: text})
	v.must(err)
}

// href is where a link leads.
func (v *visit) href(name string) (address string) {
	v.Helper()
	v.call(v.find([]string{"link"}, name), `function() { return this.href }`, &address)
	return address
}
