package main

import (
	"github.com/spf13/cobra"

	"anisgd/cmd/anisgd/internal/output"
)

func newSimulate(s *settings) *cobra.Command {
	job := &job{settings: s, kind: output.Simulate, simulate: true}
	return job.attach(&cobra.Command{
		Use:   "simulate FILE|PRESET",
		Short: "Simulate SGD only",
		Long: `Simulate one-pass SGD, all runs of an experiment, without solving the limit.

An interrupted simulation goes on from where it was when the same command is run
again; see anisgd run --help.`,
		Example: `  anisgd simulate experiment.yaml
  anisgd simulate fig1a --set simulate.runs=100 --threads 8`,
	})
}
