package local

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// secrets are what a deployment keeps in Secrets Manager.
type secrets struct {
	Origin  string `json:"origin"`
	Sandbox string `json:"sandbox"`
	Link    string `json:"link"`
}

// openSecrets reads the secrets of an earlier run, or makes new ones.
func openSecrets(file string) (secrets, error) {
	fresh := secrets{Origin: rand.Text(), Sandbox: rand.Text(), Link: rand.Text()}
	if file == "" {
		return fresh, nil
	}
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		data, err := json.Marshal(fresh)
		if err != nil {
			return fresh, err
		}
		return fresh, os.WriteFile(file, data, 0o600)
	}
	if err != nil {
		return fresh, err
	}
	kept := secrets{Link: fresh.Link} // which earlier versions did not have
	if err := json.Unmarshal(data, &kept); err != nil {
		return fresh, fmt.Errorf("read %s: %w", file, err)
	}
	return kept, nil
}
