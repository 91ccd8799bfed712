// Package topology describes the deployment once: functions, the paths and
// hosts they serve, queues, the schedule, the stream, the state machine and
// the tables. The CDK app turns it into CloudFormation and the local stack
// turns it into processes, so what runs on a laptop is what is deployed.
//
// It holds plain data only: no CDK, no AWS SDK.
package topology

import "time"

// Grant is one permission of a function, named by what the function does.
type Grant string

// The grants that functions may hold.
const (
	GrantReadTable    Grant = "read-table"     // GetItem, BatchGetItem, Query on the table and its indexes
	GrantWriteTable   Grant = "write-table"    // Put, Update, Delete and ConditionCheck items
	GrantReadDue      Grant = "read-due"       // Query on the index "due" alone
	GrantReadRegistry Grant = "read-registry"  // GetItem and Query on the base table, no index
	GrantSendMail     Grant = "send-mail"      // ses:SendEmail from the configured identity
	GrantSeal         Grant = "seal"           // kms:GenerateDataKey
	GrantUnseal       Grant = "unseal"         // kms:Decrypt
	GrantStartFlow    Grant = "start-flow"     // states:StartExecution, DescribeExecution
	GrantAnswerFlow   Grant = "answer-flow"    // states:SendTaskSuccess, SendTaskFailure
	GrantAssets       Grant = "assets"         // s3:PutObject and GetObject in the bucket of uploaded files
	GrantSandboxTable Grant = "sandbox-table"  // read and write the sandbox gateway's own table
	GrantSandboxEvent Grant = "sandbox-events" // sqs:SendMessage to the sandbox gateway's own queue
)

// Function is one Lambda: one trigger family and one permission set.
type Function struct {
	Name    string
	Memory  int // MB
	Timeout time.Duration
	Grants  []Grant
	SendsTo []string // names of queues it may send to
	Env     []string // names from package config that it reads
}

// Surface is one public origin: a host served by one function. Surfaces with
// an Edge are reached through CloudFront, the others through the HTTP API.
type Surface struct {
	Name     string // api, portal, portal-test, checkout, sandbox, gateway-events
	Function string
	URLEnv   string // variable that carries its public base URL
	Host     string // host name on the local front, under .localhost
	Edge     bool
	Prefixes []string // path prefixes; "/" means everything
}

// ViewerHeaders are the headers of a viewer that CloudFront passes on, with
// those that only CloudFront or our function there may set. A policy takes ten.
// Accept-Encoding cannot be listed, so the function copies it.
var ViewerHeaders = []string{
	"Accept-Language", "Content-Type", "Origin", "Referer", "Sec-Fetch-Site", "User-Agent",
	"CloudFront-Viewer-Country", "X-Perennial-Viewer", "X-Perennial-Encoding",
}

// Queue is one SQS queue with its dead-letter queue.
type Queue struct {
	Name           string
	Env            string // variable that carries its URL
	Consumer       string // function
	Batch          int
	MaxConcurrency int // of the event source; 0 means no limit
	MaxReceives    int // before a message moves to the dead-letter queue
}

// Index is one global secondary index.
type Index struct {
	Name       string
	Partition  string
	Sort       string
	Projection []string // non-key attributes; nil means keys only
}

// Table is one DynamoDB table, on demand, keys pk and sk, TTL attribute "ttl".
type Table struct {
	Name    string
	Env     string
	Indexes []Index
	Stream  bool
}

// Names of the pieces that exist once.
const (
	StreamConsumer = "publisher"
	// StreamPrefix selects the stream records the publisher sees: new outbox
	// items, by their sort key.
	StreamPrefix = "OUT"
	Ticker       = "sweeper"
	TickEvery    = time.Minute
	FlowFunction = "holdflow"
)

// TableMain is the one table of the service.
var TableMain = Table{
	Name: "perennial", Env: "PERENNIAL_TABLE", Stream: true,
	Indexes: []Index{
		{Name: "byBusiness", Partition: "bpk", Sort: "bsk", Projection: []string{"st", "cus", "f1", "f2"}},
		{Name: "byCustomer", Partition: "cpk", Sort: "csk", Projection: []string{"d", "dz", "v", "kind", "ver"}},
		{Name: "due", Partition: "dpk", Sort: "dsk"},
	},
}

// TableSandbox belongs to the sandbox gateway alone.
var TableSandbox = Table{Name: "perennial-sandbox", Env: "PERENNIAL_SANDBOX_TABLE"}

// Queues lists every queue. Interactive mail has its own, so that a hundred
// thousand reminders never delay a login.
var Queues = []Queue{
	{Name: "work-live", Env: "PERENNIAL_QUEUE_WORK_LIVE", Consumer: "collector", Batch: 10, MaxConcurrency: 20, MaxReceives: 5},
	{Name: "work-test", Env: "PERENNIAL_QUEUE_WORK_TEST", Consumer: "collector", Batch: 10, MaxConcurrency: 5, MaxReceives: 5},
	{Name: "work-clock", Env: "PERENNIAL_QUEUE_WORK_CLOCK", Consumer: "collector", Batch: 1, MaxConcurrency: 5, MaxReceives: 5},
	{Name: "deliveries", Env: "PERENNIAL_QUEUE_DELIVERIES", Consumer: "deliverer", Batch: 10, MaxConcurrency: 20, MaxReceives: 5},
	{Name: "mail", Env: "PERENNIAL_QUEUE_MAIL", Consumer: "mailer", Batch: 10, MaxConcurrency: 5, MaxReceives: 5},
	{Name: "mail-login", Env: "PERENNIAL_QUEUE_MAIL_LOGIN", Consumer: "mailer", Batch: 1, MaxConcurrency: 10, MaxReceives: 5},
	{Name: "sandbox-events", Env: "PERENNIAL_SANDBOX_QUEUE", Consumer: "sandbox", Batch: 10, MaxConcurrency: 5, MaxReceives: 10},
}

// MailFeedback are the events of SES about mails that were taken, and the
// queue that they go to.
var (
	MailFeedback      = []string{"Email Bounced", "Email Complaint Received"}
	MailFeedbackQueue = "mail"
)

// Surfaces lists every public origin.
var Surfaces = []Surface{
	{Name: "api", Function: "api", URLEnv: "PERENNIAL_URL_API", Host: "api", Prefixes: []string{"/"}},
	{Name: "gateway-events", Function: "gatewayevents", URLEnv: "PERENNIAL_URL_GATEWAY_EVENTS", Host: "api", Prefixes: []string{"/gateway-events"}},
	{Name: "documents", Function: "documents", URLEnv: "PERENNIAL_URL_DOCUMENTS", Host: "api", Prefixes: []string{"/invoices", "/mail-previews"}},
	{Name: "portal", Function: "portal", URLEnv: "PERENNIAL_URL_PORTAL", Host: "portal", Edge: true, Prefixes: []string{"/"}},
	{Name: "portal-test", Function: "portal", URLEnv: "PERENNIAL_URL_PORTAL_TEST", Host: "test.portal", Edge: true, Prefixes: []string{"/"}},
	{Name: "checkout", Function: "checkout", URLEnv: "PERENNIAL_URL_CHECKOUT", Host: "checkout", Edge: true, Prefixes: []string{"/"}},
	{Name: "sandbox", Function: "sandbox", URLEnv: "PERENNIAL_URL_SANDBOX", Host: "sandbox", Prefixes: []string{"/"}},
}

// Functions lists every Lambda.
var Functions = []Function{
	{
		Name: "api", Memory: 256, Timeout: 29 * time.Second,
		Grants:  []Grant{GrantReadTable, GrantWriteTable, GrantSeal, GrantUnseal, GrantAnswerFlow, GrantAssets},
		SendsTo: []string{"mail-login", "work-clock", "deliveries"},
		Env:     []string{"PERENNIAL_KMS_KEY", "PERENNIAL_ASSETS_BUCKET", "PERENNIAL_URL_API", "PERENNIAL_URL_PORTAL", "PERENNIAL_URL_PORTAL_TEST", "PERENNIAL_URL_CHECKOUT", "PERENNIAL_URL_SANDBOX", "PERENNIAL_SANDBOX_SECRET", "PERENNIAL_LINK_SECRET"},
	},
	{
		Name: "checkout", Memory: 256, Timeout: 29 * time.Second,
		Grants: []Grant{GrantReadTable, GrantWriteTable, GrantAnswerFlow, GrantUnseal},
		Env:    []string{"PERENNIAL_KMS_KEY", "PERENNIAL_URL_CHECKOUT", "PERENNIAL_URL_PORTAL", "PERENNIAL_URL_PORTAL_TEST", "PERENNIAL_URL_SANDBOX", "PERENNIAL_SANDBOX_SECRET", "PERENNIAL_ORIGIN_SECRET", "PERENNIAL_LINK_SECRET"},
	},
	{
		Name: "portal", Memory: 256, Timeout: 29 * time.Second,
		Grants:  []Grant{GrantReadTable, GrantWriteTable, GrantAnswerFlow, GrantUnseal},
		SendsTo: []string{"mail-login"},
		Env:     []string{"PERENNIAL_KMS_KEY", "PERENNIAL_URL_API", "PERENNIAL_LINK_SECRET", "PERENNIAL_URL_PORTAL", "PERENNIAL_URL_PORTAL_TEST", "PERENNIAL_URL_CHECKOUT", "PERENNIAL_URL_SANDBOX", "PERENNIAL_SANDBOX_SECRET", "PERENNIAL_ORIGIN_SECRET"},
	},
	{
		Name: "documents", Memory: 512, Timeout: 29 * time.Second,
		Grants: []Grant{GrantReadTable, GrantWriteTable},
		Env:    []string{"PERENNIAL_URL_API", "PERENNIAL_LINK_SECRET"},
	},
	{
		Name: "gatewayevents", Memory: 256, Timeout: 29 * time.Second,
		Grants: []Grant{GrantReadTable, GrantWriteTable, GrantAnswerFlow, GrantUnseal},
		Env:    []string{"PERENNIAL_KMS_KEY", "PERENNIAL_URL_SANDBOX", "PERENNIAL_SANDBOX_SECRET"},
	},
	{
		Name: "sweeper", Memory: 256, Timeout: 55 * time.Second,
		Grants:  []Grant{GrantReadDue, GrantReadRegistry},
		SendsTo: []string{"work-live", "work-test", "deliveries", "mail"},
	},
	{
		Name: "collector", Memory: 256, Timeout: 60 * time.Second,
		Grants:  []Grant{GrantReadTable, GrantWriteTable, GrantAnswerFlow, GrantUnseal},
		SendsTo: []string{"work-clock"},
		Env:     []string{"PERENNIAL_KMS_KEY", "PERENNIAL_URL_SANDBOX", "PERENNIAL_SANDBOX_SECRET"},
	},
	{
		Name: "holdflow", Memory: 256, Timeout: 60 * time.Second,
		Grants: []Grant{GrantReadTable, GrantWriteTable, GrantAnswerFlow, GrantUnseal},
		Env:    []string{"PERENNIAL_KMS_KEY", "PERENNIAL_URL_SANDBOX", "PERENNIAL_SANDBOX_SECRET"},
	},
	{
		Name: "publisher", Memory: 256, Timeout: 60 * time.Second,
		Grants:  []Grant{GrantReadTable, GrantStartFlow, GrantAnswerFlow},
		SendsTo: []string{"deliveries", "mail"},
	},
	{
		Name: "deliverer", Memory: 256, Timeout: 180 * time.Second,
		Grants:  []Grant{GrantReadTable, GrantWriteTable, GrantUnseal},
		SendsTo: []string{"deliveries"},
		Env:     []string{"PERENNIAL_KMS_KEY", "PERENNIAL_ALLOW_PRIVATE_WEBHOOKS", "PERENNIAL_URL_API", "PERENNIAL_LINK_SECRET"},
	},
	{
		Name: "mailer", Memory: 256, Timeout: 60 * time.Second,
		Grants: []Grant{GrantReadTable, GrantWriteTable, GrantSendMail},
		Env:    []string{"PERENNIAL_MAIL_FROM", "PERENNIAL_URL_PORTAL", "PERENNIAL_URL_PORTAL_TEST", "PERENNIAL_URL_CHECKOUT", "PERENNIAL_URL_API", "PERENNIAL_LINK_SECRET", "PERENNIAL_ANY_TEST_ADDRESS"},
	},
	{
		Name: "sandbox", Memory: 256, Timeout: 29 * time.Second,
		Grants: []Grant{GrantSandboxTable, GrantSandboxEvent},
		Env:    []string{"PERENNIAL_SANDBOX_TABLE", "PERENNIAL_SANDBOX_QUEUE", "PERENNIAL_SANDBOX_SECRET", "PERENNIAL_URL_SANDBOX", "PERENNIAL_URL_GATEWAY_EVENTS"},
	},
}
