package charging

import (
	"strings"

	"perennial/shared/merchant"
)

// Tag is the metadata that a gateway keeps with an intent: enough to find the
// attempt from the gateway's side.
func Tag(scope merchant.Scope, owner, payment string) string {
	return scope.String() + "/" + owner + "/" + payment
}

// ParseTag reads what Tag wrote; ok is false for anything else.
func ParseTag(tag string) (scope merchant.Scope, owner, payment string, ok bool) {
	parts := strings.Split(tag, "/")
	if len(parts) != 3 {
		return merchant.Scope{}, "", "", false
	}
	scope, ok = merchant.ParseScope(parts[0])
	return scope, parts[1], parts[2], ok
}
