package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perennial/infra/topology"
)

func TestWhatMustSurviveIsRetained(t *testing.T) {
	d := deployment()
	if !d.protected {
		t.Error("the data stack can be deleted")
	}
	stateful := 0
	for id, r := range d.data.Resources {
		if strings.HasPrefix(r.Type, "AWS::SES::ConfigurationSet") {
			continue // settings, no state
		}
		stateful++
		if r.DeletionPolicy != "Retain" {
			t.Errorf("%s (%s) is deleted with its stack: %q", id, r.Type, r.DeletionPolicy)
		}
	}
	if stateful != 9 {
		t.Errorf("%d stateful resources, want two tables, three secrets, the key, the mail identity, the bucket and its policy", stateful)
	}
}

func TestTablesCanBeRestored(t *testing.T) {
	tables := deployment().data.all("AWS::DynamoDB::GlobalTable")
	if len(tables) != 2 {
		t.Fatalf("%d tables, want 2", len(tables))
	}
	for id, table := range tables {
		replica := table.Properties["Replicas"].([]any)[0]
		if at(replica, "DeletionProtectionEnabled") != true {
			t.Errorf("%s has no deletion protection", id)
		}
		if at(replica, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled") != true {
			t.Errorf("%s has no point-in-time recovery", id)
		}
		if got := table.Properties["BillingMode"]; got != "PAY_PER_REQUEST" {
			t.Errorf("%s is billed by %v", id, got)
		}
		if diff := cmp.Diff(map[string]any{"AttributeName": "ttl", "Enabled": true}, table.Properties["TimeToLiveSpecification"]); diff != "" {
			t.Errorf("%s: time to live (-want +got):\n%s", id, diff)
		}
	}
}

func TestTheTableHasTheTopologysIndexesAndStream(t *testing.T) {
	table := deployment().data.one(t, "AWS::DynamoDB::GlobalTable", "Table")
	if got := at(table.Properties, "StreamSpecification", "StreamViewType"); got != "NEW_AND_OLD_IMAGES" {
		t.Errorf("stream shows %v", got)
	}
	indexes := table.Properties["GlobalSecondaryIndexes"].([]any)
	if len(indexes) != len(topology.TableMain.Indexes) {
		t.Fatalf("%d indexes, want %d", len(indexes), len(topology.TableMain.Indexes))
	}
	for i, want := range topology.TableMain.Indexes {
		projection := map[string]any{"ProjectionType": "KEYS_ONLY"}
		if want.Projection != nil {
			attributes := make([]any, len(want.Projection))
			for j, a := range want.Projection {
				attributes[j] = a
			}
			projection = map[string]any{"ProjectionType": "INCLUDE", "NonKeyAttributes": attributes}
		}
		expected := map[string]any{
			"IndexName": want.Name,
			"KeySchema": []any{
				map[string]any{"AttributeName": want.Partition, "KeyType": "HASH"},
				map[string]any{"AttributeName": want.Sort, "KeyType": "RANGE"},
			},
			"Projection": projection,
		}
		if diff := cmp.Diff(expected, indexes[i]); diff != "" {
			t.Errorf("index %s (-want +got):\n%s", want.Name, diff)
		}
	}
}

func TestTheSealingKeyRotates(t *testing.T) {
	if key := deployment().data.one(t, "AWS::KMS::Key", "SealingKey"); key.Properties["EnableKeyRotation"] != true {
		t.Error("the sealing key does not rotate")
	}
}

func TestMailLeavesEncryptedAndStopsAfterABounce(t *testing.T) {
	d := deployment().data
	set := d.one(t, "AWS::SES::ConfigurationSet", "MailSettings")
	if got := at(set.Properties, "DeliveryOptions", "TlsPolicy"); got != "REQUIRE" {
		t.Errorf("TLS policy %v", got)
	}
	if diff := cmp.Diff([]any{"BOUNCE", "COMPLAINT"}, at(set.Properties, "SuppressionOptions", "SuppressedReasons")); diff != "" {
		t.Errorf("suppression (-want +got):\n%s", diff)
	}
	tells := d.all("AWS::SES::ConfigurationSetEventDestination")
	if len(tells) != 1 {
		t.Fatalf("%d destinations of bounces and complaints", len(tells))
	}
	for _, r := range tells {
		if diff := cmp.Diff([]any{"bounce", "complaint"}, at(r.Properties, "EventDestination", "MatchingEventTypes")); diff != "" {
			t.Errorf("told of (-want +got):\n%s", diff)
		}
	}
	rule := deployment().app.one(t, "AWS::Events::Rule", "MailFeedback")
	if diff := cmp.Diff([]any{"aws.ses"}, at(rule.Properties, "EventPattern", "source")); diff != "" {
		t.Errorf("anybody's events are queued: %s", diff)
	}
	identity := d.one(t, "AWS::SES::EmailIdentity", "MailIdentity")
	if got := identity.Properties["EmailIdentity"]; got != "example.com" {
		t.Errorf("identity %v, want the domain of the sender in cdk.json", got)
	}
}

func TestNoTemplateHoldsASecret(t *testing.T) {
	for id, secret := range deployment().data.all("AWS::SecretsManager::Secret") {
		if secret.Properties["SecretString"] != nil || secret.Properties["GenerateSecretString"] == nil {
			t.Errorf("%s is not generated: %v", id, secret.Properties)
		}
	}
}
