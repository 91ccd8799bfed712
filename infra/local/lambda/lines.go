package lambda

import (
	"bytes"
	"io"
	"sync"
)

// lines merges the output of many processes, whole lines at a time.
type lines struct {
	mu sync.Mutex
	to io.Writer
}

// prefixed returns a writer for one process.
func (l *lines) prefixed(name string) io.Writer {
	return &prefixer{lines: l, prefix: []byte(name + " | ")}
}

type prefixer struct {
	*lines
	prefix []byte
	rest   []byte // an unfinished line
}

func (p *prefixer) Write(b []byte) (int, error) {
	if p.to == nil {
		return len(b), nil
	}
	p.rest = append(p.rest, b...)
	var out []byte
	for {
		line, rest, found := bytes.Cut(p.rest, []byte("\n"))
		if !found {
			break
		}
		out = append(append(append(out, p.prefix...), line...), '\n')
		p.rest = rest
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := p.to.Write(out); err != nil {
		return 0, err
	}
	return len(b), nil
}
