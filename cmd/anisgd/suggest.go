package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// didYouMean is ` (did you mean "x"?)` for the candidate nearest to a misspelt word,
// empty if none is near. Nearness is cobra's, that of commands: few letters differ, or
// the word is the beginning of the candidate.
func didYouMean(word string, candidates []string) string {
	if word == "" {
		return ""
	}
	known := &cobra.Command{}
	for _, candidate := range candidates {
		known.AddCommand(&cobra.Command{Use: candidate, Run: func(*cobra.Command, []string) {}})
	}
	for _, letters := range []int{1, 2} {
		known.SuggestionsMinimumDistance = letters
		if near := known.SuggestionsFor(word); len(near) > 0 && len(word) > letters {
			return fmt.Sprintf(" (did you mean %q?)", near[0])
		}
	}
	return ""
}

// unknownValue is bad usage: a flag has a value that is none of those it may have.
func unknownValue(flag, value string, known ...string) error {
	last := len(known) - 1
	return usageError("--%s %s: unknown%s, expected %s or %s", flag, value, didYouMean(value, known), strings.Join(known[:last], ", "), known[last])
}

// flagError says what is wrong with a flag, and which one may have been meant.
func flagError(command *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		name, dashes := unknown.GetSpecifiedName(), "--"
		if letters := unknown.GetSpecifiedShortnames(); letters != "" { // a long one may have been meant
			name, dashes = letters, "-"
		}
		var known []string
		command.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, "--"+f.Name) })
		return fmt.Errorf("unknown flag %s%s%s", dashes, name, didYouMean("--"+name, known))
	case errors.As(err, &invalid):
		flag := invalid.GetFlag()
		want, ok := map[string]string{
			"int": "a whole number", "duration": "a duration such as 90s, 10m or 1h30m", "bool": "true or false",
		}[flag.Value.Type()]
		if ok {
			return fmt.Errorf("--%s %q: expected %s", flag.Name, invalid.GetValue(), want)
		}
	}
	return err
}
