package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"anisgd/cmd/anisgd/internal/output"
	"anisgd/engine/limit"
)

func newLimit(s *settings) *cobra.Command {
	job := &job{settings: s, kind: output.Limit, limit: true}
	var methods strings.Builder
	for _, name := range limit.Methods() {
		kind := "adaptive: limit.rtol, limit.atol"
		if limit.FixedStep(name) {
			kind = "fixed steps: limit.step"
		}
		if name == "radau9" {
			kind += "; implicit and L-stable, for long times"
		}
		fmt.Fprintf(&methods, "\n  %-8s %s", name, kind)
	}
	command := &cobra.Command{
		Use:   "limit FILE|PRESET",
		Short: "Solve the limit only",
		Long: `Solve the limiting ODE of an experiment, without simulating SGD.

The method is set by limit.method in the file or by --set limit.method=NAME:
` + methods.String() + `
  auto     dopri5, or radau9 where the modes would relax very many times

The spectrum is set by limit.spectrum:

  full        every one of the d modes
  compressed  a few hundred nodes that stand for the sums over all d modes, at any d;
              spectra that are no smooth curves are solved in full
  continuum   d → ∞, for descriptions in closed form
  auto        compressed where it has fewer than a quarter of the numbers of full

summary.json tells what was chosen, why, and an estimate of the compression's error.
With limit.events the times are reported at which the risk falls below given values
({risk-below: [0.1, 0.01]}) and at which |d log R/d log t| does ({stationary: 1e-4}).`,
		Example: `  anisgd limit experiment.yaml
  anisgd limit fig1d --set dim=1e12 --set 'time={end: 1e14, points: 100, spacing: log}'
  anisgd limit fig1c --set limit.method=tsit5 --set limit.rtol=1e-11`,
	}
	return job.attach(command)
}
