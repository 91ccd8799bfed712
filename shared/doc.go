// Package shared is the map of Perennial. It holds no code; the packages
// beside it do, each in one layer of this table, which arch_test.go reads and
// enforces. A new package starts with a line here.
//
//	rules      fault money calendar access merchant billing dunning tax taxid proration
//	ports      record gateway email
//	usecases   charging lifecycle recovery wallet catalog customers subscriptions purchases gateways endpoints register identity portals hooks operations idempotency settings sweep mails publish refunds disputes taxcheck taxfix numbering invoices notices
//	adapters   dynamo gateway/sandbox gateway/stripe email/ses queue/sqs flow/sfn kms s3 taxid/vies
//	transport  httpapi merchantapi portal checkout pages lambdahttp lambdabatch wire webhooks gatewayhttp mailtext mailpreview documents typeset pdf
//	support    config clock ids i18n cardfields
//	island     bank
//	wiring     assembly
//
// Rules decide. They are pure: values in, values out, the time an argument.
// They know no context, log, environment, JSON or storage, and import the
// standard library, each other and the currency library.
//
// Ports are the words between use cases and the world: what a commit, a
// payment or a mail is. They import rules, and no SDK.
//
// Use cases load, decide, commit and act, and speak of the world only through
// ports. They import rules, ports and each other, and neither AWS nor HTTP.
//
// Adapters are the ports' other side: each speaks to one service through one
// SDK. They import rules, ports and support, never a use case, another
// adapter or transport.
//
// Transport turns requests into use cases and results into responses. It
// imports everything above except adapters.
//
// Support has no opinion about billing: settings, clocks, ids, texts. It
// imports rules at most; everyone but rules may import it.
//
// The island is the sandbox gateway's bank. It stands for somebody else's
// computer, so it shares no record, use case or adapter with the service.
//
// Wiring, the folders functions and infra and what they share here, puts the
// parts together and may import all of them; package infra alone imports the
// CDK.
//
// A package whose name ends in "test", such as lifecycle/lifecycletest, holds
// fakes and contract suites. Only tests import it.
package shared
