// Package looks opens every page of the portal and the checkout in Chromium,
// in its states, themes and directions of writing. `make axe` asks axe-core
// what bars people from using them, `make lighthouse` weighs them, and `make
// screenshots` keeps pictures. The pages are those of the product over a world
// in memory, so no engine and no stack is started. It has tests only.
package looks
