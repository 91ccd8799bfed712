package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"perennial/infra/local"
	"perennial/shared/clock"
	"perennial/shared/config"
	"perennial/shared/dynamo"
	"perennial/shared/operations"
	"perennial/shared/record"
)

// localDir is where the local stack keeps its data, below the working folder.
const localDir = ".local"

// errNowhere says what to do when there is no deployment to act on.
var errNowhere = errors.New("no deployment: set PERENNIAL_TABLE and AWS credentials, or start the local stack here with `make run`")

// environment loads the local stack's variables when the process has none.
func environment() error {
	if os.Getenv(config.Table) != "" {
		return nil
	}
	vars, err := local.Kept(localDir)
	if errors.Is(err, fs.ErrNotExist) {
		return errNowhere
	}
	for name, value := range vars {
		err = errors.Join(err, os.Setenv(name, value))
	}
	return err
}

// operate opens the deployment for its operator.
func operate(ctx context.Context) (*operations.Service, *dynamo.Store, error) {
	if err := environment(); err != nil {
		return nil, nil, err
	}
	cfg, err := config.AWS(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("aws configuration: %w", err)
	}
	store := dynamo.New(dynamodb.NewFromConfig(cfg), os.Getenv(config.Table))
	name := "operator"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	actor := record.Actor{Kind: record.ByOperator, ID: name}
	return &operations.Service{Store: store, Wall: clock.System, Actor: actor}, store, nil
}
