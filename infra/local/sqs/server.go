// Package sqs is the local stand-in for Amazon SQS and for Lambda's event
// sources on its queues.
//
// It speaks the AWS JSON protocol of the SDK, delivers each message at least
// once to the function that the topology names, understands partial batch
// responses exactly as Lambda does, and moves a message that fails again and
// again to its dead letters. Messages live in memory; a clean stop writes them
// to a file and the next start loads it.
package sqs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"perennial/infra/local/identity"
	"perennial/infra/topology"
)

// Options configure a Server.
type Options struct {
	Queues  []topology.Queue
	Invoker Invoker
	Listen  net.Listener  // nil means a free loopback port
	Retry   time.Duration // how long a failed message hides; 0 means one second
	File    string        // keeps the messages over a clean stop; empty forgets them
	Log     io.Writer     // nil drops
}

// Server holds the queues.
type Server struct {
	invoker Invoker
	queues  map[string]*queue
	file    string
	log     io.Writer

	http    *http.Server
	url     string
	stop    context.CancelFunc
	sources sync.WaitGroup // loops that take messages
	working sync.WaitGroup // batches under way
}

// Start loads kept messages, serves the API and begins to deliver.
func Start(o Options) (*Server, error) {
	if o.Retry == 0 {
		o.Retry = time.Second
	}
	s := &Server{invoker: o.Invoker, queues: map[string]*queue{}, file: o.File, log: o.Log}
	for _, t := range o.Queues {
		s.queues[t.Name] = newQueue(t, o.Retry)
	}
	if err := s.load(); err != nil {
		return nil, err
	}
	listener := o.Listen
	if listener == nil {
		var err error
		if listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return nil, err
		}
	}
	s.url = "http://" + listener.Addr().String()
	s.http = &http.Server{Handler: s.service(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.http.Serve(listener) }() // ends with Stop
	ctx, cancel := context.WithCancel(context.Background())
	s.stop = cancel
	for _, q := range s.queues {
		s.sources.Go(func() { s.consume(ctx, q) })
	}
	return s, nil
}

// URL is the endpoint for the SDK.
func (s *Server) URL() string { return s.url }

// QueueURL is what a function is given to send to a queue.
func (s *Server) QueueURL(name string) string { return QueueURL(s.url, name) }

// QueueURL names a queue of the server at an endpoint.
func QueueURL(endpoint, name string) string { return endpoint + "/" + identity.Account + "/" + name }

// Depth counts the messages of a queue.
func (s *Server) Depth(name string) Depth { return s.queues[name].depth(time.Now()) }

// Dead returns the bodies of a queue's dead letters, oldest first.
func (s *Server) Dead(name string) []string {
	q := s.queues[name]
	q.mu.Lock()
	defer q.mu.Unlock()
	var bodies []string
	for _, m := range q.dead {
		bodies = append(bodies, m.Body)
	}
	return bodies
}

// Redrive returns a queue's dead letters to the queue and counts them.
func (s *Server) Redrive(name string) int { return s.queues[name].redrive(time.Now()) }

// Stop takes no more messages, waits for the batches under way until ctx
// ends, and writes what is left to the file.
func (s *Server) Stop(ctx context.Context) error {
	s.stop()
	s.sources.Wait()
	drained := make(chan struct{})
	go func() {
		s.working.Wait()
		close(drained)
	}()
	select {
	case <-drained:
	case <-ctx.Done(): // what is in flight is kept and delivered again
	}
	return errors.Join(s.http.Close(), s.save())
}

func (s *Server) logf(format string, args ...any) {
	if s.log != nil {
		_, _ = fmt.Fprintf(s.log, format+"\n", args...) // a log that cannot be written has no better place
	}
}
