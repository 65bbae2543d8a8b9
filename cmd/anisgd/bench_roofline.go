package main

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"anisgd/bench/machine"
	"anisgd/bench/roofline"
	"anisgd/cmd/anisgd/internal/output"
	"anisgd/cmd/anisgd/internal/plot"
	"anisgd/kernels/cpu"
)

func newBenchRoofline(s *settings) *cobra.Command {
	job := &benchRoofline{settings: s}
	command := &cobra.Command{
		Use:   "roofline",
		Short: "Set every kernel against this machine's roofline",
		Long: `Time every kernel on every path that the processor has (or --kernel), with arrays
that fill each level of the memory, beside a naive twin, and set the times against
the roofs of the same run: the bandwidth that reading two arrays, or updating one by
another, reaches at that level, and the peak of arithmetic.

It prints a line per kernel and level: ns per element, the bytes and flops per element
that the loop declares, the share of the roof that the fastest path reaches, and which
roof that is; and draws all of it. It fails if a kernel allocates.`,
		Example: `  anisgd bench roofline
  anisgd bench roofline --kernel avx2 --filter 'Dot|Combine' --quick`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error { return asFailure(job.run(command.Context())) },
	}
	flags := command.Flags()
	flags.StringVar(&job.out, "out", filepath.Join("out", "bench", "roofline"), "the figure's `file`, without .svg and .png")
	flags.StringVar(&job.filter, "filter", "", "time kernels whose names match this regular `expression`")
	flags.BoolVar(&job.quick, "quick", false, "measure for a shorter time, and leave memory beyond the caches out")
	flags.StringVar(&job.assembly, "assembly", "", "list the assembly routines of a `program` by size, which may be for another architecture, and do nothing else")
	flags.BoolVar(&job.progress, "progress", false, "show progress on stderr even if it is no terminal")
	return command
}

type benchRoofline struct {
	*settings
	out, filter, assembly string
	quick, progress       bool
}

func (j *benchRoofline) run(ctx context.Context) error {
	if j.assembly != "" {
		if j.json {
			return usageError("--json: the list of --assembly is no JSON, expected one without the other")
		}
		if j.quiet {
			return nil
		}
		return roofline.PrintAssembly(j.stdout, j.assembly)
	}
	pattern, err := regexp.Compile(j.filter)
	if err != nil {
		return usageError("--filter: %w", err)
	}
	if !slices.ContainsFunc(roofline.Kernels(), func(k *roofline.Kernel) bool { return pattern.MatchString(k.Name) }) {
		return usageError("--filter %s: no kernel has a name like this", j.filter)
	}
	levels := machine.Levels()
	effort := roofline.Effort{Rounds: 12, Slice: 300 * time.Microsecond}
	if j.quick {
		effort = roofline.Effort{Rounds: 4, Slice: 100 * time.Microsecond}
		levels = levels[:len(levels)-1]
	}
	paths := j.benchPaths()
	meter := j.newProgress(j.progress, 1)
	report := effort.New(levels, paths, pattern.MatchString, func(name string, fraction float64) {
		meter.Phase(name)
		meter.Update(fraction)
	}, func() bool { return ctx.Err() != nil })
	meter.Close()
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := writeChart(j.out, rooflineFigure(report)); err != nil {
		return err
	}
	if err := j.print(report, paths); err != nil {
		return err
	}
	if n := report.Allocations(); n > 0 {
		return fmt.Errorf("kernels allocated %d times", n)
	}
	return nil
}

func (j *benchRoofline) print(report *roofline.Report, paths []cpu.Path) error {
	if j.json {
		return output.WriteJSON(j.stdout, rooflineSummary(report))
	}
	if j.quiet {
		return nil
	}
	j.printf("%s; paths %s; %v is chosen: %s\n\n", cpu.Model(), cpu.Names(paths), cpu.Selected(), cpu.Reason())
	if err := report.Print(j.stdout); err != nil {
		return err
	}
	j.printf("\nfigure   %s.svg, .png\n", j.out)
	return nil
}

// rooflinePoint is a kernel at a level, for --json.
type rooflinePoint struct {
	Kernel   string                   `json:"kernel"`
	Level    string                   `json:"level"`
	Elements int                      `json:"elements"`
	Bytes    float64                  `json:"bytes_per_element"`
	Flops    float64                  `json:"flops_per_element"`
	Naive    output.Number            `json:"naive_ns"` // an element
	Paths    map[string]output.Number `json:"paths_ns"`
	Roof     output.Number            `json:"roof"` // the share that the fastest path reaches
	Bound    string                   `json:"bound"`
}

// rooflineJSON is what --json tells.
type rooflineJSON struct {
	output.Header
	Roofs   roofsJSON       `json:"roofs"`
	Kernels []rooflinePoint `json:"kernels"`
}

func rooflineSummary(r *roofline.Report) rooflineJSON {
	points := make([]rooflinePoint, 0, len(r.Points))
	for i := range r.Points {
		p := &r.Points[i]
		bound, resource := p.Bound(r.Rates)
		times := map[string]output.Number{}
		for n, path := range r.Paths {
			times[path.String()] = output.Number(p.Paths[n])
		}
		points = append(points, rooflinePoint{
			p.Kernel.Name, p.Level.Name, p.Elements, p.Kernel.Bytes, p.Kernel.Flops,
			output.Number(p.Naive), times, output.Number(bound / p.Fastest()), resource.String(),
		})
	}
	return rooflineJSON{output.NewHeader("bench roofline"), newRoofsJSON(r.Rates), points}
}

// rooflineFigure draws the fastest path of every kernel under the roofs.
func rooflineFigure(r *roofline.Report) *plot.Graph {
	g := &plot.Graph{
		Title:  "Kernels under the roofline of one core, " + cpu.Model(),
		XLabel: "floating-point operations per byte", YLabel: "Gflop/s", LogX: true, LogY: true,
	}
	least, most := math.Inf(1), 0.0
	numbers := map[float64][]string{}
	for i := range r.Points {
		p := &r.Points[i]
		intensity := p.Kernel.Flops / p.Kernel.Bytes
		least, most = min(least, intensity), max(most, intensity)
		if i == 0 || r.Points[i-1].Kernel != p.Kernel {
			number := fmt.Sprint(len(g.Key) + 1)
			g.Key = append(g.Key, number+" "+p.Kernel.Name)
			numbers[intensity] = append(numbers[intensity], number)
		}
	}
	least, most = least/1.5, max(1.5*most, 10)
	for n, l := range r.Rates.Levels {
		var points []plot.Measured
		for i := range r.Points {
			if p := &r.Points[i]; p.Level.Name == l.Name {
				points = append(points, plot.At(p.Kernel.Flops/p.Kernel.Bytes, p.Kernel.Flops/p.Fastest()))
			}
		}
		style := plot.StyleOf(n)
		g.Series = append(g.Series,
			plot.Series{Name: l.Name, Style: style, Points: points, Marker: true},
			plot.Series{Style: style.Solid(), Points: roof(least, most, r.Rates.Read[l.Name], r.Rates.Peak), Line: true},
			plot.Series{Style: style.Dotted(), Points: roof(least, most, r.Rates.Update[l.Name], r.Rates.Peak), Line: true})
	}
	g.Series = append(g.Series,
		plot.Series{Name: "roof of reading", Style: plot.Grey(0), Line: true},
		plot.Series{Name: "roof of updating", Style: plot.Grey(0).Dotted(), Line: true})
	for intensity, list := range numbers {
		g.Marks = append(g.Marks, plot.Mark{X: intensity, Text: strings.Join(list, ", ")})
	}
	slices.SortFunc(g.Marks, func(a, b plot.Mark) int { return cmp.Compare(a.X, b.X) })
	return g
}

// roof is the line min(bandwidth·intensity, peak), in Gflop/s.
func roof(least, most, bandwidth, peak float64) []plot.Measured {
	ridge := peak / bandwidth
	points := []plot.Measured{plot.At(least, math.Min(bandwidth*least, peak)/1e9)}
	if ridge > least && ridge < most {
		points = append(points, plot.At(ridge, peak/1e9))
	}
	return append(points, plot.At(most, math.Min(bandwidth*most, peak)/1e9))
}
