package main

import (
	"context"
	"fmt"
	"io"
	"runtime"

	"github.com/spf13/cobra"

	"anisgd/kernels/cpu"
)

// settings are the flags that every command has.
type settings struct {
	threads int
	kernel  string
	quiet   bool
	json    bool

	stdout, stderr io.Writer
	unprinted      error // of the first thing that could not be printed
}

// run runs the command line and returns its exit status.
func run(ctx context.Context, arguments []string, stdout, stderr io.Writer) int {
	root := newRoot(stdout, stderr)
	root.SetArgs(arguments)
	return report(stderr, root.ExecuteContext(ctx))
}

func newRoot(stdout, stderr io.Writer) *cobra.Command {
	s := &settings{stdout: stdout, stderr: stderr}
	root := &cobra.Command{
		Use:   "anisgd",
		Short: "Exact dynamics of one-pass SGD on anisotropic Gaussian mixtures",
		Long: `anisgd simulates one-pass stochastic gradient descent on mixtures of anisotropic
Gaussian classes, solves the ODE to which it converges as the dimension grows,
and lays one over the other.

An experiment is a YAML file or the name of a preset (see "anisgd presets").

Exit status: 0 done; 1 failed; 2 bad usage or bad experiment file, nothing was
written; 3 the dynamics diverged, results up to then were written; 130
interrupted, and the same command goes on from there.`,
		Example: `  anisgd run fig1                             the paper's figure 1
  anisgd presets fig1c > mine.yaml            begin with a preset,
  anisgd check mine.yaml                      see what a file means,
  anisgd run mine.yaml --set learning-rate=2  change a value, and run it`,
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			return asFailure(s.prepare())
		},
		PersistentPostRunE: func(*cobra.Command, []string) error {
			return asFailure(s.unprinted)
		},
	}
	root.SetOut(stdout)
	root.SetErr(stderr)
	flags := root.PersistentFlags()
	flags.IntVar(&s.threads, "threads", runtime.GOMAXPROCS(0), "`number` of threads; results do not depend on it")
	flags.StringVar(&s.kernel, "kernel", "", "kernel `path`: auto, "+cpu.Names(cpu.Paths())+"; results do not depend on it (default: auto, or $"+cpu.Environment+")")
	flags.BoolVar(&s.quiet, "quiet", false, "print nothing but errors")
	flags.BoolVar(&s.json, "json", false, "print the summary as JSON on stdout")
	root.AddCommand(
		newRun(s), newLimit(s), newSimulate(s), newPhase(s), newSweep(s), newReport(s), newPresets(s), newCheck(s), newBench(s), newCPU(s), newVersion(s),
	)
	return root
}

// maximalThreads is beyond any machine; the runtime stalls at many more.
const maximalThreads = 4096

// prepare applies the settings.
func (s *settings) prepare() error {
	if s.threads < 1 {
		return usageError("--threads %d: expected at least 1", s.threads)
	}
	if s.threads > maximalThreads {
		return usageError("--threads %d: expected at most %d", s.threads, maximalThreads)
	}
	runtime.GOMAXPROCS(s.threads)
	if s.kernel == "" {
		if err := cpu.EnvironmentError(); err != nil {
			return usageError("%w", err)
		}
		return nil
	}
	if err := cpu.Use(s.kernel); err != nil {
		return usageError("--kernel: %w", err)
	}
	return nil
}

// printf prints for a person, on stdout, unless that was turned off.
func (s *settings) printf(format string, arguments ...any) {
	if !s.quiet && !s.json {
		if _, err := fmt.Fprintf(s.stdout, format, arguments...); err != nil && s.unprinted == nil {
			s.unprinted = err
		}
	}
}
