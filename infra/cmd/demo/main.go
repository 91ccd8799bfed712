// Command demo plays the story of a failed renewal against the local stack
// that `make run` has started, and prints each step, its time and what it
// proves.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"perennial/infra/local"
	"perennial/infra/story"
	"perennial/shared/config"
)

func main() {
	dir := flag.String("dir", ".local", "where the local stack keeps its data")
	shots := flag.String("shots", "", "folder for screenshots")
	flag.Parse()
	if err := play(*dir, *shots); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func play(dir, shots string) error {
	raw, err := os.ReadFile(filepath.Join(dir, "demo.json"))
	if errors.Is(err, os.ErrNotExist) {
		return errors.New("no local stack: start it with `make run` in another terminal first")
	}
	if err != nil {
		return err
	}
	var demo struct{ Business, Key string }
	if err := json.Unmarshal(raw, &demo); err != nil {
		return err
	}
	vars, err := local.Kept(dir)
	if err != nil {
		return err
	}
	portal := vars[config.URLPortalTest]
	return story.Play(context.Background(), story.Stage{
		API: vars[config.URLAPI], Portal: portal, Mail: strings.Replace(portal, "test.portal.", "mail.", 1), Business: demo.Business, Key: demo.Key,
		Client: local.Client(), Out: os.Stdout, Shots: shots,
	})
}
