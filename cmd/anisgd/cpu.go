package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"anisgd/cmd/anisgd/internal/output"
	"anisgd/kernels/cpu"
)

func newCPU(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "cpu",
		Short: "Tell the CPU features found, the kernel path chosen, and why",
		Example: `  anisgd cpu
  anisgd cpu --kernel generic`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if s.json {
				return asFailure(output.WriteJSON(s.stdout, describeCPU()))
			}
			c := describeCPU()
			const padding = 10
			s.describe(padding, "processor", fmt.Sprintf("%s, %s, %s/%s", c.CPU, plural(c.Cores, "thread"), c.OS, c.Architecture))
			s.describe(padding, "features", strings.Join(c.Features, " "))
			for n, path := range c.Paths {
				heading := ""
				if n == 0 {
					heading = "paths"
				}
				state := "available"
				if !path.Available {
					state = path.Missing
				}
				s.describe(padding, heading, fmt.Sprintf("%-8s %s", path.Name, state))
			}
			s.describe(padding, "chosen", c.Kernel.Path+": "+c.Kernel.Reason)
			return nil
		},
	}
}

type cpuDescription struct {
	output.Header
	output.Machine
	Features []string      `json:"features"`
	Paths    []kernelPath  `json:"paths"`
	Kernel   output.Kernel `json:"kernel"`
}

type kernelPath struct {
	Name      string `json:"name"`
	Available bool   `json:"available"`
	Missing   string `json:"missing,omitempty"`
}

func describeCPU() cpuDescription {
	c := cpuDescription{Header: output.NewHeader("cpu"), Machine: output.ThisMachine(), Features: listOf(cpu.Features()), Kernel: output.ThisKernel()}
	for _, path := range cpu.Paths() {
		missing := cpu.Missing(path)
		c.Paths = append(c.Paths, kernelPath{path.String(), missing == "", missing})
	}
	return c
}
