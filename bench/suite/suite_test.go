package suite

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"anisgd/bench/machine"
	"anisgd/engine/limit"
	"anisgd/kernels/cpu"
)

func TestNamesAreUniqueAndOfGoBenchmarks(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Cases(machine.Levels()) {
		if seen[c.Name] {
			t.Errorf("%s is there twice", c.Name)
		}
		seen[c.Name] = true
		first, parts, _ := strings.Cut(c.Name, "/")
		if strings.ContainsAny(c.Name, " \t:") || first[0] < 'A' || first[0] > 'Z' {
			t.Errorf("%q is no name of a benchmark", c.Name)
		}
		for part := range strings.SplitSeq(parts, "/") {
			if parts != "" && !strings.Contains(part, "=") {
				t.Errorf("%s: part %q has no key", c.Name, part)
			}
		}
	}
	if len(seen) < 60 {
		t.Errorf("only %d cases", len(seen))
	}
}

// Every case of small dimension must run on every path, and with the same bits.
func TestChecksumsAreThoseOfEveryPath(t *testing.T) {
	results := map[string]Result{} // of the last lap
	skipped, err := Run(context.Background(), Cases(machine.Levels()), Options{
		Paths: cpu.Available(), Threads: 2, Quick: true, Budget: time.Nanosecond, Slice: 20 * time.Microsecond,
		Wanted: func(name string) bool {
			for _, long := range []string{"Bandwidth", "=1e4", "=1e5", "=1e12", "=inf", "GroupedStep/model=blocks/loss=least"} {
				if strings.Contains(name, long) {
					return false
				}
			}
			return true
		},
		Measured: func(r Result) error { results[r.Case.Name+" "+r.Path.String()] = r; return nil },
	})
	if err != nil || len(skipped) > 0 {
		t.Fatalf("%v, skipped %v", err, skipped)
	}
	sums := map[string]Result{}
	for _, r := range results {
		first, there := sums[r.Case.Name]
		if !there {
			sums[r.Case.Name] = r
		} else if first.Checksum != r.Checksum || first.HasChecksum != r.HasChecksum {
			t.Errorf("%s: checksum %x on %v, %x on %v", r.Case.Name, first.Checksum, first.Path, r.Checksum, r.Path)
		}
		if want := r.Case.Probe == nil && !strings.HasPrefix(r.Case.Name, "Pass"); r.HasChecksum != want || want && r.Checksum == 0 {
			t.Errorf("%s: checksum %x, %v", r.Case.Name, r.Checksum, r.HasChecksum)
		}
		if len(r.Samples) < fewest {
			t.Errorf("%s: %d samples", r.Case.Name, len(r.Samples))
		}
		for _, s := range r.Samples {
			if !(s.Seconds > 0) || s.Operations < 1 {
				t.Errorf("%s: sample %+v", r.Case.Name, s)
			}
		}
	}
	if len(sums) < 14 {
		t.Errorf("only %d cases were measured", len(sums))
	}
}

// The roof of whole solutions counts their steps.
func TestStepsOfFullSolutions(t *testing.T) {
	arrays, err := powerLaws(1e4).Materialize()
	if err != nil {
		t.Fatal(err)
	}
	result, err := limit.Solve(context.Background(), fullConfig(arrays, 1))
	if err != nil || result.Steps != fullSteps || result.Rejected != 0 {
		t.Errorf("%d steps, %d rejected, %v; want %d", result.Steps, result.Rejected, err, fullSteps)
	}
}

// Everything is measured in every lap, and the samples gathered.
func TestLapsAreGathered(t *testing.T) {
	var order []string
	samples := map[string]int{}
	_, err := Run(context.Background(), Cases(machine.Levels()), Options{
		Paths: cpu.Available()[:1], Threads: 1, Budget: time.Nanosecond, Slice: 20 * time.Microsecond,
		Wanted: func(name string) bool { return name == "Clock" || strings.HasPrefix(name, "Signs") },
		Measured: func(r Result) error {
			order = append(order, r.Case.Group())
			if len(r.Samples) <= samples[r.Case.Name] {
				t.Errorf("%s: %d samples after %d", r.Case.Name, len(r.Samples), samples[r.Case.Name])
			}
			samples[r.Case.Name] = len(r.Samples)
			if want := r.Case.Probe == nil; r.HasChecksum != want {
				t.Errorf("%s: checksum %v", r.Case.Name, r.HasChecksum)
			}
			return nil
		},
	})
	if want := strings.Repeat("Clock Signs Signs ", laps); err != nil || strings.Join(order, " ")+" " != want {
		t.Errorf("%v, %v; want %s", err, order, want)
	}
	for name, n := range samples {
		if n < fewest {
			t.Errorf("%s: %d samples", name, n)
		}
	}
}

func TestWhatNeedsTooMuchMemoryIsLeftOut(t *testing.T) {
	skipped, err := Run(context.Background(), Cases(machine.Levels()), Options{
		Paths: cpu.Available(), Threads: 1, Memory: 1e6, Budget: time.Nanosecond, Slice: 20 * time.Microsecond,
		Wanted:   func(name string) bool { return strings.HasPrefix(name, "Step") && strings.Contains(name, "d=1e7") },
		Measured: func(r Result) error { t.Errorf("%s was measured", r.Case.Name); return nil },
	})
	if err != nil || len(skipped) != 2 || !strings.Contains(skipped[0].Reason, "memory") {
		t.Errorf("%v, %v", skipped, err)
	}
}

func TestCancelledRunsStop(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	measured := 0
	_, err := Run(ctx, Cases(machine.Levels()), Options{
		Paths: cpu.Available()[:1], Threads: 1, Quick: true, Budget: time.Nanosecond, Slice: 20 * time.Microsecond,
		Wanted: func(name string) bool { return strings.HasPrefix(name, "Normals") },
		Measured: func(Result) error {
			measured++
			cancel()
			return nil
		},
	})
	if !errors.Is(err, context.Canceled) || measured != 1 {
		t.Errorf("%d results, %v", measured, err)
	}
}

func TestRatesComeFromTheProbes(t *testing.T) {
	levels := machine.Levels()
	rates := RatesOf(levels, func(name string) (float64, bool) { return 2, !strings.HasPrefix(name, "AES") })
	var names []string
	for _, p := range machine.Probes(levels) {
		names = append(names, p.Name)
		if p.Name == "Peak" && rates.Peak != p.Amount/2 {
			t.Errorf("peak %v", rates.Peak)
		}
	}
	if rates.AES != 0 || rates.Clock == 0 || rates.Read["L1"] == 0 || rates.Triad[machine.Memory] == 0 {
		t.Errorf("%+v", rates)
	}
	if !slices.Contains(names, "Bandwidth/loop=update/level=L2") {
		t.Errorf("probes %v", names)
	}
}
