package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"

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
	help := &checkedWriter{Writer: stdout}
	root.SetOut(help)
	root.SetArgs(arguments)
	command, err := root.ExecuteContextC(ctx)
	if err == nil {
		err = asFailure(help.err)
	}
	return report(stderr, command, err)
}

// checkedWriter keeps the first error of writing, which cobra drops when it prints help.
type checkedWriter struct {
	io.Writer
	err error
}

func (c *checkedWriter) Write(text []byte) (n int, err error) {
	n, err = c.Writer.Write(text)
	if c.err == nil {
		c.err = err
	}
	return n, err
}

func newRoot(stdout, stderr io.Writer) *cobra.Command {
	s := &settings{stdout: stdout, stderr: stderr}
	cobra.EnableCommandSorting = false // their order is that in which a newcomer needs them
	root := family(&cobra.Command{
		Use:   "anisgd",
		Short: "Exact dynamics of one-pass SGD on anisotropic Gaussian mixtures",
		Long: `anisgd simulates one-pass stochastic gradient descent on mixtures of anisotropic
Gaussian classes, solves the ODE to which it converges as the dimension grows,
and lays one over the other.

An experiment is a YAML file or the name of a preset (see "anisgd presets").

Exit status: 0 done; 1 failed; 2 bad usage or bad experiment file, nothing was
written; 3 the dynamics diverged, results up to then were written; 130
interrupted, and the same command goes on from there.`,
		Example: `  anisgd run fig1                             first: the paper's figure 1, under out/fig1
  anisgd presets fig1c > mine.yaml            then: an experiment of your own, begun with a preset;
  anisgd check mine.yaml                      what the file means and will cost;
  anisgd run mine.yaml --set learning-rate=2  and what comes of it, with a value changed`,
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			return asFailure(s.prepare())
		},
		PersistentPostRunE: func(*cobra.Command, []string) error {
			return asFailure(s.unprinted)
		},
	})
	root.SetOut(stdout)
	root.SetErr(stderr)
	flags := root.PersistentFlags()
	flags.IntVar(&s.threads, "threads", runtime.GOMAXPROCS(0), "`number` of threads; results do not depend on it")
	flags.StringVar(&s.kernel, "kernel", "", "kernel `path`: "+strings.Join(kernelNames(), ", ")+"; results do not depend on it (default: auto, or $"+cpu.Environment+")")
	flags.BoolVar(&s.quiet, "quiet", false, "print nothing but errors, and what --json asks for")
	flags.BoolVar(&s.json, "json", false, "print a summary as JSON on stdout, and nothing else there (see anisgd help json)")
	root.SetFlagErrorFunc(flagError)
	addGroup(root, groupExperiments, newPresets(s), newCheck(s), newRun(s), newLimit(s), newSimulate(s))
	addGroup(root, groupStudies, newPhase(s), newSweep(s), newReport(s))
	addGroup(root, groupMachine, newCPU(s), newBench(s))
	addGroup(root, groupProgram, newCompletion(s), newVersion(s))
	root.AddCommand(newExperimentTopic(), newResultsTopic(), newJSONTopic())
	setHelp(root)
	completeFlags(root)
	return root
}

// kernelNames are the values of --kernel.
func kernelNames() []string {
	names := []string{"auto"}
	for _, path := range cpu.Paths() {
		names = append(names, path.String())
	}
	return names
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
	limitMemory()
	if s.kernel == "" {
		if err := cpu.EnvironmentError(); err != nil {
			return usageError("%w", err)
		}
		return nil
	}
	if !slices.Contains(kernelNames(), s.kernel) {
		return unknownValue("kernel", s.kernel, kernelNames()...)
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
