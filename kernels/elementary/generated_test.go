package elementary

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"testing"
)

// TestTablesAreAsGenerated runs the generator again. Its own machine must be the
// one that runs it, whatever this test was compiled for.
func TestTablesAreAsGenerated(t *testing.T) {
	committed, err := os.ReadFile("tables.go")
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command("go", "run", "./_gen")
	command.Env = append(os.Environ(), "GOARCH=", "GOOS=", "GOFLAGS=")
	var problems bytes.Buffer
	command.Stderr = &problems
	generated, err := command.Output()
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("running the generator needs the go command")
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, problems.Bytes())
	}
	if !bytes.Equal(generated, committed) {
		t.Error("tables.go differs from what its generator writes: run go generate")
	}
}
