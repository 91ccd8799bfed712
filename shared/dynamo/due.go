package dynamo

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"perennial/shared/calendar"
	"perennial/shared/record"
)

// DueItems implements record.Waiting.
func (s *Store) DueItems(ctx context.Context, p record.Partition, until calendar.Instant, limit int) ([]record.DueItem, error) {
	in := between(partition(byDue, "dpk", duePartition(p)), "dsk", "0", until.String()+"#"+last)
	in.Limit = aws.Int32(int32(min(limit, 1000)))
	var due []record.DueItem
	var bad error
	err := s.query(ctx, in, func(it item) bool {
		d, err := dueItem(it.key(), it.str("dsk"))
		if err != nil {
			bad = err
			return false
		}
		due = append(due, d)
		return len(due) < limit
	})
	return due, cmp.Or(err, bad)
}
