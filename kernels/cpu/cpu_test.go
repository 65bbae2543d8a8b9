package cpu

import (
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/cpuid/v2"
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
	if os.Getenv(Environment) == "" && Selected() != best() {
		t.Errorf("%v is selected of %v", Selected(), Available())
	}
}

// best is the path for "auto" here.
func best() Path {
	path, _ := choose(cpuid.CPU.VendorID, cpuid.CPU.Family, Available())
	return path
}

func TestChoice(t *testing.T) {
	for _, p := range []Path{Generic, AVX2} {
		if got, why := choose(cpuid.Intel, 6, paths[:p+1]); got != p || why == "" {
			t.Errorf("without AVX-512: %v (%s), want %v", got, why, p)
		}
	}
	if got, why := choose(cpuid.ARM, 8, []Path{Generic, NEON}); got != NEON || why == "" {
		t.Errorf("on arm64: %v (%s)", got, why)
	}
	wide := []Path{Generic, AVX2, AVX512}
	if got, why := choose(cpuid.VendorUnknown, 99, wide); got != AVX2 || !strings.Contains(why, "not measured") {
		t.Errorf("a processor nobody measured: %v (%s)", got, why)
	}
	for _, m := range measurements {
		for _, family := range m.families {
			if got, why := choose(m.vendor, family, wide); got != m.fastest || !strings.Contains(why, m.finding) {
				t.Errorf("%s: %v (%s)", m.name, got, why)
			}
		}
	}
}

func TestRuns(t *testing.T) {
	defer func(before Path) { selected = before }(selected)
	for p, codes := range map[Path][]Path{
		Generic: {Generic},
		AVX2:    {Generic, AVX2},
		AVX512:  {Generic, AVX2, AVX512},
		NEON:    {Generic, NEON},
	} {
		selected = p
		for _, code := range paths {
			if Runs(code) != slices.Contains(codes, code) {
				t.Errorf("on path %v, code for %v runs: %v", p, code, Runs(code))
			}
		}
	}
}

// The paths of another architecture say so; those of this one do not.
func TestMissingNamesTheBuild(t *testing.T) {
	for p, architecture := range map[Path]string{AVX2: "amd64", AVX512: "amd64", NEON: "arm64"} {
		_, built := required[p]
		if built && architecture != runtime.GOARCH {
			t.Errorf("%v is part of a build for %s", p, runtime.GOARCH)
		}
		if strings.Contains(Missing(p), buildKind) == built {
			t.Errorf("%v: built %t, but %q", p, built, Missing(p))
		}
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
	if err := Use("auto"); err != nil || Selected() != best() {
		t.Errorf("auto: %v, %v", Selected(), err)
	}
	chosen := Selected()
	restore := Override(Generic)
	if Selected() != Generic {
		t.Error("Override does not switch")
	}
	restore()
	if Selected() != chosen {
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
	best := best().String()
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
