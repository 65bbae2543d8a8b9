// Package compare sets benchmark results of several machines or kernel paths beside each
// other: ratios of times with confidence intervals, and how each ratio splits into the
// clock, the width of vectors, the bandwidth of memory, and the code.
package compare

import (
	"math"

	"golang.org/x/perf/benchmath"
	"gonum.org/v1/gonum/stat/distuv"

	"anisgd/bench/machine"
	"anisgd/bench/record"
	"anisgd/bench/suite"
)

// Comparison is that of a first side with every other one.
type Comparison struct {
	Sides  []Side
	Layers []Layer
	// Missing are benchmarks that not every side has.
	Missing []string
}

// Layer is a comparison with one kernel path for every side.
type Layer struct {
	Paths  []string
	Rates  []*machine.Rates
	Rows   []Row
	Groups []Group
	// Busy is true if benchmarks went clearly beyond the measured roofs: the machine was
	// doing other things when those were measured, and what is derived from them is
	// not to be trusted.
	Busy bool
}

// beyondRoof is a share that no roof explains that was measured on an idle machine.
const beyondRoof = 1.15

// Row is one benchmark.
type Row struct {
	Name, Group string
	Probe       bool // it measures the machine itself
	Cells       []Cell
}

// Cell is one benchmark on one side.
type Cell struct {
	// Seconds is the median time of an operation, Low and High the ends of its 95 %
	// confidence interval.
	Seconds, Low, High float64
	Fastest            float64 // sample
	Samples            int
	// Share of the roof that the fastest sample reaches, 0 where no roof is known.
	Share float64
	Bound machine.Bound
	// Ratio is the time over that of the first side, with its 95 % confidence interval.
	Ratio Interval
	// FastestRatio is that of the fastest samples. It has no interval, but where others
	// disturb a machine it stays while medians move.
	FastestRatio float64
	// P is the probability that samples of the same distribution differ as much
	// (Mann–Whitney; of paths of one run, whose samples are pairs, the sign test). Significant if it is below 5 % and the interval does not hold 1.
	P           float64
	Significant bool
	// Why is the ratio as a product.
	Why []Factor
}

// Interval is a value with the ends of its confidence interval.
type Interval struct{ Value, Low, High float64 }

// Group is the geometric mean of the ratios of a group of benchmarks, for every side.
type Group struct {
	Name            string
	Count           int
	Ratios, Fastest []float64 // of the medians, and of the fastest samples
}

// AllGroups names the group of all benchmarks but the probes.
const AllGroups = "all"

const (
	confidence = 0.95
	// jointly is that of two intervals which both hold with confidence (Bonferroni).
	jointly = 1 - (1-confidence)/2
)

// Of compares sides, the first with each other. What is wrong with the files is an
// *Error.
func Of(sides []Side) (*Comparison, error) {
	if len(sides) < 2 {
		return nil, &Error{"one file has nothing to be compared with"}
	}
	all, err := layers(sides)
	if err != nil {
		return nil, err
	}
	if err := checkChecksums(sides, all); err != nil {
		return nil, err
	}
	c := &Comparison{Sides: sides}
	missing := map[string]bool{}
	for _, paths := range all {
		layer := newLayer(sides, paths, missing)
		if len(layer.Rows) == 0 {
			return nil, &Error{"the files have no benchmark in common"}
		}
		c.Layers = append(c.Layers, *layer)
	}
	for _, s := range sides {
		for _, path := range s.File.Paths {
			for _, series := range s.File.Series[path] {
				if missing[series.Name] {
					c.Missing = append(c.Missing, series.Name)
					delete(missing, series.Name)
				}
			}
		}
	}
	return c, nil
}

func newLayer(sides []Side, paths []string, missing map[string]bool) *Layer {
	layer := &Layer{Paths: paths}
	for i, s := range sides {
		layer.Rates = append(layer.Rates, ratesOf(s.File, paths[i]))
	}
	for i, s := range sides {
		for _, series := range s.File.Series[paths[i]] {
			for k, other := range sides {
				if other.File.Of(paths[k], series.Name) == nil {
					missing[series.Name] = true
				}
			}
		}
	}
	cases := suite.Cases(machine.Levels())
	for _, series := range sides[0].File.Series[paths[0]] {
		if missing[series.Name] {
			continue
		}
		layer.Rows = append(layer.Rows, layer.newRow(sides, series, suite.Find(cases, series.Name)))
	}
	layer.summarize(len(sides))
	return layer
}

// newRow compares one benchmark; known is nil if this program does not know it.
func (l *Layer) newRow(sides []Side, first *record.Series, known *suite.Case) Row {
	row := Row{Name: first.Name, Group: suite.GroupOf(first.Name), Probe: known != nil && known.Probe != nil}
	base := newSample(first.Seconds)
	summary := benchmath.AssumeNothing.Summary(base, jointly)
	for i, s := range sides {
		sample := newSample(s.File.Of(l.Paths[i], first.Name).Seconds)
		own := benchmath.AssumeNothing.Summary(sample, confidence)
		cell := Cell{Seconds: own.Center, Low: own.Lo, High: own.Hi, Samples: len(sample.Values), Ratio: Interval{1, 1, 1}, P: 1, Fastest: sample.Values[0], FastestRatio: 1}
		if known != nil {
			cell.Bound = l.Rates[i].Bound(known.Work)
			cell.Share = cell.Bound.Seconds / sample.Values[0]
			l.Busy = l.Busy || cell.Share > beyondRoof
		}
		if i > 0 {
			wide := benchmath.AssumeNothing.Summary(sample, jointly)
			cell.FastestRatio = cell.Fastest / base.Values[0]
			cell.Ratio = Interval{own.Center / summary.Center, wide.Lo / summary.Hi, wide.Hi / summary.Lo}
			test := benchmath.AssumeNothing.Compare(base, sample)
			cell.P = test.P
			if ratio, p, ok := paired(sides[0].File, s.File, first.Seconds, s.File.Of(l.Paths[i], first.Name).Seconds); ok {
				cell.Ratio, cell.P = ratio, p
			}
			cell.Significant = cell.P < test.Alpha && (cell.Ratio.Low > 1 || cell.Ratio.High < 1)
			if !row.Probe {
				cell.Why = explain(&row.Cells[0], &cell, l.Rates[0], l.Rates[i])
			}
		}
		row.Cells = append(row.Cells, cell)
	}
	return row
}

// paired compares two paths of one run, which measured them in turn: what disturbed the
// machine disturbed both, so that the median of the ratios of neighbours is known better
// than the ratio of the medians. It is false for files of different runs.
func paired(a, b *record.File, first, second []float64) (ratio Interval, p float64, ok bool) {
	if a.Name != b.Name || len(first) != len(second) || len(first) == 0 {
		return Interval{}, 0, false
	}
	ratios := make([]float64, len(first))
	below, above := 0.0, 0.0
	for i := range first {
		ratios[i] = second[i] / first[i]
		if ratios[i] < 1 {
			below++
		} else if ratios[i] > 1 {
			above++
		}
	}
	s := benchmath.AssumeNothing.Summary(newSample(ratios), confidence)
	p = 1
	if below+above > 0 {
		p = min(1, 2*distuv.Binomial{N: below + above, P: 0.5}.CDF(min(below, above)))
	}
	return Interval{s.Center, s.Lo, s.Hi}, p, true
}

func newSample(seconds []float64) *benchmath.Sample {
	return benchmath.NewSample(append([]float64(nil), seconds...), &benchmath.DefaultThresholds)
}

// summarize takes the geometric means of the groups, in the order of the rows, and of
// all.
func (l *Layer) summarize(sides int) {
	add := func(name string, row *Row) {
		var group *Group
		for i := range l.Groups {
			if l.Groups[i].Name == name {
				group = &l.Groups[i]
			}
		}
		if group == nil {
			l.Groups = append(l.Groups, Group{Name: name, Ratios: make([]float64, sides), Fastest: make([]float64, sides)})
			group = &l.Groups[len(l.Groups)-1]
		}
		group.Count++
		for i, c := range row.Cells {
			group.Ratios[i] += math.Log(c.Ratio.Value)
			group.Fastest[i] += math.Log(c.FastestRatio)
		}
	}
	for i := range l.Rows {
		if !l.Rows[i].Probe {
			add(l.Rows[i].Group, &l.Rows[i])
		}
	}
	for i := range l.Rows {
		if !l.Rows[i].Probe {
			add(AllGroups, &l.Rows[i])
		}
	}
	for i := range l.Groups {
		for k := range l.Groups[i].Ratios {
			l.Groups[i].Ratios[k] = math.Exp(l.Groups[i].Ratios[k] / float64(l.Groups[i].Count))
			l.Groups[i].Fastest[k] = math.Exp(l.Groups[i].Fastest[k] / float64(l.Groups[i].Count))
		}
	}
}
