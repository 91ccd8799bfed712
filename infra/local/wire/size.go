package wire

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Size returns the bytes of an item as DynamoDB counts them: the UTF-8 names
// and the values.
func Size(item map[string]types.AttributeValue) int {
	size := 0
	for name, value := range item {
		size += len(name) + valueSize(value)
	}
	return size
}

// valueSize follows "DynamoDB item sizes and formats": text and binary by
// their bytes, null and booleans 1, sets the sum of their members, lists and
// maps 3 bytes and 1 for each element beside what is in them.
func valueSize(value types.AttributeValue) int {
	switch value := value.(type) {
	case *types.AttributeValueMemberS:
		return len(value.Value)
	case *types.AttributeValueMemberN:
		return numberSize(value.Value)
	case *types.AttributeValueMemberB:
		return len(value.Value)
	case *types.AttributeValueMemberSS:
		return sum(value.Value, func(s string) int { return len(s) })
	case *types.AttributeValueMemberNS:
		return sum(value.Value, numberSize)
	case *types.AttributeValueMemberBS:
		return sum(value.Value, func(b []byte) int { return len(b) })
	case *types.AttributeValueMemberL:
		return 3 + len(value.Value) + sum(value.Value, valueSize)
	case *types.AttributeValueMemberM:
		return 3 + len(value.Value) + Size(value.Value)
	default: // null and boolean
		return 1
	}
}

func sum[T any](values []T, size func(T) int) int {
	total := 0
	for _, value := range values {
		total += size(value)
	}
	return total
}

// numberSize is 1 byte, 1 more below zero, and 1 for each pair of significant
// digits. Pairs are counted from the decimal point, and pairs of zeros at
// either end are not stored: 100 takes 2 bytes, 1.5 takes 3. Zero takes 1.
func numberSize(text string) int {
	digits, negative := strings.CutPrefix(text, "-")
	whole, fraction := expand(strings.TrimPrefix(digits, "+"))
	if len(whole)%2 == 1 {
		whole = "0" + whole
	}
	if len(fraction)%2 == 1 {
		fraction += "0"
	}
	pairs := trimPairs(whole + fraction)
	if pairs == 0 {
		return 1
	}
	size := 1 + pairs
	if negative {
		size++
	}
	return min(size, 21)
}

// trimPairs counts the pairs of digits between the first and the last that are
// not 00.
func trimPairs(digits string) int {
	for strings.HasPrefix(digits, "00") {
		digits = digits[2:]
	}
	for strings.HasSuffix(digits, "00") {
		digits = digits[:len(digits)-2]
	}
	return len(digits) / 2
}
