package bankstore_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"perennial/infra/local/dynamotest"
	"perennial/infra/topology"
	"perennial/shared/bank"
	"perennial/shared/bank/bankstore"
	"perennial/shared/bank/teller"
	"perennial/shared/money"
)

// at lies ahead: the engine deletes what has expired.
var at = time.Date(2046, 3, 31, 12, 0, 0, 123456789, time.UTC)

func open(t *testing.T) (*bankstore.Store, string) {
	t.Helper()
	table := dynamotest.TableOf(t, topology.TableSandbox)
	return bankstore.New(dynamotest.Client(t), table), table
}

func intent(id string, created time.Time) bank.Intent {
	return bank.Intent{
		Order: bank.Order{
			Amount: money.Of(1250, "EUR"), Customer: "cus_1", Method: "pm_1", OnSession: true,
			ReturnURL: "https://portal.test/back", Payment: "pay_1",
		},
		ID: id, Account: "acct", State: bank.Succeeded, Decline: "", Charge: "ch_1", Refunded: 250, Created: created,
	}
}

func commit(t *testing.T, s *bankstore.Store, c bank.Commit) {
	t.Helper()
	c.Account = "acct"
	if err := s.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

func TestEveryRecordComesBackWhole(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	i := intent("int_1", at)
	m := bank.Method{ID: "pm_1", Account: "acct", Customer: "cus_1", Card: "visa_ok", ExpMonth: 12, ExpYear: 2030, Fingerprint: "f", SetUp: true}
	line := i.Capture(at)
	answer := bank.Answer{Account: "acct", Op: bank.OpConfirm, Key: "k", Request: "r", At: at, Intent: &i}
	dispute := bank.Dispute{ID: "dp_1", Account: "acct", Intent: "int_1", Stage: bank.StageInquiry, State: bank.DisputeOpened, Opened: at}
	commit(t, s, bank.Commit{Intent: &i, Method: &m, Dispute: &dispute, Lines: []bank.Line{line}, Answer: &answer})

	gotIntent, err := s.Intent(t.Context(), "int_1")
	gotMethod, err2 := s.Method(t.Context(), "acct", "pm_1")
	gotLedger, err3 := s.Ledger(t.Context(), "acct")
	gotAnswer, found, err4 := s.Answer(t.Context(), "acct", bank.OpConfirm, "k")
	gotDispute, err5 := s.Dispute(t.Context(), "acct", "dp_1")
	if err := errors.Join(err, err2, err3, err4, err5); err != nil || !found {
		t.Fatal(err, found)
	}
	i.Version, m.Version, dispute.Version = 1, 1, 1
	got := []any{gotIntent, gotMethod, gotLedger, gotAnswer.Key, gotAnswer.Intent.Charge, gotDispute}
	if diff := cmp.Diff([]any{i, m, []bank.Line{line}, "k", "ch_1", dispute}, got); diff != "" {
		t.Error(diff)
	}
}

func TestCommitWritesAllOrNothing(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	i := intent("int_1", at)
	commit(t, s, bank.Commit{Intent: &i})
	stale := i // version 0: claims to be new
	line := i.Capture(at)
	err := s.Commit(t.Context(), bank.Commit{Account: "acct", Intent: &stale, Lines: []bank.Line{line}})
	if !errors.Is(err, teller.ErrConflict) {
		t.Fatalf("got %v, want a conflict", err)
	}
	if lines, err := s.Ledger(t.Context(), "acct"); err != nil || len(lines) != 0 {
		t.Errorf("half of a refused commit is there: %v, %v", lines, err)
	}
	err = s.Commit(t.Context(), bank.Commit{Account: "acct", Token: "tok_unknown", Lines: []bank.Line{line}})
	if !errors.Is(err, teller.ErrConflict) {
		t.Errorf("a used token: %v", err)
	}
}

func TestForgottenKeyIsFree(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	answer := bank.Answer{Account: "acct", Op: bank.OpRefund, Key: "k", Request: "first", At: at}
	commit(t, s, bank.Commit{Answer: &answer})
	answer.Request, answer.At = "second", at.Add(bank.KeyLife-time.Nanosecond)
	if err := s.Commit(t.Context(), bank.Commit{Account: "acct", Answer: &answer}); !errors.Is(err, teller.ErrConflict) {
		t.Errorf("a moment before a day: %v", err)
	}
	answer.At = at.Add(bank.KeyLife)
	commit(t, s, bank.Commit{Answer: &answer})
}

func TestLatestHundredIntentsNewestFirst(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	for n := range 105 {
		i := intent(fmt.Sprintf("int_%03d", n), at.Add(time.Duration(n)*time.Millisecond))
		commit(t, s, bank.Commit{Intent: &i})
	}
	got, err := s.Intents(t.Context(), "acct", "cus_1")
	if err != nil || len(got) != 100 || got[0].ID != "int_104" || got[99].ID != "int_005" {
		t.Errorf("%d intents from %s, %v", len(got), got[0].ID, err)
	}
	if other, err := s.Intents(t.Context(), "other", "cus_1"); err != nil || len(other) != 0 {
		t.Errorf("another account sees %v, %v", other, err)
	}
}

// TestItemsOfOldVersionsLoad keeps the stored shape readable: the files hold
// items as they were once written.
func TestItemsOfOldVersionsLoad(t *testing.T) {
	t.Parallel()
	s, table := open(t)
	raw, err := os.ReadFile("testdata/intent-v1.json")
	if err != nil {
		t.Fatal(err)
	}
	var stored map[string]any
	if err := json.Unmarshal(raw, &stored); err != nil {
		t.Fatal(err)
	}
	item, err := attributevalue.MarshalMap(stored)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dynamotest.Client(t).PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item}); err != nil {
		t.Fatal(err)
	}
	want := intent("int_1", time.Date(2026, 3, 31, 12, 0, 0, 123456789, time.UTC))
	want.Version = 3
	got, err := s.Intent(t.Context(), "int_1")
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
}
