package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"anisgd/bench/scaling"
	"anisgd/cmd/anisgd/internal/output"
	"anisgd/cmd/anisgd/internal/plot"
)

// write writes all files; summary.json, which makes the directory one of results, last.
func (j *benchScaling) write() error {
	for _, f := range []struct {
		name  string
		write func(io.Writer) error
	}{{"points.csv", j.writePoints}, {"fits.csv", j.writeFits}} {
		if err := j.directory.Write(f.name, f.write); err != nil {
			return err
		}
	}
	for _, f := range []struct {
		name   string
		figure *plot.Graph
	}{{"dimension", j.dimensionFigure()}, {"memory", j.memoryFigure()}, {"threads", j.threadsFigure()}, {"outputs", j.outputsFigure()}} {
		if !hasPoints(f.figure) {
			continue
		}
		if err := j.directory.Write(f.name+".svg", f.figure.WriteSVG); err != nil {
			return err
		}
		if err := j.directory.Write(f.name+".png", f.figure.WritePNG); err != nil {
			return err
		}
	}
	if err := j.directory.RemoveStale(); err != nil {
		return err
	}
	return j.directory.Write(output.SummaryFile, func(w io.Writer) error { return output.WriteJSON(w, j.summary()) })
}

func hasPoints(g *plot.Graph) bool {
	return slices.ContainsFunc(g.Series, func(s plot.Series) bool { return len(s.Points) > 0 })
}

// shortest writes a number in the shortest form that reads back to it.
func shortest(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func (j *benchScaling) writePoints(w io.Writer) error {
	records := [][]string{{"variable", "precision", "x", "seconds", "seconds_low", "seconds_high", "samples", "memory_bytes", "touched_bytes", "level", "checksum", "benchmark"}}
	for _, s := range j.study.Series {
		for _, p := range s.Points {
			records = append(records, []string{
				string(s.Variable), s.Name, shortest(p.X), shortest(p.Seconds), shortest(p.Low), shortest(p.High), strconv.Itoa(p.Samples),
				shortest(p.Memory), shortest(p.Footprint), p.Level, fmt.Sprintf("%012x", p.Checksum), p.Benchmark,
			})
		}
	}
	return csv.NewWriter(w).WriteAll(records)
}

func (j *benchScaling) writeFits(w io.Writer) error {
	records := [][]string{{"variable", "precision", "quantity", "level", "from", "to", "points", "coefficient", "exponent", "exponent_low", "exponent_high"}}
	for _, s := range j.study.Series {
		add := func(quantity string, fits []scaling.Fit) {
			for _, f := range fits {
				records = append(records, []string{
					string(s.Variable), s.Name, quantity, f.Level, shortest(f.From), shortest(f.To), strconv.Itoa(f.Points),
					shortest(f.Coefficient), shortest(f.Exponent), shortest(f.Low), shortest(f.High),
				})
			}
		}
		add("seconds", s.Time)
		add("memory_bytes", s.Memory)
	}
	return csv.NewWriter(w).WriteAll(records)
}

// scalingSummary is what --json tells and summary.json holds.
type scalingSummary struct {
	output.Header
	// Complete is false if the command was interrupted or failed.
	Complete bool            `json:"complete"`
	Machine  machineJSON     `json:"machine"`
	Path     string          `json:"path"`
	Threads  int             `json:"threads"`
	Series   []scalingSeries `json:"series"`
	Skipped  []skippedJSON   `json:"skipped"`
	Files    []string        `json:"files"`
}

type scalingSeries struct {
	Variable  scaling.Variable `json:"variable"`
	Precision string           `json:"precision"`
	Fixed     string           `json:"fixed"`
	Points    []scalingPoint   `json:"points"`
	Ends      []scalingEnd     `json:"cache_ends"`
	Time      []scalingFit     `json:"time_fits"`
	Memory    []scalingFit     `json:"memory_fits"`
}

type scalingPoint struct {
	X        float64 `json:"x"`
	Seconds  float64 `json:"seconds"` // the median of a step
	Low      float64 `json:"low"`     // of its 95 % confidence interval
	High     float64 `json:"high"`
	Samples  int     `json:"samples"`
	Memory   float64 `json:"memory_bytes"`
	Touched  float64 `json:"touched_bytes"` // by a step; 0 with threads
	Level    string  `json:"level,omitempty"`
	Checksum string  `json:"checksum"`
}

type scalingEnd struct {
	X     float64 `json:"x"`
	Level string  `json:"level"`
}

type scalingFit struct {
	Level       string        `json:"level,omitempty"`
	From        float64       `json:"from"`
	To          float64       `json:"to"`
	Points      int           `json:"points"`
	Coefficient output.Number `json:"coefficient"`
	Exponent    output.Number `json:"exponent"`
	Low         output.Number `json:"low"` // of its 95 % confidence interval
	High        output.Number `json:"high"`
}

func (j *benchScaling) summary() scalingSummary {
	s := scalingSummary{
		Header: output.NewHeader(scalingResults), Complete: j.complete, Machine: newMachineJSON(&j.origin.Machine),
		Path: j.path.String(), Threads: j.threads, Series: []scalingSeries{}, Skipped: newSkippedJSON(j.study.Skipped), Files: j.directory.Files(),
	}
	fits := func(list []scaling.Fit) []scalingFit {
		all := make([]scalingFit, 0, len(list))
		for _, f := range list {
			all = append(all, scalingFit{
				f.Level, f.From, f.To, f.Points, output.Number(f.Coefficient), output.Number(f.Exponent), output.Number(f.Low), output.Number(f.High),
			})
		}
		return all
	}
	for _, series := range j.study.Series {
		told := scalingSeries{
			Variable: series.Variable, Precision: series.Name, Fixed: series.Fixed, Ends: []scalingEnd{},
			Time: fits(series.Time), Memory: fits(series.Memory),
		}
		for _, p := range series.Points {
			told.Points = append(told.Points, scalingPoint{
				p.X, p.Seconds, p.Low, p.High, p.Samples, p.Memory, p.Footprint, p.Level, fmt.Sprintf("%012x", p.Checksum),
			})
		}
		for _, e := range series.Ends {
			told.Ends = append(told.Ends, scalingEnd(e))
		}
		s.Series = append(s.Series, told)
	}
	return s
}

// curve is what a figure shows of a series: points with their intervals, scaled by some
// function of the place, and its fits as lines.
func curve(g *plot.Graph, style plot.Style, s *scaling.Series, fits []scaling.Fit, scale func(x float64) float64, value func(p *scaling.Point) (y, low, high float64)) {
	shown := plot.Series{Name: s.Name, Style: style, Marker: true}
	for i := range s.Points {
		p := &s.Points[i]
		y, low, high := value(p)
		k := scale(p.X)
		shown.Points = append(shown.Points, plot.Measured{X: p.X, Y: k * y, Low: k * low, High: k * high})
	}
	for i := range fits {
		f := &fits[i]
		if f.Level == "" && len(fits) > 1 {
			continue // to several stretches
		}
		line := plot.Series{Style: style.Solid(), Line: true}
		const steps = 32 // a power may be curved on these axes
		for n := range steps + 1 {
			x := f.From * math.Pow(f.To/f.From, float64(n)/steps)
			line.Points = append(line.Points, plot.At(x, scale(x)*f.At(x)))
		}
		g.Series = append(g.Series, line)
	}
	g.Series = append(g.Series, shown)
}

// fitKey explains the lines of fits in a legend.
func fitKey(name string) plot.Series { return plot.Series{Name: name, Style: plot.Grey(0), Line: true} }

func timeOf(p *scaling.Point) (y, low, high float64) { return p.Seconds, p.Low, p.High }

func (j *benchScaling) dimensionFigure() *plot.Graph {
	g := &plot.Graph{
		Title:  "A step of SGD against the dimension, one thread, " + j.origin.Machine.CPU,
		XLabel: "dimension d", YLabel: "ns per step and mode", LogX: true,
	}
	for n, s := range j.of(scaling.Dimension) {
		curve(g, plot.StyleOf(n), s, s.Time, func(d float64) float64 { return 1e9 / d }, timeOf)
		for _, e := range s.Ends {
			g.Marks = append(g.Marks, plot.Mark{X: e.X, Text: e.Level + " ends, " + s.Name, Line: true})
		}
	}
	g.Series = append(g.Series, fitKey("powers fitted between the ends of caches"))
	return g
}

func (j *benchScaling) memoryFigure() *plot.Graph {
	g := &plot.Graph{
		Title:  "Memory of a simulation against the dimension, one thread",
		XLabel: "dimension d", YLabel: "MB", LogX: true, LogY: true,
	}
	for n, s := range j.of(scaling.Dimension) {
		curve(g, plot.StyleOf(n), s, s.Memory, func(float64) float64 { return 1e-6 }, func(p *scaling.Point) (y, low, high float64) {
			return p.Memory, p.Memory, p.Memory
		})
	}
	g.Series = append(g.Series, fitKey("fitted power"))
	return g
}

func (j *benchScaling) threadsFigure() *plot.Graph {
	g := &plot.Graph{XLabel: "threads", YLabel: "ms per step", LogX: true, LogY: true}
	ideal := plot.Series{Style: plot.Grey(1), Line: true}
	for n, s := range j.of(scaling.Threads) {
		g.Title = "A step of SGD against threads, " + s.Fixed
		curve(g, plot.StyleOf(n), s, s.Time, func(float64) float64 { return 1e3 }, timeOf)
		first, last := s.Points[0], s.Points[len(s.Points)-1]
		ideal.Points = []plot.Measured{plot.At(first.X, 1e3*first.Seconds), plot.At(last.X, 1e3*first.Seconds*first.X/last.X)}
		g.Series = append(g.Series, ideal)
	}
	g.Series = append(g.Series, plot.Series{Name: "in proportion to 1/threads", Style: ideal.Style, Line: true})
	return g
}

func (j *benchScaling) outputsFigure() *plot.Graph {
	g := &plot.Graph{XLabel: "outputs K", YLabel: "µs per step", LogX: true, LogY: true}
	for n, s := range j.of(scaling.Outputs) {
		g.Title = "A step of " + s.Fixed
		curve(g, plot.StyleOf(n), s, s.Time, func(float64) float64 { return 1e6 }, timeOf)
		for _, e := range s.Ends {
			g.Marks = append(g.Marks, plot.Mark{X: e.X, Text: e.Level + " ends", Line: true})
		}
		g.Series = append(g.Series, fitKey("fitted powers"))
	}
	return g
}
