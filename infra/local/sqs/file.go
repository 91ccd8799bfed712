package sqs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
)

// kept is the file's form of one queue.
type kept struct {
	Waiting []*Message `json:"waiting,omitempty"`
	Dead    []*Message `json:"dead,omitempty"`
}

// load reads the messages of the last clean stop, and removes the file so
// that a crash later on does not deliver them twice.
func (s *Server) load() error {
	if s.file == "" {
		return nil
	}
	data, err := os.ReadFile(s.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var all map[string]kept
	if err := json.Unmarshal(data, &all); err != nil {
		return fmt.Errorf("read %s: %w", s.file, err)
	}
	for name, k := range all {
		q, ok := s.queues[name]
		if !ok {
			continue // a queue of an older version
		}
		for _, m := range k.Waiting {
			q.put(m)
		}
		q.dead = k.Dead
	}
	return os.Remove(s.file)
}

func (s *Server) save() error {
	if s.file == "" {
		return nil
	}
	all := map[string]kept{}
	for name, q := range s.queues {
		q.mu.Lock()
		k := kept{Waiting: slices.Clone(q.waiting), Dead: q.dead}
		for _, m := range q.inFlight {
			k.Waiting = append(k.Waiting, m)
		}
		q.mu.Unlock()
		all[name] = k
	}
	data, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return os.WriteFile(s.file, data, 0o600)
}
