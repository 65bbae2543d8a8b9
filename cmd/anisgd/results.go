package main

import (
	"io"
	"path"
	"time"

	"anisgd/cmd/anisgd/internal/output"
	"anisgd/cmd/anisgd/internal/plot"
	"anisgd/engine"
	"anisgd/engine/experiment"
)

// configFile is the resolved experiment of a result directory.
const configFile = "config.yaml"

// writeInputs writes what reproduces the results, after a first summary that
// marks the directory.
func (j *job) writeInputs() error {
	if err := j.writeRootSummary(false); err != nil {
		return err
	}
	for _, input := range j.plan.Inputs() {
		if err := j.directory.WriteBytes(input.Name, input.Data); err != nil {
			return err
		}
	}
	return j.directory.WriteBytes(configFile, j.plan.Config())
}

// finish writes what concerns all variants, and tells what was found.
func (j *job) finish() error {
	if err := j.drawAll(); err != nil {
		return err
	}
	if err := j.directory.RemoveStale(); err != nil {
		return err
	}
	if err := j.writeRootSummary(true); err != nil {
		return err
	}
	if j.json {
		return output.WriteJSON(j.stdout, j.rootSummary(true))
	}
	if j.quiet {
		return nil
	}
	return j.printTable()
}

// summary is the frame of every summary of the job.
func (j *job) summary(complete bool) *output.Summary {
	return &output.Summary{
		Header: output.NewHeader(j.kind), Name: j.plan.Name,
		Complete: complete, Machine: output.ThisMachine(), Kernel: output.ThisKernel(),
		Threads: j.threads, Seconds: time.Since(j.begin).Seconds(),
	}
}

// rootSummary is the summary of all variants so far.
func (j *job) rootSummary(complete bool) *output.Summary {
	s := j.summary(complete)
	s.Checksum, s.Files = j.checksum.String(), j.directory.Files()
	s.Scalings = j.scalings()
	if j.several() {
		s.Variants = j.summaries
	} else if len(j.summaries) > 0 {
		s.Variant = j.summaries[0]
	}
	return s
}

func (j *job) writeRootSummary(complete bool) error {
	return j.writeJSON(output.SummaryFile, j.rootSummary(complete))
}

// writeVariantSummary writes the summary of one variant into its directory.
func (j *job) writeVariantSummary(variant *output.Variant) error {
	s := j.summary(true)
	s.Variant, s.Checksum = variant, variant.Checksum
	return j.writeJSON(path.Join(variant.Directory, output.SummaryFile), s)
}

func (j *job) writeJSON(name string, v any) error {
	return j.directory.Write(name, func(w io.Writer) error { return output.WriteJSON(w, v) })
}

// drawVariant draws the figures of one variant.
func (j *job) drawVariant(panel *experiment.Panel, variant *experiment.Variant, result plot.Result) error {
	title := j.plan.Name
	if panel.Title != "" {
		title = panel.Title
	}
	if variant.Name != "" {
		title += ", " + plot.Label(variant.Title)
	}
	result.Name = "" // the title has it
	runs := describeRuns(result)
	charts := map[string]*plot.Chart{
		"risk":    plot.RiskChart(title, []plot.Result{result}),
		"overlap": plot.OverlapChart(title, &result),
	}
	if chart := plot.ClassRiskChart(title, &result); chart != nil {
		charts["classes"] = chart
	}
	for name, chart := range charts {
		figure := &plot.Figure{Charts: []*plot.Chart{chart}, Runs: runs}
		if err := j.writeFigure(path.Join(variant.Directory, name), figure); err != nil {
			return err
		}
	}
	return nil
}

// drawAll draws the figure of the whole: the risks of all variants, one chart a
// panel; or of a single experiment risk and overlaps side by side.
func (j *job) drawAll() error {
	figure := &plot.Figure{}
	var all []plot.Result
	for _, panel := range j.panels {
		figure.Charts = append(figure.Charts, plot.RiskChart(panel.title, panel.results))
		all = append(all, panel.results...)
	}
	switch {
	case !j.several():
		figure.Charts = []*plot.Chart{
			plot.RiskChart(j.plan.Name+": risk", all),
			plot.OverlapChart(j.plan.Name+": alignment", &all[0]),
		}
	case len(figure.Charts) == 1 && figure.Charts[0].Title == "":
		figure.Charts[0].Title = j.plan.Name
	}
	figure.Runs = describeRuns(all...)
	return j.writeFigure(figureName, figure)
}

// figureName is the name, without suffix, of the figure of the whole.
const figureName = "figure"

func (j *job) writeFigure(name string, figure *plot.Figure) error {
	if err := j.directory.Write(name+".svg", figure.WriteSVG); err != nil {
		return err
	}
	return j.directory.Write(name+".png", figure.WritePNG)
}

// plottedResult is an outcome as the figures take it.
func plottedResult(name string, outcome *engine.Outcome) plot.Result {
	result := plot.Result{Name: plot.Label(name), Dim: outcome.Experiment.Model.Dim, Divergence: outcome.Divergence()}
	if outcome.Limit != nil {
		result.Limit = &outcome.Limit.Series
	}
	if outcome.SGD != nil {
		result.SGD = &outcome.SGD.Ensemble
	}
	return result
}
