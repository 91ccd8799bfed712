package main

import (
	"context"
	"errors"
	"path/filepath"

	"perennial/infra/local"
	"perennial/infra/local/wire"
)

// stack is a local stack and the variables of its operator.
type stack struct {
	*local.Stack
	env []string
}

// start runs a stack with a name of its own on the shared engine. With a
// proxy, every function reaches DynamoDB through it.
func (p place) start(ctx context.Context, name string, proxy *wire.Proxy) (*stack, error) {
	dir := filepath.Join(p.dir, name)
	var broken error
	s, err := local.Start(ctx, local.Options{
		Root: p.root, Dir: dir, DynamoDB: p.engine, Suffix: "-" + name,
		Endpoint: func(function, service, url string) string {
			if proxy == nil || service != "dynamodb" {
				return url
			}
			through, err := proxy.URL(function, service, url)
			broken = errors.Join(broken, err)
			return through
		},
	})
	if err = errors.Join(err, broken); err != nil {
		return nil, err
	}
	vars, err := local.Kept(dir)
	if err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	out := &stack{Stack: s}
	for name, value := range vars {
		out.env = append(out.env, name+"="+value)
	}
	return out, nil
}
