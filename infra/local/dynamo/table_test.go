package dynamo_test

import (
	"errors"
	"net"
	"strings"
	"testing"

	"perennial/infra/local/dynamo"
	"perennial/infra/local/dynamotest"
	"perennial/infra/topology"
)

func TestCreateTableTwiceKeepsIt(t *testing.T) {
	t.Parallel()
	client, name := dynamotest.Client(t), dynamotest.Table(t)
	if err := dynamo.CreateTable(t.Context(), client, name, topology.TableMain); err != nil {
		t.Errorf("the same shape again: %v", err)
	}
}

func TestCreateTableRefusesAnotherShape(t *testing.T) {
	t.Parallel()
	client, name := dynamotest.Client(t), dynamotest.Table(t)
	changed := topology.TableMain
	changed.Indexes = []topology.Index{{Name: "due", Partition: "dpk", Sort: "dsk", Projection: []string{"new"}}}
	err := dynamo.CreateTable(t.Context(), client, name, changed)
	if err == nil || !strings.Contains(err.Error(), ".local") {
		t.Errorf("err = %v, want advice to remove .local", err)
	}
}

func TestStartNamesATakenPort(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() }) // only held the port
	_, err = dynamo.Start(t.Context(), dynamo.Options{Port: l.Addr().(*net.TCPAddr).Port})
	if err == nil || !strings.Contains(err.Error(), "is taken") {
		t.Errorf("err = %v, want a taken port", err)
	}
}

func TestStartWithoutJavaSaysSo(t *testing.T) {
	t.Setenv("JAVA_HOME", "")
	t.Setenv("PATH", t.TempDir())
	_, err := dynamo.Start(t.Context(), dynamo.Options{})
	if !errors.Is(err, dynamo.ErrNotInstalled) {
		t.Errorf("err = %v, want ErrNotInstalled", err)
	}
}
