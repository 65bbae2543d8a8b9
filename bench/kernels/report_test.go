package main

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var small = level{"L1", 16 << 10}

func TestReportHasEveryKernel(t *testing.T) {
	var text strings.Builder
	m := meter{rounds: 1, slice: time.Microsecond}
	if err := report(&text, m, []level{small}, regexp.MustCompile("")); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases() {
		var lines []string
		for line := range strings.Lines(text.String()) {
			if strings.HasPrefix(line, c.name+" ") {
				lines = append(lines, line)
			}
		}
		if len(lines) != 1 || !strings.Contains(lines[0], fmt.Sprintf(" %.3g ", c.bytes)) || !strings.Contains(lines[0], "% of ") {
			t.Errorf("%s: lines %q", c.name, lines)
		}
	}
}

// The naive twins that write arrays must write what the kernels do.
func TestNaiveTwinsComputeTheSame(t *testing.T) {
	checked := 0
	for _, c := range cases() {
		if strings.HasPrefix(c.name, "UpdateSamplesDots") {
			continue // its samples are in an array of their own
		}
		before, v, w := c.arrays(small), c.arrays(small), c.arrays(small)
		call, _ := c.prepare(v)
		_, naive := c.prepare(w)
		call()
		naive()
		changed := false
		for k := range v {
			for i := range v[k] {
				changed = changed || v[k][i] != before[k][i]
				if math.Abs(v[k][i]-w[k][i]) > 1e-12*(1+math.Abs(v[k][i])) {
					t.Fatalf("%s: array %d, element %d: %v, naive %v", c.name, k, i, v[k][i], w[k][i])
				}
			}
		}
		if changed {
			checked++
		} else if !c.readsOnly && !strings.HasPrefix(c.name, "Derivative") && !strings.Contains(c.name, "32") {
			t.Errorf("%s changes nothing", c.name)
		}
	}
	if checked < 8 {
		t.Errorf("only %d kernels were seen to write", checked)
	}
}

func TestShareOfTheNearerRoof(t *testing.T) {
	r := roofs{read: map[string]float64{"L1": 100}, write: map[string]float64{"L1": 50}, peak: 10}
	for _, c := range []struct {
		kernel kernelCase
		ns     float64
		share  float64
		roof   string
	}{
		{kernelCase{bytes: 16, flops: 2, readsOnly: true}, 0.4, 0.5, "peak"},
		{kernelCase{bytes: 16, flops: 1, readsOnly: true}, 0.2, 0.8, "read"},
		{kernelCase{bytes: 24, flops: 1}, 0.6, 0.8, "update"},
	} {
		share, roof := r.share(&c.kernel, small, c.ns)
		if math.Abs(share-c.share) > 1e-12 || roof != c.roof {
			t.Errorf("%+v: %v of %s", c, share, roof)
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

// checkRoutines builds this program for linux on an architecture and looks for names.
func checkRoutines(t *testing.T, architecture string, names []string) {
	program := filepath.Join(t.TempDir(), "bench-kernels")
	build := exec.Command("go", "build", "-o", program, ".")
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
