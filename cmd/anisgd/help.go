package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// Groups of commands, in the order in which `anisgd --help` shows them.
const (
	groupExperiments = "experiments"
	groupStudies     = "studies"
	groupMachine     = "machine"
	groupProgram     = "program"
)

var groups = []*cobra.Group{
	{ID: groupExperiments, Title: "Experiments:"},
	{ID: groupStudies, Title: "Studies of many experiments, which go on after an interruption:"},
	{ID: groupMachine, Title: "This machine:"},
	{ID: groupProgram, Title: "This program:"},
}

// addGroup adds commands of a group.
func addGroup(root *cobra.Command, group string, commands ...*cobra.Command) {
	for _, command := range commands {
		command.GroupID = group
	}
	root.AddCommand(commands...)
}

// The widths that help is written for.
const (
	helpWidth    = 96 // of flags where the terminal's is not known; other text is written to fit it
	leastWidth   = 60
	fallbackWide = 1 << 16 // of tables that are not for a terminal
)

// terminalWidth is the width of the terminal behind a writer.
func terminalWidth(w io.Writer) (columns int, isTerminal bool) {
	file, isFile := w.(*os.File)
	if !isFile {
		return 0, false
	}
	columns, _, err := term.GetSize(int(file.Fd()))
	return columns, err == nil && columns > 0
}

// setHelp gives the commands below root help of a sensible width, and replaces cobra's
// help command.
func setHelp(root *cobra.Command) {
	width := helpWidth
	if columns, isTerminal := terminalWidth(root.OutOrStdout()); isTerminal {
		width = min(max(columns, leastWidth), helpWidth)
	}
	root.SetUsageTemplate(strings.NewReplacer(
		".FlagUsages", fmt.Sprintf(".FlagUsagesWrapped %d", width),
		"{{rpad .CommandPath .CommandPathPadding}}", "anisgd help {{rpad .Name .NamePadding}} ",
	).Replace(root.UsageTemplate()))
	root.AddGroup(groups...)
	help := newHelp(root)
	help.GroupID = groupProgram
	root.SetHelpCommand(help)
	root.AddCommand(help)
}

func newHelp(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND|TOPIC]",
		Short: "Explain a command or a topic",
		Long: `Print what a command does, its examples and its flags: the same as the command with
--help. The topic "json" lists the fields of what --json prints and summary.json holds.`,
		Example: `  anisgd help run
  anisgd help bench compare
  anisgd help json`,
		// What is wrong with the settings is no reason to give no help.
		PersistentPreRunE:  func(*cobra.Command, []string) error { return nil },
		PersistentPostRunE: func(*cobra.Command, []string) error { return nil },
		ValidArgsFunction: func(_ *cobra.Command, arguments []string, _ string) ([]string, cobra.ShellCompDirective) {
			found, err := findHelp(root, arguments)
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			var names []string
			for _, sub := range found.Commands() {
				if sub.IsAvailableCommand() || sub.IsAdditionalHelpTopicCommand() {
					names = append(names, cobra.CompletionWithDesc(sub.Name(), sub.Short))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, arguments []string) error {
			found, err := findHelp(root, arguments)
			if err != nil {
				return err
			}
			found.InitDefaultHelpFlag() // so that it is shown
			return asFailure(found.Help())
		},
	}
}

// findHelp is the command or topic of some names.
func findHelp(root *cobra.Command, names []string) (*cobra.Command, error) {
	found := root
	for _, name := range names {
		var known []string
		next := (*cobra.Command)(nil)
		for _, sub := range found.Commands() {
			if sub.Hidden {
				continue
			}
			known = append(known, sub.Name())
			if sub.Name() == name {
				next = sub
			}
		}
		if next == nil && len(known) == 0 {
			return nil, usageError("%s has no commands, and no help about %q", found.CommandPath(), name)
		}
		if next == nil {
			return nil, usageError("there is no help about %q%s, expected one of %s", name, didYouMean(name, known), strings.Join(known, ", "))
		}
		found = next
	}
	return found, nil
}

// family makes a command that only has others below it: alone it shows its help.
func family(command *cobra.Command) *cobra.Command {
	command.Args = func(command *cobra.Command, arguments []string) error {
		if len(arguments) == 0 {
			return nil
		}
		var known []string
		for _, sub := range command.Commands() {
			if sub.IsAvailableCommand() {
				known = append(known, sub.Name())
			}
		}
		return fmt.Errorf("unknown command %q for %s%s, expected one of %s",
			arguments[0], command.CommandPath(), didYouMean(arguments[0], known), strings.Join(known, ", "))
	}
	command.RunE = func(command *cobra.Command, _ []string) error { return asFailure(command.Help()) }
	return command
}
