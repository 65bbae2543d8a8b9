package main

import (
	"fmt"
	"io"
	"math"
	"strings"

	"anisgd/cmd/anisgd/internal/output"
	"anisgd/cmd/anisgd/internal/plot"
)

// column is one column of the table of results; it is shown if any variant has
// something in it.
type column struct {
	heading string
	cell    func(*output.Variant) string
}

// namingColumns are the first of resultColumns, which say what a row is about.
const namingColumns = 2

var resultColumns = []column{
	{"panel", func(v *output.Variant) string { return v.Panel }},
	{"variant", func(v *output.Variant) string { return v.Name }},
	{"d", func(v *output.Variant) string { return fmt.Sprint(v.Dim) }},
	{"t", func(v *output.Variant) string { return fmt.Sprintf("%.6g", endTime(v)) }},
	{"limit R(t)", func(v *output.Variant) string {
		if v.Limit == nil {
			return ""
		}
		return fmt.Sprintf("%.8g", float64(v.Limit.EndRisk)) + unlessAtEnd(v, v.Limit.EndTime)
	}},
	{"SGD R(t)", func(v *output.Variant) string {
		if v.SGD == nil {
			return ""
		}
		return withError(float64(v.SGD.EndRisk), float64(v.SGD.EndRiskStandardError)) + unlessAtEnd(v, v.SGD.EndTime)
	}},
	{"runs", func(v *output.Variant) string {
		if v.SGD == nil {
			return ""
		}
		return fmt.Sprint(v.SGD.Runs)
	}},
	{"max |SGD − limit|", func(v *output.Variant) string {
		risk, ok := v.Deviations["risk"]
		if !ok {
			return ""
		}
		return fmt.Sprintf("%.2g at t = %.3g", float64(risk.Absolute), float64(risk.AbsoluteTime))
	}},
	{"in std. errors", func(v *output.Variant) string {
		risk, ok := v.Deviations["risk"]
		if !ok || math.IsNaN(float64(risk.StandardErrors)) {
			return ""
		}
		return fmt.Sprintf("%.2f at t = %.3g", float64(risk.StandardErrors), float64(risk.StandardErrorsTime))
	}},
	{"steps/s", func(v *output.Variant) string {
		if v.StepsPerSecond == nil {
			return ""
		}
		return fmt.Sprintf("%.3g", float64(*v.StepsPerSecond))
	}},
	{"limit steps", func(v *output.Variant) string {
		if v.Limit == nil {
			return ""
		}
		return fmt.Sprintf("%d (%s)", v.Limit.Steps, v.Limit.Method)
	}},
	{"spectrum", func(v *output.Variant) string {
		if v.Limit == nil || v.Limit.Nodes == 0 {
			return ""
		}
		return fmt.Sprintf("%s, %s", v.Limit.Spectrum, plural(v.Limit.Nodes, "node"))
	}},
	{"events", func(v *output.Variant) string {
		if v.Limit == nil {
			return ""
		}
		var events []string
		for _, event := range v.Limit.Events {
			events = append(events, fmt.Sprintf("%s at t = %.6g", event.Name, float64(event.Time)))
		}
		return strings.Join(events, ", ")
	}},
	{"diverged", func(v *output.Variant) string {
		if v.Divergence == nil {
			return ""
		}
		return fmt.Sprintf("at t = %.6g", float64(v.Divergence.Time))
	}},
}

// printTable tells what was found and where the results are.
func (j *job) printTable() error {
	s := j.rootSummary(true)
	j.printf("%s: %s, %s, %s\n\n", s.Name, s.Kernel.Path, plural(s.Threads, "thread"), formatSeconds(s.Seconds))
	if err := writeTable(j.stdout, j.summaries); err != nil {
		return err
	}
	j.printScalings(s.Scalings)
	j.printf("\nfigure   %s, .png\n", j.directory.Path(figureName+".svg"))
	if j.several() {
		j.printf("results  %s; of each variant in its directory there\n", j.out)
	} else {
		j.printf("results  %s\n", j.out)
	}
	return nil
}

// writeTable writes a row for every variant, with the columns that say something.
func writeTable(w io.Writer, variants []*output.Variant) error {
	rows := make([][]string, 1+len(variants))
	keys := 0
	for n, c := range resultColumns {
		cells, used := []string{c.heading}, false
		for _, v := range variants {
			cell := c.cell(v)
			cells, used = append(cells, cell), used || cell != ""
		}
		if !used {
			continue
		}
		for n, cell := range cells {
			rows[n] = append(rows[n], cell)
		}
		if n < namingColumns {
			keys++
		}
	}
	table := grid{heading: rows[0], keys: keys, rows: rows[1:]}
	return table.write(w)
}

// unlessAtEnd adds the time of a value that is not from the end.
func unlessAtEnd(v *output.Variant, t output.Number) string {
	if float64(t) == endTime(v) || math.IsNaN(float64(t)) {
		return ""
	}
	return fmt.Sprintf(" (t = %.6g)", float64(t))
}

// endTime is the last time that all parts of a result have reached.
func endTime(v *output.Variant) float64 {
	switch {
	case v.SGD != nil && v.Limit != nil:
		return math.Min(float64(v.SGD.EndTime), float64(v.Limit.EndTime))
	case v.SGD != nil:
		return float64(v.SGD.EndTime)
	}
	return float64(v.Limit.EndTime)
}

// withError writes a value and its standard error with as many decimals as the
// error's two leading digits have.
func withError(value, standardError float64) string {
	if !(standardError > 0) || math.IsInf(standardError, 0) {
		return fmt.Sprintf("%.6g", value)
	}
	decimals := max(0, 1-int(math.Floor(math.Log10(standardError))))
	if decimals > 12 || math.Abs(value) >= 1e9 {
		return fmt.Sprintf("%.6g ± %.1e", value, standardError)
	}
	return fmt.Sprintf("%.*f ± %.*f", decimals, value, decimals, standardError)
}

// describeRuns says in the legend what SGD's markers are the mean of.
func describeRuns(results ...plot.Result) string {
	runs, dim := 0, int64(0)
	sameRuns, sameDim := true, true
	for n, r := range results {
		if r.SGD == nil {
			continue
		}
		sameRuns = sameRuns && (n == 0 || len(r.SGD.Runs) == runs)
		sameDim = sameDim && (n == 0 || r.Dim == dim)
		runs, dim = len(r.SGD.Runs), r.Dim
	}
	text := "mean of the runs"
	if sameRuns {
		text = "mean of " + plural(runs, "run")
		if runs == 1 {
			text = "1 run"
		}
	}
	if sameDim {
		text += fmt.Sprintf(", d = %d", dim)
	}
	return text
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
