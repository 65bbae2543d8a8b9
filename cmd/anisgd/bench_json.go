package main

import (
	"time"

	"anisgd/bench/compare"
	"anisgd/bench/machine"
	"anisgd/bench/suite"
	"anisgd/cmd/anisgd/internal/output"
)

// machineJSON describes a machine that was measured.
type machineJSON struct {
	CPU               string      `json:"cpu"`
	Family            int         `json:"family"`
	Model             int         `json:"model"`
	Features          []string    `json:"features"`
	Cores             int         `json:"cores"`
	Caches            []cacheJSON `json:"caches"`
	Memory            float64     `json:"memory_bytes"`
	Governor          string      `json:"governor,omitempty"`
	OS                string      `json:"os"`
	Architecture      string      `json:"architecture"`
	ArchitectureLevel string      `json:"architecture_level,omitempty"`
	Go                string      `json:"go"`
}

type cacheJSON struct {
	Name string `json:"name"`
	Size int    `json:"size_bytes"`
}

func newMachineJSON(d *machine.Description) machineJSON {
	m := machineJSON{
		CPU: d.CPU, Family: d.Family, Model: d.Model, Features: listOf(d.Features), Cores: d.Cores, Caches: []cacheJSON{}, Memory: d.Memory,
		Governor: d.Governor, OS: d.OS, Architecture: d.Arch, ArchitectureLevel: d.ArchLevel, Go: d.Go,
	}
	for _, l := range d.Levels {
		if l.Size > 0 {
			m.Caches = append(m.Caches, cacheJSON{l.Name, l.Size})
		}
	}
	return m
}

// listOf is a list that JSON shows as one also where it is empty.
func listOf[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// skippedJSON is a benchmark that was left out.
type skippedJSON struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

func newSkippedJSON(skipped []suite.Skipped) []skippedJSON {
	list := make([]skippedJSON, 0, len(skipped))
	for _, s := range skipped {
		list = append(list, skippedJSON(s))
	}
	return list
}

// roofsJSON are the measured roofs of one core.
type roofsJSON struct {
	Clock  output.Number `json:"cycles_per_second"`
	Peak   output.Number `json:"flops_per_second"`
	AES    output.Number `json:"aes_rounds_per_second"`
	Levels []levelJSON   `json:"levels"`
}

type levelJSON struct {
	Name   string        `json:"name"`
	Size   int           `json:"size_bytes"`
	Read   output.Number `json:"read_bytes_per_second"`
	Update output.Number `json:"update_bytes_per_second"`
	Triad  output.Number `json:"triad_bytes_per_second"`
}

func newRoofsJSON(r *machine.Rates) roofsJSON {
	told := roofsJSON{Clock: output.Number(r.Clock), Peak: output.Number(r.Peak), AES: output.Number(r.AES), Levels: []levelJSON{}}
	for _, l := range r.Levels {
		told.Levels = append(told.Levels, levelJSON{
			l.Name, l.Size, output.Number(r.Read[l.Name]), output.Number(r.Update[l.Name]), output.Number(r.Triad[l.Name]),
		})
	}
	return told
}

// comparisonJSON is what `bench compare --json` tells.
type comparisonJSON struct {
	output.Header
	Sides       []sideJSON  `json:"sides"`
	Comparisons []layerJSON `json:"comparisons"`
	Missing     []string    `json:"not_in_every_file"`
}

type sideJSON struct {
	Label   string      `json:"label"`
	Machine machineJSON `json:"machine"`
	Threads int         `json:"threads"`
	Version string      `json:"anisgd"`
	Commit  string      `json:"commit,omitempty"`
	Date    *time.Time  `json:"date"`
}

// layerJSON is a comparison with one kernel path for every side.
type layerJSON struct {
	Paths      []string   `json:"paths"`
	Busy       bool       `json:"busy"`
	Benchmarks []rowJSON  `json:"benchmarks"`
	Means      []meanJSON `json:"geometric_means"`
}

type rowJSON struct {
	Name  string     `json:"name"`
	Group string     `json:"group"`
	Probe bool       `json:"probe"`
	Sides []cellJSON `json:"sides"`
}

type cellJSON struct {
	Seconds      output.Number `json:"seconds"`
	Low          output.Number `json:"low"`
	High         output.Number `json:"high"`
	Fastest      output.Number `json:"fastest"`
	Samples      int           `json:"samples"`
	Roof         output.Number `json:"roof"`
	Bound        string        `json:"bound,omitempty"`
	Ratio        output.Number `json:"ratio"`
	RatioLow     output.Number `json:"ratio_low"`
	RatioHigh    output.Number `json:"ratio_high"`
	RatioFastest output.Number `json:"ratio_fastest"`
	P            output.Number `json:"p"`
	Significant  bool          `json:"significant"`
	Why          []factorJSON  `json:"why"`
}

type factorJSON struct {
	Cause  string        `json:"cause"`
	Factor output.Number `json:"factor"`
}

type meanJSON struct {
	Group   string          `json:"group"`
	Count   int             `json:"count"`
	Ratios  []output.Number `json:"ratios"`
	Fastest []output.Number `json:"ratios_fastest"`
}

func newComparisonJSON(c *compare.Comparison) *comparisonJSON {
	told := &comparisonJSON{Header: output.NewHeader("bench compare"), Comparisons: []layerJSON{}, Missing: listOf(c.Missing)}
	for i := range c.Sides {
		o := &c.Sides[i].File.Origin
		side := sideJSON{c.Sides[i].Label, newMachineJSON(&o.Machine), o.Threads, o.Version, o.Commit, nil}
		if !o.Date.IsZero() {
			side.Date = &o.Date
		}
		told.Sides = append(told.Sides, side)
	}
	for i := range c.Layers {
		l := &c.Layers[i]
		layer := layerJSON{Paths: l.Paths, Busy: l.Busy, Benchmarks: []rowJSON{}, Means: []meanJSON{}}
		for _, row := range l.Rows {
			shown := rowJSON{Name: row.Name, Group: row.Group, Probe: row.Probe}
			for k := range row.Cells {
				shown.Sides = append(shown.Sides, newCellJSON(&row.Cells[k]))
			}
			layer.Benchmarks = append(layer.Benchmarks, shown)
		}
		for _, g := range l.Groups {
			layer.Means = append(layer.Means, meanJSON{g.Name, g.Count, numbers(g.Ratios), numbers(g.Fastest)})
		}
		told.Comparisons = append(told.Comparisons, layer)
	}
	return told
}

func newCellJSON(c *compare.Cell) cellJSON {
	told := cellJSON{
		Seconds: output.Number(c.Seconds), Low: output.Number(c.Low), High: output.Number(c.High), Fastest: output.Number(c.Fastest),
		Samples: c.Samples, Roof: output.Number(c.Share), Bound: c.Bound.String(),
		Ratio: output.Number(c.Ratio.Value), RatioLow: output.Number(c.Ratio.Low), RatioHigh: output.Number(c.Ratio.High),
		RatioFastest: output.Number(c.FastestRatio), P: output.Number(c.P), Significant: c.Significant, Why: []factorJSON{},
	}
	for _, f := range c.Why {
		told.Why = append(told.Why, factorJSON{f.Cause, output.Number(f.Value)})
	}
	return told
}

func numbers(list []float64) []output.Number {
	shown := make([]output.Number, len(list))
	for n, v := range list {
		shown[n] = output.Number(v)
	}
	return shown
}
