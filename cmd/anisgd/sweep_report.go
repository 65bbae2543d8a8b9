package main

import (
	"fmt"
	"io"
	"math"
	"slices"

	"anisgd/cmd/anisgd/internal/output"
	"anisgd/cmd/anisgd/internal/plot"
	"anisgd/engine/study/sweep"
)

// tasksIndexFile lists the stored tasks for a person.
const tasksIndexFile = "index.csv"

// report writes the results of a sweep and tells what was found.
func (j *sweepJob) report(a *sweep.Analysis) error {
	checksum, err := j.directory.WriteAnalysis(a)
	if err != nil {
		return err
	}
	figures := plot.SweepFigures(a)
	for _, f := range figures {
		if err := j.directory.Write(f.Name+".svg", f.WriteSVG); err != nil {
			return err
		}
		if err := j.directory.Write(f.Name+".png", f.WritePNG); err != nil {
			return err
		}
	}
	summary := j.summary(a)
	summary.Checksum = checksum.String()
	err = j.directory.Write(output.ReportFile, func(w io.Writer) error {
		return writeReport(w, &reportContent{Summary: summary, Analysis: a, Figures: figures, Config: string(j.file.Config())})
	})
	if err != nil {
		return err
	}
	err = j.directory.Write(output.StudyTasksFolder+"/"+tasksIndexFile, func(w io.Writer) error { return sweep.WriteIndex(w, j.store) })
	if err != nil {
		return err
	}
	if err := j.directory.RemoveStale(); err != nil {
		return err
	}
	summary.Files = j.directory.Files()
	if err := j.writeSummary(summary); err != nil {
		return err
	}
	if j.json {
		return output.WriteJSON(j.stdout, summary)
	}
	if j.quiet {
		return nil
	}
	return j.print(a, summary)
}

// print tells what was found.
func (j *sweepJob) print(a *sweep.Analysis, s *output.Summary) error {
	j.printf("%s: %s, %s, %s\n", s.Name, plural(s.Sweep.Points, "point"), plural(s.Threads, "thread"), formatSeconds(s.Seconds))
	j.printf("computed %s of %d, the rest was stored", plural(s.Sweep.Computed, "task"), s.Sweep.Tasks)
	if s.Sweep.Diverged > 0 {
		j.printf("; %s diverged", plural(s.Sweep.Diverged, "point"))
	}
	if s.Sweep.Missing > 0 {
		j.printf("; %s missing, `anisgd sweep` computes what they lack", plural(s.Sweep.Missing, "point"))
	}
	j.printf("\n\n")
	if err := writeSweepTable(j.stdout, a); err != nil {
		return err
	}
	risks := slices.DeleteFunc(slices.Clone(s.Scalings), func(f output.Scaling) bool { return f.Statistic != "risk" })
	if len(risks) > 0 {
		j.printf("\nOf the risk, with 95 %% intervals:\n\n")
		table := grid{heading: []string{"points", "d", "max |run − limit|", "mean − limit at the end"}, keys: 1}
		for _, f := range risks {
			table.add(f.Panel, fmt.Sprintf("%d … %d", f.Dims[0], f.Dims[len(f.Dims)-1]), formatPower(f.SingleRun), formatPower(f.Bias))
		}
		if err := table.write(j.stdout); err != nil {
			return err
		}
	}
	j.printf("\nreport   %s\nresults  %s\n", j.directory.Path(output.ReportFile), j.out)
	return nil
}

// shownPoints is how many points are printed; sweep.csv has them all.
const shownPoints = 40

// writeSweepTable writes a line for every point.
func writeSweepTable(w io.Writer, a *sweep.Analysis) error {
	header, rows := sweepRows(a)
	table := grid{heading: header, keys: len(header) - len(sweepResults), rows: rows}
	if len(rows) > shownPoints+1 {
		table.rows, table.note = rows[:shownPoints], fmt.Sprintf("(%d more in %s)", len(rows)-shownPoints, output.SweepTableFile)
	}
	return table.write(w)
}

// sweepResults head what is told of a point.
var sweepResults = []string{"runs", "t", "limit R(t)", "SGD R(t)", "max |SGD − limit|", "in std. errors", "max |run − limit|, rms"}

// sweepRows are the points as a person reads them: where they are, the risk at the end,
// and how far SGD is from the limit.
func sweepRows(a *sweep.Analysis) (header []string, rows [][]string) {
	if a.Points[0].Panel != "" {
		header = append(header, "panel")
	}
	if a.Points[0].Variant != "" {
		header = append(header, "variant")
	}
	for k := range a.Sweep.Axes {
		header = append(header, sweep.Symbol(&a.Sweep.Axes[k]))
	}
	header = append(header, sweepResults...)
	for i := range a.Points {
		rows = append(rows, sweepRow(a, &a.Points[i]))
	}
	return header, rows
}

func sweepRow(a *sweep.Analysis, p *sweep.Point) (row []string) {
	if p.Panel != "" {
		row = append(row, p.Panel)
	}
	if p.Variant != "" {
		row = append(row, p.Variant)
	}
	for k := range a.Sweep.Axes {
		row = append(row, a.Sweep.Axes[k].Points[p.At[k]].Label)
	}
	if !p.Complete() {
		return append(row, "missing")
	}
	row = append(row, fmt.Sprint(p.SGD.Runs))
	if d := p.Divergence(); d != nil {
		return append(row, fmt.Sprintf("%.4g", d.Time), "diverged", "", "", "", "")
	}
	k := len(p.SGD.Times) - 1
	d, ok := p.Report.Of("risk")
	if !ok || p.LimitStopped != "" {
		return append(row, "", p.LimitStopped, "", "", "", "")
	}
	return append(row, fmt.Sprintf("%.4g", p.SGD.Times[k]), fmt.Sprintf("%.8g", p.Limit.Rows[k][p.Limit.Column("risk")]),
		fmt.Sprintf("%.6g", p.SGD.Rows[k][p.SGD.Column("risk")].Mean), fmt.Sprintf("%.2g", d.Absolute),
		formatStandardErrors(d.StandardErrors), fmt.Sprintf("%.2g", d.SingleRun))
}

// formatStandardErrors is a distance in standard errors, or a dash where there is only
// one run.
func formatStandardErrors(v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	return fmt.Sprintf("%.3g", v)
}
