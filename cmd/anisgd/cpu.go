package main

import (
	"strings"

	"github.com/spf13/cobra"

	"anisgd/cmd/anisgd/output"
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
			s.printf("processor  %s, %d threads, %s/%s\n", c.CPU, c.Cores, c.OS, c.Architecture)
			s.printf("features   %s\n", strings.Join(c.Features, " "))
			for n, path := range c.Paths {
				heading := ""
				if n == 0 {
					heading = "paths"
				}
				state := "available"
				if !path.Available {
					state = path.Missing
				}
				s.printf("%-10s %-8s %s\n", heading, path.Name, state)
			}
			s.printf("chosen     %s: %s\n", c.Kernel.Path, c.Kernel.Reason)
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
