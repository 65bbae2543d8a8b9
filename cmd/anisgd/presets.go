package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"anisgd/cmd/anisgd/output"
	"anisgd/engine/experiment"
)

func newPresets(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "presets [NAME]",
		Short: "List the presets, or print one as an experiment file",
		Example: `  anisgd presets
  anisgd presets fig1c > mine.yaml`,
		Args: func(_ *cobra.Command, arguments []string) error {
			if len(arguments) > 1 {
				return fmt.Errorf("expected the name of one preset, or none to list them, and got %d arguments", len(arguments))
			}
			return nil
		},
		ValidArgsFunction: completePresets,
		RunE: func(_ *cobra.Command, arguments []string) error {
			if len(arguments) == 0 {
				return asFailure(listPresets(s))
			}
			content, err := experiment.Preset(arguments[0])
			if err != nil {
				return usageError("%w", err)
			}
			_, err = s.stdout.Write(content)
			return asFailure(err)
		},
	}
}

func listPresets(s *settings) error {
	if s.json {
		type preset struct {
			Name        string `json:"name"`
			Description string `json:"description"`
		}
		var list []preset
		for _, p := range experiment.Presets() {
			list = append(list, preset{p.Name, p.Description})
		}
		return output.WriteJSON(s.stdout, list)
	}
	table := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
	for _, p := range experiment.Presets() {
		fmt.Fprintf(table, "%s\t%s\n", p.Name, p.Description)
	}
	return table.Flush()
}
