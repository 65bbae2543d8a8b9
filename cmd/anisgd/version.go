package main

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"anisgd/cmd/anisgd/internal/output"
)

// versionJSON is what --json tells; the version itself is in the header.
type versionJSON struct {
	output.Header
	Commit       string `json:"commit"`
	Go           string `json:"go"`
	OS           string `json:"os"`
	Architecture string `json:"architecture"`
}

func newVersion(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version, the commit it was built from, and Go's version",
		Example: `  anisgd version --json`,
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			v := versionJSON{output.NewHeader("version"), "unknown", runtime.Version(), runtime.GOOS, runtime.GOARCH}
			if info, ok := debug.ReadBuildInfo(); ok && output.Commit(info) != "" {
				v.Commit = output.Commit(info)
			}
			if s.json {
				return asFailure(output.WriteJSON(s.stdout, v))
			}
			s.printf("anisgd %s (commit %s), %s %s/%s\n", v.Version, v.Commit, v.Go, v.OS, v.Architecture)
			return nil
		},
	}
}
