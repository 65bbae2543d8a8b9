package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"anisgd/cmd/anisgd/internal/output"
	"anisgd/engine/study"
)

func newReport(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "report DIR",
		Short: "Make the report of a sweep or phase diagram again from its store",
		Long: `Make the tables, figures and report.html of a sweep, or the tables, arrays and figures
of a phase diagram, again from what is stored in DIR, without computing anything.
Points that are missing stay empty.`,
		Example: `  anisgd report out/scaling
  anisgd report out/phase-powerlaw`,
		Args: func(_ *cobra.Command, arguments []string) error {
			if len(arguments) != 1 {
				return fmt.Errorf("expected one directory of a phase diagram or sweep, and got %d arguments", len(arguments))
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: func(command *cobra.Command, arguments []string) error {
			return asFailure(reportStudy(command.Context(), s, arguments[0]))
		},
	}
}

// reportStudy makes the report of the study in a directory.
func reportStudy(ctx context.Context, s *settings, path string) error {
	kind, err := output.KindOf(path)
	switch {
	case err != nil:
		return err
	case kind == output.Sweep:
		return reportSweep(ctx, s, path)
	case kind == output.Phase:
		return reportPhase(ctx, s, path)
	}
	return usageError("%s holds no results of `anisgd phase` or `anisgd sweep`, expected the directory of a phase diagram or sweep", path)
}

// reportSweep makes the report of a sweep.
func reportSweep(ctx context.Context, s *settings, path string) error {
	j := &sweepJob{settings: s, outputFlags: outputFlags{out: path}, begin: time.Now()}
	if err := j.load(ctx, filepath.Join(path, configFile)); err != nil {
		return err
	}
	if err := j.open(); err != nil {
		return err
	}
	if err := j.writeInputs(); err != nil {
		return err
	}
	if err := j.finish(); err != nil {
		return fmt.Errorf("report of %s: %w", path, err)
	}
	return nil
}

// reportPhase makes the report of a phase diagram.
func reportPhase(ctx context.Context, s *settings, path string) (err error) {
	j := &phaseJob{settings: s, outputFlags: outputFlags{out: path}, begin: time.Now()}
	if j.plan, err = loadExperiment(ctx, filepath.Join(path, configFile), nil); err != nil {
		return err
	}
	if j.plan.Phase == nil {
		return usageError("%s describes no phase diagram", filepath.Join(path, configFile))
	}
	if j.directory, err = output.Open(path, output.Phase); err != nil {
		return err
	}
	if err := j.openStore(); err != nil {
		return err
	}
	diagram, err := study.Run(ctx, j.plan.Phase, study.Options{Threads: s.threads, Store: j.store, StoredOnly: true})
	if err != nil {
		return err
	}
	j.directory.Keep(configFile)
	for _, input := range j.plan.Inputs() {
		j.directory.Keep(input.Name)
	}
	if err := j.finish(diagram); err != nil {
		return fmt.Errorf("report of %s: %w", path, err)
	}
	return nil
}
