package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"anisgd/bench/compare"
	"anisgd/bench/record"
	"anisgd/cmd/anisgd/internal/output"
	"anisgd/cmd/anisgd/internal/plot"
	"anisgd/kernels/cpu"
)

func newBenchCompare(s *settings) *cobra.Command {
	job := &benchCompare{settings: s}
	command := &cobra.Command{
		Use:   "compare A[@PATH] B[@PATH] …",
		Short: "Compare results of `bench run`, and say what the differences come from",
		Long: `Compare files of "anisgd bench run" with the first of them. For every benchmark: the
ratio of the median times (below 1 is faster than the first file) with its 95 %
confidence interval; whether it is significant; and the ratio as a product. A time is
that of the roof, which the scarcest resource of the machine sets, over the share of
the roof that the code reaches; so the ratio splits into clock, vector width, AES
units or bandwidth of a level of the memory, and what is left, the code.

Of two paths of one file, which were measured in turn, the ratio is the median of that
of neighbours in time. Files that have kernel paths in common are compared path by
path; @PATH names one.
Files whose checksums differ are refused: they did not compute the same.`,
		Example: `  anisgd bench compare old.txt new.txt
  anisgd bench compare results.txt@avx2 results.txt@avx512 --html page.html --plot ratios`,
		Args: func(_ *cobra.Command, arguments []string) error {
			if len(arguments) < 2 {
				return fmt.Errorf("expected two or more files of `anisgd bench run`, and got %d", len(arguments))
			}
			return nil
		},
		RunE: func(command *cobra.Command, arguments []string) error {
			return asFailure(job.run(command.Context(), arguments))
		},
	}
	flags := command.Flags()
	flags.StringVar(&job.csv, "csv", "", "also write the table to this `file`")
	flags.StringVar(&job.plot, "plot", "", "also draw the ratios to this `file`, without .svg and .png")
	flags.StringVar(&job.html, "html", "", "also write one page with everything to this `file`")
	return command
}

type benchCompare struct {
	*settings
	csv, plot, html string
}

func (j *benchCompare) run(ctx context.Context, arguments []string) error {
	sides, err := readSides(ctx, arguments)
	if err != nil {
		return err
	}
	comparison, err := compare.Of(sides)
	if err != nil {
		return benchInput(err)
	}
	if j.csv != "" {
		if err := output.WriteFile(j.csv, func(w io.Writer) error { return writeComparison(w, comparison) }); err != nil {
			return err
		}
	}
	if j.plot != "" {
		if err := writeChart(strings.TrimSuffix(strings.TrimSuffix(j.plot, ".svg"), ".png"), ratioFigure(comparison)); err != nil {
			return err
		}
	}
	if j.html != "" {
		if err := output.WriteFile(j.html, func(w io.Writer) error { return writeComparisonPage(w, comparison) }); err != nil {
			return err
		}
	}
	if j.json {
		return output.WriteJSON(j.stdout, newComparisonJSON(comparison))
	}
	if j.quiet {
		return nil
	}
	return printComparison(j.stdout, comparison)
}

// benchInput gives errors of files the status of bad input.
func benchInput(err error) error {
	var file *record.Error
	var files *compare.Error
	var missing *fs.PathError
	switch {
	case errors.As(err, &missing) && errors.Is(err, fs.ErrNotExist):
		return usageError("%s: there is no such file, expected one of `anisgd bench run`", missing.Path)
	case errors.As(err, &file) || errors.As(err, &files):
		return &failure{statusUsage, err}
	}
	return err
}

func readSides(ctx context.Context, arguments []string) ([]compare.Side, error) {
	var sides []compare.Side
	for _, argument := range arguments {
		name, path := argument, ""
		if at := strings.LastIndex(argument, "@"); at >= 0 {
			if _, err := os.Stat(argument); err != nil { // a file may have such a name
				name, path = argument[:at], argument[at+1:]
				if _, err := cpu.ParsePath(path); err != nil {
					return nil, usageError("%s: unknown kernel path %q%s, expected one of %s", argument, path, didYouMean(path, kernelNames()[1:]), cpu.Names(cpu.Paths()))
				}
			}
		}
		file, err := readInterruptibly(ctx, name, func() (*record.File, error) { return record.ReadFile(name) })
		if err != nil {
			return nil, benchInput(err)
		}
		if path != "" && file.Series[path] == nil {
			return nil, usageError("%s has no results of kernel path %s, only of %s", name, path, strings.Join(file.Paths, ", "))
		}
		sides = append(sides, compare.Side{Label: filepath.Base(argument), File: file, Path: path})
	}
	return sides, nil
}

// labels name the sides of a layer, with their paths where these differ.
func labels(c *compare.Comparison, l *compare.Layer) []string {
	list := make([]string, len(c.Sides))
	for i, s := range c.Sides {
		list[i] = s.Label
		if s.Path == "" {
			list[i] += "@" + l.Paths[i]
		}
	}
	return list
}

func printComparison(w io.Writer, c *compare.Comparison) error {
	for i, s := range c.Sides {
		fmt.Fprintf(w, "%c  %s: %s\n", 'A'+rune(i), s.Label, describeSide(&s))
	}
	for i := range c.Layers {
		l := &c.Layers[i]
		fmt.Fprintf(w, "\nkernel paths: %s\n", strings.Join(labels(c, l), ", "))
		table := grid{heading: []string{"benchmark", "A"}, keys: 1}
		for k := range c.Sides[1:] {
			letter := string('B' + rune(k))
			table.heading = append(table.heading, letter, letter+"/A", "95 %", "p", "fastest", "roof A, "+letter, "why")
		}
		for _, row := range l.Rows {
			cells := []string{row.Name, formatTime(row.Cells[0].Seconds)}
			for k := range row.Cells[1:] {
				cell := &row.Cells[k+1]
				cells = append(cells, formatTime(cell.Seconds), formatRatio(cell.Ratio.Value), fmt.Sprintf("%.3f … %.3f", cell.Ratio.Low, cell.Ratio.High),
					formatRatio(cell.P), formatRatio(cell.FastestRatio), formatShare(&row.Cells[0])+", "+formatShare(cell), cell.Words())
			}
			table.add(cells...)
		}
		for _, g := range l.Groups {
			cells := []string{fmt.Sprintf("geomean %s (%d)", g.Name, g.Count), ""}
			for k, ratio := range g.Ratios[1:] {
				cells = append(cells, "", formatRatio(ratio), "", "", formatRatio(g.Fastest[k+1]), "", "")
			}
			table.add(cells...)
		}
		if err := table.write(w); err != nil {
			return err
		}
		if l.Busy {
			fmt.Fprintln(w, busyWarning)
		}
		if !hasRoofs(l) {
			fmt.Fprintln(w, "No roofs, and ratios have no explanation: the files lack the measurements of the machine itself, which --filter left out.")
		}
	}
	if len(c.Missing) > 0 {
		fmt.Fprintf(w, "\nnot in every file or of every path: %s\n", strings.Join(c.Missing, ", "))
	}
	_, err := fmt.Fprintln(w, "\nRatios of median times: below 1 is faster than A. The intervals hold within these runs; machines drift between runs.\n"+
		"The ratio of the fastest samples has no interval, but stays where others disturb a machine and medians move.")
	return err
}

// hasRoofs reports whether any time is known as a share of what the machine can do.
func hasRoofs(l *compare.Layer) bool {
	for _, row := range l.Rows {
		if slices.ContainsFunc(row.Cells, func(c compare.Cell) bool { return c.Share > 0 }) {
			return true
		}
	}
	return false
}

const busyWarning = "Some shares of the roof are above 100 %: a machine was busy when its roofs were measured, and the explanations are not to be trusted. Measure again on an idle machine."

func describeSide(s *compare.Side) string {
	o := &s.File.Origin
	text := fmt.Sprintf("%s, %s, %s %s/%s, anisgd %s", o.Machine.Processor(), plural(o.Machine.Cores, "core"), o.Machine.Go, o.Machine.OS, o.Machine.Arch, o.Version)
	if !o.Date.IsZero() {
		text += ", " + o.Date.Format("2006-01-02 15:04")
	}
	return text
}

func formatRatio(v float64) string { return fmt.Sprintf("%.3f", v) }

func formatShare(c *compare.Cell) string {
	if c.Share == 0 {
		return "–"
	}
	return fmt.Sprintf("%.0f%%", 100*c.Share)
}

// writeComparison writes one row for every benchmark and side but the first.
func writeComparison(w io.Writer, c *compare.Comparison) error {
	out := csv.NewWriter(w)
	records := [][]string{{"benchmark", "a", "b", "seconds_a", "seconds_b", "ratio", "ratio_low", "ratio_high", "p", "ratio_fastest", "roof_a", "roof_b", "bound_a", "bound_b", "why"}}
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
	for i := range c.Layers {
		l := &c.Layers[i]
		names := labels(c, l)
		for _, row := range l.Rows {
			a := &row.Cells[0]
			for k := range row.Cells[1:] {
				b := &row.Cells[k+1]
				records = append(records, []string{
					row.Name, names[0], names[k+1], number(a.Seconds), number(b.Seconds), number(b.Ratio.Value), number(b.Ratio.Low), number(b.Ratio.High),
					number(b.P), number(b.FastestRatio), number(a.Share), number(b.Share), a.Bound.String(), b.Bound.String(), b.Words(),
				})
			}
		}
	}
	return out.WriteAll(records)
}

// ratioFigure draws all ratios, the means of groups after their rows.
func ratioFigure(c *compare.Comparison) *plot.Ratios {
	r := &plot.Ratios{Title: "Time relative to " + c.Sides[0].Label, XLabel: "ratio of times, less is faster"}
	for _, s := range c.Sides[1:] {
		r.Names = append(r.Names, s.Label+", median of an operation, with its 95 % interval")
	}
	for i := range c.Layers {
		l := &c.Layers[i]
		suffix := ""
		if len(c.Layers) > 1 {
			suffix = ", " + l.Paths[0]
		}
		for _, g := range l.Groups {
			for _, row := range l.Rows {
				if row.Probe || row.Group != g.Name {
					continue
				}
				shown := plot.RatioRow{Label: row.Name + suffix}
				for _, cell := range row.Cells[1:] {
					shown.Values = append(shown.Values, plot.Measured{X: cell.Ratio.Value, Low: cell.Ratio.Low, High: cell.Ratio.High})
				}
				r.Rows = append(r.Rows, shown)
			}
			if g.Count > 1 {
				r.Rows = append(r.Rows, meanRow(&g, suffix))
			}
		}
	}
	return r
}

func meanRow(g *compare.Group, suffix string) plot.RatioRow {
	row := plot.RatioRow{Label: "geometric mean of " + g.Name + suffix, Bold: true}
	for _, ratio := range g.Ratios[1:] {
		row.Values = append(row.Values, plot.Measured{X: ratio, Low: ratio, High: ratio})
	}
	return row
}
