package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"anisgd/bench/compare"
	"anisgd/cmd/anisgd/internal/output"
)

//go:embed bench_page.html
var comparisonPage string

// writeComparisonPage writes one page that needs nothing beside it: tables, the figure
// in it, and what the differences come from.
func writeComparisonPage(w io.Writer, c *compare.Comparison) error {
	page, err := template.New("comparison").Funcs(template.FuncMap{
		"time":     formatTime,
		"share":    func(c compare.Cell) string { return formatShare(&c) },
		"describe": func(s compare.Side) string { return describeSide(&s) },
		"words":    func(c compare.Cell) string { return c.Words() },
		"rate": func(v float64, unit string) string {
			if v == 0 { // not measured
				return "–"
			}
			return formatRate(v, unit)
		},
		"labels": func(c *compare.Comparison, l compare.Layer) []string { return labels(c, &l) },
		"letter": func(i int) string { return string(rune('A' + i)) },
		"add":    func(a, b int) int { return a + b },
		"ratio":  func(v float64) string { return fmt.Sprintf("%.3f", v) },
		"busy":   func() string { return busyWarning },
		"join":   func(list []string) string { return strings.Join(list, ", ") },
	}).Parse(comparisonPage)
	if err != nil {
		return err
	}
	var figure bytes.Buffer
	if err := ratioFigure(c).WriteSVG(&figure); err != nil {
		return err
	}
	_, drawing, _ := strings.Cut(figure.String(), "<svg") // without the XML declaration
	return page.Execute(w, struct {
		*compare.Comparison
		Version string
		Figure  template.HTML
	}{c, output.Version(), template.HTML("<svg" + drawing)})
}
