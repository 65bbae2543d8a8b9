package main

import (
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"anisgd/bench/machine"
	"anisgd/bench/record"
	"anisgd/cmd/anisgd/internal/output"
	"anisgd/kernels/cpu"
)

func newBench(s *settings) *cobra.Command {
	command := family(&cobra.Command{
		Use:   "bench",
		Short: "Measure this machine, and compare machines and kernel paths",
		Long: `Measure random numbers, steps of SGD and solutions of the limit on this machine,
and compare such measurements of several machines or kernel paths.

Results are files in Go's benchmark format: benchstat (golang.org/x/perf) reads them
too, to compare two files path by path, or the paths of one file:

  benchstat -table path -ignore date,commit,anisgd A B
  benchstat -table "" -col path -ignore date,commit,anisgd A`,
		Example: `  anisgd bench run --out mine.txt
  anisgd bench compare mine.txt theirs.txt --html page.html
  anisgd bench scaling --threads 8`,
	})
	command.AddCommand(newBenchRun(s), newBenchCompare(s), newBenchScaling(s), newBenchRoofline(s))
	return command
}

// benchPaths are the kernel paths to measure: all that the processor has, or the one
// that was asked for.
func (s *settings) benchPaths() []cpu.Path {
	if s.kernel != "" || os.Getenv(cpu.Environment) != "" {
		return []cpu.Path{cpu.Selected()}
	}
	return cpu.Available()
}

// thisOrigin describes this machine and program.
func (s *settings) thisOrigin() *record.Origin {
	commit := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		commit = output.Commit(info)
	}
	return &record.Origin{
		Machine: machine.Describe(physicalMemory()), Threads: s.threads,
		Version: output.Version(), Commit: commit, Date: time.Now(),
	}
}

// writeChart writes a figure as SVG and PNG, under a name without suffix.
func writeChart(name string, figure interface {
	WriteSVG(io.Writer) error
	WritePNG(io.Writer) error
}) error {
	if err := output.WriteFile(name+".svg", figure.WriteSVG); err != nil {
		return err
	}
	return output.WriteFile(name+".png", figure.WritePNG)
}

// formatTime writes a time in seconds in the unit that suits it, with three digits.
func formatTime(seconds float64) string {
	switch {
	case seconds < 1e-6:
		return fmt.Sprintf("%.3g ns", seconds*1e9)
	case seconds < 1e-3:
		return fmt.Sprintf("%.3g µs", seconds*1e6)
	case seconds < 1:
		return fmt.Sprintf("%.3g ms", seconds*1e3)
	}
	return fmt.Sprintf("%.3g s", seconds)
}
