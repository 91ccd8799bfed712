package local

import (
	"context"
	"errors"
	"time"
)

// Stop ends everything and returns when no process is left. Invocations under
// way have five seconds; what they did not finish is delivered again after the
// next start, if data is kept. It may be called more than once.
func (s *Stack) Stop() error {
	s.stopOnce.Do(func() { s.stopErr = s.stop() })
	return s.stopErr
}

// stop goes from the outside in, so that nothing new arrives at a part that
// has ended.
func (s *Stack) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopGrace)
	defer cancel()
	if s.driver != nil {
		late := time.AfterFunc(stopGrace, s.driver.Stop)
		defer late.Stop()
	}
	var errs []error
	for _, server := range s.front {
		if err := server.Shutdown(ctx); err != nil {
			errs = append(errs, server.Close())
		}
	}
	if s.cancel != nil {
		s.cancel()
		s.loops.Wait()
	}
	if s.flows != nil {
		s.flows.Stop()
	}
	if s.queues != nil {
		errs = append(errs, s.queues.Stop(ctx))
	}
	if s.driver != nil {
		s.driver.Stop()
	}
	for _, server := range s.standIns {
		errs = append(errs, server.Close())
	}
	if s.engine != nil {
		errs = append(errs, s.engine.Stop())
	}
	return errors.Join(errs...)
}
