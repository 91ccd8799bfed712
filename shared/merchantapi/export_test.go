package merchantapi

// Unbuilt is the table of Dodo's routes without ours.
var Unbuilt = unbuilt

// UnbuiltPublic are those of them that need no key.
var UnbuiltPublic = unbuiltPublic
