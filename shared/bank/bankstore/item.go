package bankstore

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// schema is the version of the stored shape; records are kept under the names
// of their Go fields, and a golden item in the tests still has to load.
const schema = 1

// key is an item's place. Everything of one account starts with the account,
// but intents do not: the challenge page knows nothing but the intent.
type key struct{ pk, sk string }

func customerKey(account, id string) key { return key{account + "#C#" + id, "C"} }
func tokenKey(account, id string) key    { return key{account + "#T#" + id, "T"} }
func methodKey(account, id string) key   { return key{account + "#M#" + id, "M"} }
func intentKey(id string) key            { return key{"I#" + id, "I"} }
func disputeKey(account, id string) key  { return key{account + "#D#" + id, "D"} }
func faultKey(account, id string) key    { return key{account + "#F", id} }

func answerKey(account, op, name string) key {
	return key{account + "#K#" + op + "#" + name, "K"}
}

// listingKey points from a customer to an intent, sorted by time.
func listingKey(account, customer, intent string, at time.Time) key {
	return key{account + "#C#" + customer, "I#" + stamp(at) + "#" + intent}
}

func lineKey(account, id string, at time.Time) key {
	return key{account + "#L", stamp(at) + "#" + id}
}

// stamp is a time that sorts as text.
func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000000000Z") }

func (k key) item() map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: k.pk},
		"sk": &types.AttributeValueMemberS{Value: k.sk},
	}
}

// item is a record at its place. Version 0 means that it has none; a zero
// expiry keeps it for ever.
func item(k key, record any, version int, expires time.Time) (map[string]types.AttributeValue, error) {
	body, err := attributevalue.Marshal(record)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", k.pk, err)
	}
	all := k.item()
	all["v"] = number(schema)
	all["rec"] = body
	if version > 0 {
		all["ver"] = number(int64(version))
	}
	if !expires.IsZero() {
		all["exp"] = number(expires.UnixNano())
		all["ttl"] = number(expires.Add(time.Hour).Unix())
	}
	return all, nil
}

// decode reads a record and its version.
func decode[T any](stored map[string]types.AttributeValue) (record T, version int, err error) {
	if err = attributevalue.Unmarshal(stored["rec"], &record); err != nil {
		return record, 0, fmt.Errorf("decode item: %w", err)
	}
	if ver, ok := stored["ver"]; ok {
		err = attributevalue.Unmarshal(ver, &version)
	}
	return record, version, err
}

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: fmt.Sprint(n)}
}
