package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"anisgd/cmd/anisgd/internal/output"
	"anisgd/cmd/anisgd/internal/plot"
	"anisgd/engine/study/sweep"
)

//go:embed report.html.tmpl
var reportText string

var reportTemplate = template.Must(template.New("report").Funcs(template.FuncMap{
	"number": func(v output.Number) string {
		return strings.Replace(fmt.Sprintf("%.3f", float64(v)), "-", "−", 1)
	},
	"last": func(dims []int) int { return dims[len(dims)-1] },
}).Parse(reportText))

// reportContent is what report.html tells.
type reportContent struct {
	Summary  *output.Summary
	Analysis *sweep.Analysis
	Figures  []plot.SweepFigure
	Config   string
}

// drawing is a figure within the report.
type drawing struct {
	Title, Caption string
	SVG            template.HTML
}

// figureTitles are the headings of the figures, by their names.
var figureTitles = map[string]string{
	"deviation": "Deviation of single runs from the limit", "bias": "Deviation of the mean from the limit",
	"risk": "Risk", "overlap": "Overlap", "overlap-axis": "Overlap along the axis",
}

// writeReport writes report.html, which needs no other file and no network.
func writeReport(w io.Writer, c *reportContent) error {
	page := struct {
		*reportContent
		Points, Tasks string
		Drawings      []drawing
		Header        []string
		Rows          [][]string
	}{reportContent: c, Points: plural(len(c.Analysis.Points), "point"), Tasks: plural(c.Summary.Sweep.Tasks, "task")}
	for _, f := range c.Figures {
		var svg bytes.Buffer
		if err := f.WriteSVG(&svg); err != nil {
			return err
		}
		// A drawing within a page has no declaration of its own.
		_, body, found := strings.Cut(svg.String(), "<svg")
		if !found {
			return fmt.Errorf("the figure %s is no drawing", f.Name)
		}
		page.Drawings = append(page.Drawings, drawing{figureTitles[f.Name], f.Caption, template.HTML("<svg" + body)})
	}
	page.Header, page.Rows = sweepRows(c.Analysis)
	return reportTemplate.Execute(w, page)
}
