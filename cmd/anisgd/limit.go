package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"anisgd/cmd/anisgd/output"
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
` + methods.String(),
		Example: `  anisgd limit experiment.yaml
  anisgd limit fig1c --set limit.method=tsit5 --set limit.rtol=1e-11`,
	}
	return job.attach(command)
}
