package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"anisgd/cmd/anisgd/internal/output"
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
			if s.json {
				return asFailure(output.WriteJSON(s.stdout, presetJSON{output.NewHeader("presets NAME"), arguments[0], string(content)}))
			}
			s.printf("%s", content)
			return nil
		},
	}
}

// presetsJSON lists the presets.
type presetsJSON struct {
	output.Header
	Presets []listedPreset `json:"presets"`
}

type listedPreset struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

// presetJSON is one preset, with its experiment file.
type presetJSON struct {
	output.Header
	Name string `json:"name"`
	File string `json:"file"`
}

func listPresets(s *settings) error {
	if s.json {
		list := presetsJSON{Header: output.NewHeader("presets")}
		for _, p := range experiment.Presets() {
			list.Presets = append(list.Presets, listedPreset{p.Name, p.Description})
		}
		return output.WriteJSON(s.stdout, list)
	}
	longest := 0
	for _, p := range experiment.Presets() {
		longest = max(longest, len(p.Name))
	}
	for _, p := range experiment.Presets() {
		s.describe(longest+1, p.Name, p.Description)
	}
	return nil
}
