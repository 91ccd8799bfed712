# Everything a developer or CI does with Perennial. `make help` lists it.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

FUNCTIONS := $(patsubst functions/%/main.go,%,$(wildcard functions/*/main.go))
GOLANGCI  := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.5.0
TOOLS     := infra/node_modules/.package-lock.json

# The flags that make a bootstrap small and the same on every machine, so that
# an unchanged function keeps its asset hash and is not deployed again. Local
# builds keep the build id, by which Go knows that nothing is to be done.
BOOTSTRAP := CGO_ENABLED=0 go build -tags lambda.norpc -trimpath -buildvcs=false

# Quiet the CDK's Node banner, its own deprecations and its telemetry.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20
export JSII_DEPRECATED := quiet
export CDK_DISABLE_CLI_TELEMETRY := true

# The stories and looks in a browser and the checks by SDK have their own targets.
PACKAGES  = $$(go list ./... | grep -v -e /infra/e2e -e /infra/compat -e /infra/looks)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(TOOLS) ## install the pinned tools and fonts; check for Java and Chromium
	@bash infra/setup.sh

$(TOOLS): infra/package.json infra/package-lock.json infra/fonts.sh
	cd infra && npm ci --no-fund --no-audit
	bash infra/fonts.sh
	@touch $@

.PHONY: build
build: $(FUNCTIONS:%=build/%/bootstrap) ## build every function for this machine

.PHONY: build-arm64
build-arm64: $(FUNCTIONS:%=build/arm64/%/bootstrap) ## build every function for deployment

# Go decides what is stale, so these rules always run. The longer name wins
# only because the shorter stem does: make prefers build/arm64/%.
.PHONY: FORCE
build/arm64/%/bootstrap: FORCE
	@GOOS=linux GOARCH=arm64 $(BOOTSTRAP) -ldflags '-s -w -buildid=' -o $@ ./functions/$*

build/%/bootstrap: FORCE
	@$(BOOTSTRAP) -ldflags '-s -w' -o $@ ./functions/$*

.PHONY: run
run: $(TOOLS) build ## run everything on this machine: API, portal, checkout, mailbox
	go run ./infra/cmd/perennial local

.PHONY: demo
demo: $(TOOLS) build ## play a subscription's year on the test clock, from sign-up to recovery
	go run ./infra/cmd/demo

.PHONY: simulate
simulate: ## recovery policies against five models of banks; draws docs/pictures/recovery.svg
	go run ./infra/cmd/simulate -svg docs/pictures/recovery.svg

.PHONY: invoke
invoke: $(TOOLS) build ## call one function with a sample payload: FN=api EVENT=events/x.json
	@test -n "$(FN)" -a -n "$(EVENT)" || { echo "usage: make invoke FN=api EVENT=events/x.json" >&2; exit 2; }
	go run ./infra/cmd/perennial invoke --function "$(FN)" --event "$(EVENT)"

.PHONY: trace
trace: ## which tests show each requirement of docs/requirements.md
	go run ./infra/cmd/trace

.PHONY: test
test: $(TOOLS) build ## unit, property, contract, infrastructure and short fault tests
	go test $(PACKAGES)

.PHONY: e2e
e2e: $(TOOLS) build ## whole stories and every flow against the local stack, SDKs and browser included
	go test -count=1 -timeout 20m -p 1 -parallel 3 ./infra/e2e/...

.PHONY: pages
pages: $(TOOLS) build ## every flow of portal and checkout in Chromium, in all eight ways
	go test -count=1 -timeout 40m -parallel 3 ./infra/e2e/pages -args -pages.all

.PHONY: axe
axe: $(TOOLS) ## every page, state, theme and direction of writing against WCAG 2.2 AA
	go test -v -count=1 -timeout 10m ./infra/looks -run 'Axe|Reflow'

LIGHTHOUSE := infra/looks/node_modules/.bin/lighthouse

$(LIGHTHOUSE): infra/looks/package.json infra/looks/package-lock.json
	cd infra/looks && npm ci --no-fund --no-audit
	@touch $@

.PHONY: lighthouse
lighthouse: $(TOOLS) $(LIGHTHOUSE) ## scores, bytes and requests of the portal's pages on a slow phone
	CHROME_PATH=$${CHROMIUM:-$$(command -v chromium || command -v google-chrome)} \
		go test -v -count=1 -timeout 20m ./infra/looks -run Lighthouse -args -looks.lighthouse $(CURDIR)/$(LIGHTHOUSE)

.PHONY: screenshots
screenshots: $(TOOLS) ## pictures of every page and of recovery mails in build/screenshots
	go test -count=1 -timeout 20m ./infra/looks -run "Screenshots|MailPictures" -args -looks.shots $(CURDIR)/build/screenshots

.PHONY: compat
compat: $(TOOLS) build ## Dodo's official SDKs against the local stack; what waits is listed
	cd infra/compat && go test -count=1 -timeout 10m -run 'SDK'

.PHONY: authz
authz: $(TOOLS) build ## every route with every key that must not get through
	cd infra/compat && go test -count=1 -timeout 10m -run 'Authz'

SCHEMATHESIS := build/schemathesis/bin/schemathesis

# A virtual environment of its own; only this target needs Python.
$(SCHEMATHESIS):
	python3 -m venv build/schemathesis
	build/schemathesis/bin/pip install --quiet schemathesis==4.32.5

.PHONY: fuzz-api
fuzz-api: $(TOOLS) $(SCHEMATHESIS) build ## right and wrong requests from the API's own description, for TIME, from SEED
	go test -v -count=1 -timeout 60m ./infra/compat -run 'FuzzAPI' \
		-fuzz.tool $(CURDIR)/$(SCHEMATHESIS) -fuzz.for $(or $(TIME),60s) -fuzz.seed $(or $(SEED),0)

.PHONY: faults
faults: $(TOOLS) ## every scenario of money under COUNT injected faults, from SEED
	go test -v -count=1 -timeout 60m ./infra/faults -faults.count=$(or $(COUNT),10000) -faults.seed=$(or $(SEED),1)

.PHONY: story
story: $(TOOLS) ## three years of fifty subscriptions against an independent oracle; SEED repeats one
	go test -v -count=1 ./infra/years/... -args -years.seed=$(or $(SEED),1) 2>&1 | grep -v -e ' INFO ' -e ' WARN '

.PHONY: mutate
mutate: ## plant errors in the engine, one at a time: the story must notice each
	go run ./infra/cmd/mutate

.PHONY: cover
cover: $(TOOLS) ## test coverage of shared/, written to build/cover.html
	@mkdir -p build
	go test -coverprofile=build/cover.out ./shared/...
	go tool cover -html=build/cover.out -o build/cover.html
	@go tool cover -func=build/cover.out | tail -1

.PHONY: bench
bench: $(TOOLS) build ## requests, write units, cold start, latency, page weight, memory
	go run ./infra/cmd/bench

GOFILES = $$(find functions infra shared -name node_modules -prune -o -name '*.go' -print)

.PHONY: fmt
fmt: ## format all Go code
	gofmt -w $(GOFILES)

.PHONY: lint
lint: ## formatting, vet and golangci-lint
	@unformatted=$$(gofmt -l $(GOFILES)); test -z "$$unformatted" || { echo "run make fmt: $$unformatted" >&2; exit 1; }
	go vet ./...
	go run $(GOLANGCI) run ./...

.PHONY: flow
flow: $(TOOLS) ## validate the state machine
	infra/node_modules/.bin/asl-validator --json-path infra/holdflow.asl.json

.PHONY: synth
synth: $(TOOLS) build-arm64 ## make the CloudFormation templates in cdk.out
	go build -o build/cdkapp ./infra
	cd infra && node_modules/.bin/cdk synth --quiet

.PHONY: deploy
deploy: synth ## deploy all stacks to the AWS account of the environment
	cd infra && node_modules/.bin/cdk deploy --all --require-approval broadening

.PHONY: check
check: lint test flow trace synth compat authz axe e2e ## everything that CI runs

.PHONY: clean
clean: ## remove what was built
	rm -rf build cdk.out
