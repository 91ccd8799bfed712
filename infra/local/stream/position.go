package stream

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// position is how far the stream has been delivered.
type position struct {
	Stream string            `json:"stream"`
	Shards map[string]string `json:"shards"` // the last delivered sequence number of each
	Done   map[string]bool   `json:"done"`   // shards delivered to their end
}

// load reads the position; one of another stream, after the table was made
// anew, is forgotten.
func (p *Pump) load() error {
	p.at = position{Stream: p.Stream, Shards: map[string]string{}, Done: map[string]bool{}}
	if p.File == "" {
		return nil
	}
	data, err := os.ReadFile(p.File)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	kept := position{}
	if err := json.Unmarshal(data, &kept); err != nil {
		return fmt.Errorf("read %s: %w", p.File, err)
	}
	if kept.Stream == p.Stream && kept.Shards != nil && kept.Done != nil {
		p.at = kept
	}
	return nil
}

// save writes the position if it has moved; the file is whole at any moment.
func (p *Pump) save() error {
	if p.File == "" || !p.unsaved {
		return nil
	}
	data, err := json.Marshal(p.at)
	if err != nil {
		return err
	}
	if err := os.WriteFile(p.File+".new", data, 0o600); err != nil {
		return err
	}
	if err := os.Rename(p.File+".new", p.File); err != nil {
		return err
	}
	p.unsaved = false
	return nil
}
