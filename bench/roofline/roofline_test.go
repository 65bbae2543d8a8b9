package roofline

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anisgd/bench/machine"
	"anisgd/kernels/cpu"
)

var small = machine.Level{Name: "L1", Size: 32 << 10, Footprint: 16 << 10}

func TestReportHasEveryKernel(t *testing.T) {
	every := func(string) bool { return true }
	var told []float64
	effort := Effort{Rounds: 1, Slice: time.Microsecond}
	report := effort.New([]machine.Level{small}, cpu.Available(), every,
		func(_ string, fraction float64) { told = append(told, fraction) }, func() bool { return false })
	var text strings.Builder
	if err := report.Print(&text); err != nil {
		t.Fatal(err)
	}
	for _, c := range Kernels() {
		var lines []string
		for line := range strings.Lines(text.String()) {
			if strings.HasPrefix(line, c.Name+" ") {
				lines = append(lines, line)
			}
		}
		if len(lines) != 1 || !strings.Contains(lines[0], fmt.Sprintf(" %.3g ", c.Bytes)) || !strings.Contains(lines[0], "% of ") {
			t.Errorf("%s: lines %q", c.Name, lines)
		}
	}
	if len(told) != len(Kernels())+1 || told[len(told)-1] >= 1 {
		t.Errorf("progress %v", told)
	}
	if n := report.Allocations(); n > 0 {
		t.Errorf("%d allocations", n)
	}
}

// The naive twins that write arrays must write what the kernels do.
func TestNaiveTwinsComputeTheSame(t *testing.T) {
	checked := 0
	for _, c := range Kernels() {
		if strings.HasPrefix(c.Name, "UpdateSamplesDots") {
			continue // its samples are in an array of their own
		}
		n := small.Footprint / (8 * c.Count) / Block * Block
		n = max(n, Block)
		before, v, w := machine.Arrays(c.Count, n), machine.Arrays(c.Count, n), machine.Arrays(c.Count, n)
		call, _ := c.Prepare(v)
		_, naive := c.Prepare(w)
		call()
		naive()
		changed := false
		for k := range v {
			for i := range v[k] {
				changed = changed || v[k][i] != before[k][i]
				if math.Abs(v[k][i]-w[k][i]) > 1e-12*(1+math.Abs(v[k][i])) {
					t.Fatalf("%s: array %d, element %d: %v, naive %v", c.Name, k, i, v[k][i], w[k][i])
				}
			}
		}
		if changed {
			checked++
		} else if !c.ReadsOnly && !strings.HasPrefix(c.Name, "Derivative") && !strings.Contains(c.Name, "32") {
			t.Errorf("%s changes nothing", c.Name)
		}
	}
	if checked < 8 {
		t.Errorf("only %d kernels were seen to write", checked)
	}
}

func TestBoundOfTheNearerRoof(t *testing.T) {
	r := machine.NewRates([]machine.Level{small})
	r.Read["L1"], r.Update["L1"], r.Peak = 100e9, 50e9, 10e9
	for _, c := range []struct {
		kernel Kernel
		ns     float64
		roof   string
	}{
		{Kernel{Count: 2, Bytes: 16, Flops: 2, ReadsOnly: true}, 0.2, "arithmetic"},
		{Kernel{Count: 2, Bytes: 16, Flops: 1, ReadsOnly: true}, 0.16, "L1 bandwidth"},
		{Kernel{Count: 2, Bytes: 24, Flops: 1}, 0.48, "L1 bandwidth"},
	} {
		p := Point{Kernel: &c.kernel, Level: small, Elements: 512}
		if ns, roof := p.Bound(&r); math.Abs(ns-c.ns) > 1e-12 || roof.String() != c.roof {
			t.Errorf("%+v: %v ns, %v", c.kernel, ns, roof)
		}
	}
}

func TestRoutinesAreListedBySize(t *testing.T) {
	for architecture, names := range map[string][]string{
		"amd64": {"kernels.dotAVX2", "kernels.dotAVX512", "kernels.combine7AVX512"},
		"arm64": {"kernels.dotNEON", "kernels.combine7NEON"},
	} {
		t.Run(architecture, func(t *testing.T) { checkRoutines(t, architecture, names) })
	}
}

// checkRoutines builds the program for linux on an architecture and looks for names.
func checkRoutines(t *testing.T, architecture string, names []string) {
	program := filepath.Join(t.TempDir(), "anisgd")
	build := exec.Command("go", "build", "-o", program, "anisgd/cmd/anisgd")
	build.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+architecture, "CGO_ENABLED=0")
	if message, err := build.CombinedOutput(); err != nil {
		t.Skipf("cannot build here: %v\n%s", err, message)
	}
	list, err := routines(program)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for i, r := range list {
		found[r.name] = true
		if r.size == 0 || i > 0 && r.size > list[i-1].size {
			t.Errorf("routine %d of %d: %+v", i, len(list), r)
		}
	}
	for _, name := range names {
		if !found[name] {
			t.Errorf("%s is not among the %d routines listed", name, len(list))
		}
	}
}
