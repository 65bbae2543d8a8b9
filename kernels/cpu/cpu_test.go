package cpu

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

func TestPathNames(t *testing.T) {
	for _, p := range paths {
		back, err := ParsePath(p.String())
		if err != nil || back != p {
			t.Errorf("%v: parsed as %v, %v", p, back, err)
		}
	}
	if _, err := ParsePath("sse"); err == nil || !strings.Contains(err.Error(), "avx2") {
		t.Errorf("an unknown path gives %v, want an error that names those that exist", err)
	}
}

func TestGenericIsAlwaysAvailable(t *testing.T) {
	if !slices.Contains(Available(), Generic) {
		t.Error("the generic path is not available")
	}
	if os.Getenv(Environment) == "" && Selected() != Available()[len(Available())-1] {
		t.Errorf("%v is selected of %v", Selected(), Available())
	}
}

func TestUseAndOverride(t *testing.T) {
	old := Selected()
	defer func(reasonBefore string) { selected, reason = old, reasonBefore }(reason)
	if err := Use("generic"); err != nil || Selected() != Generic {
		t.Errorf("generic: %v, %v", Selected(), err)
	}
	if err := Use("nonsense"); err == nil || Selected() != Generic {
		t.Errorf("nonsense: %v, %v", Selected(), err)
	}
	for _, p := range paths {
		err := Use(p.String())
		if available := slices.Contains(Available(), p); (err == nil) != available {
			t.Errorf("%v: available %v, error %v", p, available, err)
		}
	}
	if err := Use("auto"); err != nil || Selected() != Available()[len(Available())-1] {
		t.Errorf("auto: %v, %v", Selected(), err)
	}
	best := Selected()
	restore := Override(Generic)
	if Selected() != Generic {
		t.Error("Override does not switch")
	}
	restore()
	if Selected() != best {
		t.Error("restore does not switch back")
	}
}

// The environment is read once at start, so each value needs a process.
func TestEnvironment(t *testing.T) {
	if value := os.Getenv("ANISGD_TEST_REPORT"); value != "" {
		message := ""
		if err := EnvironmentError(); err != nil {
			message = err.Error()
		}
		os.Stdout.WriteString("REPORT " + Selected().String() + " | " + message + "\n")
		return
	}
	best := Available()[len(Available())-1].String()
	for value, want := range map[string]struct{ path, message string }{
		"":        {best, ""},
		"auto":    {best, ""},
		"generic": {"generic", ""},
		"mmx":     {best, "mmx"},
	} {
		command := exec.Command(os.Args[0], "-test.run=TestEnvironment$")
		command.Env = append(os.Environ(), "ANISGD_TEST_REPORT=1", Environment+"="+value)
		output, err := command.Output()
		if err != nil {
			t.Skipf("cannot run a second process here: %v", err)
		}
		_, line, _ := strings.Cut(string(output), "REPORT ")
		line, _, _ = strings.Cut(line, "\n")
		path, message, _ := strings.Cut(line, " | ")
		if path != want.path || (message == "") != (want.message == "") || !strings.Contains(message, want.message) {
			t.Errorf("%s=%q: path %q, message %q, want %q and a message with %q", Environment, value, path, message, want.path, want.message)
		}
	}
}
