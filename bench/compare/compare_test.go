package compare

import (
	"errors"
	"math"
	"strings"
	"testing"

	"anisgd/bench/machine"
	"anisgd/bench/record"
)

// sideOf is a file with one path on a machine with such a clock and peak.
func sideOf(label, path string, clock, peak float64, series ...*record.Series) Side {
	f := &record.File{Name: label, Paths: []string{path}, Series: map[string][]*record.Series{}}
	f.Origin.Machine.Levels = machine.Levels()
	for _, p := range machine.Probes(f.Origin.Machine.Levels) {
		rate := map[string]float64{"Clock": clock, "Peak": peak}[p.Name]
		if rate == 0 {
			rate = 1e12
		}
		series = append(series, &record.Series{Name: p.Name, Seconds: around(p.Amount / rate)})
	}
	f.Series[path] = series
	return Side{Label: label, File: f}
}

// around are measurements within a percent of a time.
func around(seconds float64) []float64 {
	var list []float64
	for i := range 15 {
		list = append(list, seconds*(1+0.01*float64(i-7)/7))
	}
	return list
}

const boundByArithmetic = "Normals/type=f64/n=512"

func normals(seconds float64, checksum uint64) *record.Series {
	return &record.Series{Name: boundByArithmetic, Seconds: around(seconds), Checksum: checksum, HasChecksum: true}
}

func TestRatioSplitsIntoClockWidthAndCode(t *testing.T) {
	// Twice the clock, twice the operations a cycle, and code that makes half of that
	// its own: the time is a half.
	c, err := Of([]Side{
		sideOf("a", "avx2", 2e9, 2e10, normals(1e-6, 7)), sideOf("b", "avx512", 4e9, 8e10, normals(5e-7, 7)),
	})
	if err != nil {
		t.Fatal(err)
	}
	row := c.Layers[0].Rows[0]
	cell := row.Cells[1]
	if row.Name != boundByArithmetic || math.Abs(cell.Ratio.Value-0.5) > 1e-12 || !cell.Significant {
		t.Fatalf("%s: %+v", row.Name, cell)
	}
	if !(cell.Ratio.Low < 0.5 && cell.Ratio.High > 0.5 && cell.Ratio.Low > 0.48 && cell.Ratio.High < 0.52) {
		t.Errorf("interval %+v", cell.Ratio)
	}
	product := 1.0
	want := map[string]float64{CauseClock: 0.5, CauseWidth: 0.5, CauseCode: 2}
	for _, f := range cell.Why {
		product *= f.Value
		if math.Abs(f.Value/want[f.Cause]-1) > 0.02 {
			t.Errorf("%s ×%v, want %v", f.Cause, f.Value, want[f.Cause])
		}
	}
	if math.Abs(product-0.5) > 1e-12 || len(cell.Why) != 3 {
		t.Errorf("factors %+v", cell.Why)
	}
	for _, g := range c.Layers[0].Groups {
		if math.Abs(g.Ratios[1]-0.5) > 1e-12 || math.Abs(g.Fastest[1]-0.5) > 1e-12 || g.Count != 1 {
			t.Errorf("group %+v", g)
		}
	}
}

// Two paths of one run are compared pair by pair: that a neighbour made the second half of
// all samples three times slower does not hide a difference of 10 %.
func TestPathsOfOneRunArePaired(t *testing.T) {
	slower := func(factor float64) *record.Series {
		s := normals(1e-6, 7)
		for i := range s.Seconds {
			s.Seconds[i] *= factor * (1 + 2*float64(i/8))
		}
		return s
	}
	one := sideOf("one", "avx2", 2e9, 2e10, slower(1))
	other := sideOf("one", "avx512", 2e9, 2e10, slower(0.9))
	other.File.Name = one.File.Name
	compared := func() *Cell {
		t.Helper()
		c, err := Of([]Side{one, other})
		if err != nil {
			t.Fatal(err)
		}
		return &c.Layers[0].Rows[0].Cells[1]
	}
	cell := compared()
	if math.Abs(cell.Ratio.Value-0.9) > 1e-12 || math.Abs(cell.Ratio.High-0.9) > 1e-12 || !cell.Significant || math.Abs(cell.P-math.Pow(2, -14)) > 1e-12 {
		t.Errorf("%+v", cell)
	}
	other.File.Name = "another"
	if cell := compared(); cell.Significant || cell.Ratio.High < 1 {
		t.Errorf("of different runs: %+v", cell)
	}
}

func TestNoDifferenceIsNotExplained(t *testing.T) {
	c, err := Of([]Side{
		sideOf("a", "avx2", 2e9, 2e10, normals(1e-6, 7)), sideOf("b", "avx2", 2e9, 2e10, normals(1.001e-6, 7)),
	})
	if err != nil {
		t.Fatal(err)
	}
	if cell := c.Layers[0].Rows[0].Cells[1]; cell.Significant || cell.Words() != "no difference found" {
		t.Errorf("%+v: %s", cell, cell.Words())
	}
}

func TestDifferentChecksumsAreRefused(t *testing.T) {
	a, b := sideOf("a", "avx2", 2e9, 2e10, normals(1e-6, 7)), sideOf("b", "avx2", 2e9, 2e10, normals(1e-6, 8))
	refused := func(want string) {
		t.Helper()
		_, err := Of([]Side{a, b})
		var reason *Error
		if !errors.As(err, &reason) || !strings.Contains(reason.Reason, boundByArithmetic) || !strings.Contains(reason.Reason, want) {
			t.Errorf("%v lacks %q", err, want)
		}
	}
	refused("faulty")
	b.File.Origin.Version = "v2"
	refused("different programs")
}

func TestPathsThatAreCompared(t *testing.T) {
	both := sideOf("both", "avx2", 2e9, 2e10, normals(1e-6, 7))
	both.File.Paths = append(both.File.Paths, "generic")
	both.File.Series["generic"] = both.File.Series["avx2"]
	c, err := Of([]Side{both, both})
	if err != nil || len(c.Layers) != 2 {
		t.Fatalf("%v", err)
	}
	other := sideOf("other", "avx512", 2e9, 2e10, normals(1e-6, 7))
	if _, err := Of([]Side{both, other}); err == nil || !strings.Contains(err.Error(), "FILE@PATH") {
		t.Errorf("no path in common: %v", err)
	}
	named := both
	named.Path = "generic"
	if c, err := Of([]Side{named, other}); err != nil || c.Layers[0].Paths[1] != "avx512" {
		t.Errorf("named paths: %v", err)
	}
}
