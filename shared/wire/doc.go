// Package wire is the JSON that merchants see: the response objects of Dodo's
// API and the webhook envelope, and the converters that make them of billing
// values. It reads no request and serves no route; httpapi does.
//
// Every field that Dodo documents is present, null where it does not apply,
// and lists are [] rather than null, so that every SDK version can read them.
// What Perennial does not have yet is null, empty or zero, never absent.
package wire
