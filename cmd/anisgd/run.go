package main

import (
	"github.com/spf13/cobra"

	"anisgd/cmd/anisgd/internal/output"
)

func newRun(s *settings) *cobra.Command {
	job := &job{settings: s, kind: output.Run, simulate: true, limit: true}
	command := &cobra.Command{
		Use:   "run FILE|PRESET",
		Short: "Simulate SGD, solve the limit, compare and plot",
		Long: `Simulate SGD, solve the limit, compare the two, and plot them.

The results are limit.csv, sgd.csv, runs.npz, summary.json, risk.svg, risk.png,
overlap.svg and overlap.png, and with three classes or more classes.svg and
classes.png, the class risks; for every variant in a directory of its own where
there are several. And, for all together, figure.svg and figure.png,
summary.json, and config.yaml, which reproduces them bit for bit.

The state is saved every ten minutes (--checkpoint-every), and by Ctrl-C and SIGTERM:
the same command then goes on from there, with the results of a run that was never
stopped, on other kernels and with other threads too. --fresh begins anew.`,
		Example: `  anisgd run fig1
  anisgd run experiment.yaml --out results --set dim=8000 --set simulate.runs=40
  anisgd run experiment.yaml --set 'time={end: 10, points: 50}' --json`,
	}
	return job.attach(command)
}
