package dynamo

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// claim is a port that one engine of this machine may listen on. Until it
// does, which takes Java a second or more, the port is free to the system;
// without the lock two engines that start at once could be given the same one,
// and the slower would take the other for itself and lose its data with it.
type claim struct {
	port int
	lock *os.File
}

// claimPort checks that a port is free and nobody's, or finds one.
func claimPort(port int) (claim, error) {
	for {
		l, err := net.Listen("tcp", ":"+strconv.Itoa(port))
		if err != nil {
			return claim{}, fmt.Errorf("port %d for DynamoDB Local is taken by another program: %w", port, err)
		}
		c := claim{port: l.Addr().(*net.TCPAddr).Port}
		held, err := c.hold()
		err = errors.Join(err, l.Close())
		switch {
		case err != nil:
			return claim{}, errors.Join(err, c.release())
		case held:
			return c, nil
		case port != 0:
			return claim{}, fmt.Errorf("port %d for DynamoDB Local is taken by another engine", port)
		}
	}
}

// hold locks the port for the life of this process, or until it is released.
func (c *claim) hold() (bool, error) {
	name := filepath.Join(os.TempDir(), fmt.Sprintf("perennial-dynamodb-%d.lock", c.port))
	lock, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // of our own making, below the temporary folder
	if err != nil {
		return false, fmt.Errorf("lock of port %d: %w", c.port, err)
	}
	err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, lock.Close()
	}
	if err != nil {
		return false, errors.Join(fmt.Errorf("lock of port %d: %w", c.port, err), lock.Close())
	}
	c.lock = lock
	return true, nil
}

// release gives the port back, once. The file stays: removing it would let two hold
// locks of the same name.
func (c *claim) release() error {
	if c.lock == nil {
		return nil
	}
	lock := c.lock
	c.lock = nil
	return lock.Close()
}
