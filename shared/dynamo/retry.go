package dynamo

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"perennial/shared/record"
)

// errBusy marks a refusal that says nothing about the data: try again.
var errBusy = errors.New("dynamo: busy")

// retry repeats a write that met another one under way, which the SDK cannot
// tell from a failed condition, or was throttled for longer than the SDK tries.
func retry(ctx context.Context, write func() error) error {
	var err error
	for try := range tries {
		if wait := pause(ctx, try); wait != nil {
			return errors.Join(wait, err)
		}
		if err = write(); !busy(err) {
			return err
		}
	}
	return err
}

func busy(err error) bool {
	var conflict *types.TransactionConflictException
	var running *types.TransactionInProgressException
	var throttled *types.ThrottlingException
	var exceeded *types.ProvisionedThroughputExceededException
	return errors.Is(err, errBusy) || errors.As(err, &conflict) || errors.As(err, &running) ||
		errors.As(err, &throttled) || errors.As(err, &exceeded)
}

// refusal says why a transaction was cancelled: a taken claim, an object that
// has moved on, or merely bad company.
func refusal(writes []write, cancelled *types.TransactionCanceledException, err error) error {
	var stale error
	passing := len(cancelled.CancellationReasons) > 0
	for i, reason := range cancelled.CancellationReasons {
		switch code := aws.ToString(reason.Code); {
		case code == "ConditionalCheckFailed" && writes[i].claim:
			return fmt.Errorf("%s: %w", writes[i].name, record.ErrClaimed)
		case code == "ConditionalCheckFailed":
			stale = fmt.Errorf("%s: %w", writes[i].name, record.ErrStale)
		case code != "None" && code != "TransactionConflict" && code != "ThrottlingError" && code != "ProvisionedThroughputExceeded":
			passing = false
		}
	}
	switch {
	case stale != nil:
		return stale
	case passing:
		return fmt.Errorf("%w: %w", errBusy, err)
	}
	return err
}
