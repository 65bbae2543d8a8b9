package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"anisgd/engine/experiment"
)

// shells are those for which there are completions.
var shells = []string{"bash", "zsh", "fish", "powershell"}

func newCompletion(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "Print a script that has your shell complete commands, presets and keys",
		Long: `Print a script after which your shell completes commands, flags, presets, experiment
files, and the keys of --set, which are those of the experiment that is named before.

  bash         source <(anisgd completion bash)       in ~/.bashrc; needs the package bash-completion
  zsh          source <(anisgd completion zsh)        in ~/.zshrc, after compinit
  fish         anisgd completion fish | source        in ~/.config/fish/config.fish
  powershell   anisgd completion powershell | Out-String | Invoke-Expression       in $PROFILE`,
		Example: `  anisgd completion bash > ~/.local/share/bash-completion/completions/anisgd
  anisgd completion zsh > ~/.zsh/completions/_anisgd
  anisgd completion fish > ~/.config/fish/completions/anisgd.fish
  anisgd completion powershell`,
		Args: func(_ *cobra.Command, arguments []string) error {
			switch {
			case len(arguments) != 1:
				return fmt.Errorf("expected one shell, %s, and got %d arguments", strings.Join(shells, ", "), len(arguments))
			case !slices.Contains(shells, arguments[0]):
				return fmt.Errorf("unknown shell %q%s, expected one of %s", arguments[0], didYouMean(arguments[0], shells), strings.Join(shells, ", "))
			}
			return nil
		},
		ValidArgsFunction: cobra.FixedCompletions(shells, cobra.ShellCompDirectiveNoFileComp),
		RunE: func(command *cobra.Command, arguments []string) error {
			if s.json {
				return usageError("--json: a script for a shell is no JSON, expected the command without it")
			}
			var script bytes.Buffer
			if err := writeCompletion(command.Root(), arguments[0], &script); err != nil {
				return asFailure(err)
			}
			s.printf("%s", script.Bytes())
			return nil
		},
	}
}

func writeCompletion(root *cobra.Command, shell string, w io.Writer) error {
	switch shell {
	case "bash":
		return root.GenBashCompletionV2(w, true)
	case "zsh":
		return root.GenZshCompletion(w)
	case "fish":
		return root.GenFishCompletion(w, true)
	}
	return root.GenPowerShellCompletionWithDesc(w)
}

// completeFlags says how the values of flags are completed, of all commands below one.
func completeFlags(command *cobra.Command) {
	fixed := func(values ...string) cobra.CompletionFunc {
		return cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)
	}
	for name, complete := range map[string]cobra.CompletionFunc{
		"set": completeKeys, "kernel": fixed(kernelNames()...),
		"profile": fixed(profileNames...), "engine": fixed(sweepEngines...), "order": fixed(sweepOrders...),
	} {
		if command.LocalFlags().Lookup(name) != nil {
			// It fails only where a flag is not there or has a function already.
			_ = command.RegisterFlagCompletionFunc(name, complete)
		}
	}
	if out := command.LocalFlags().Lookup("out"); out != nil && strings.Contains(out.Usage, "directory") {
		_ = command.MarkFlagDirname("out")
	}
	for _, sub := range command.Commands() {
		if !sub.HasSubCommands() && sub.ValidArgsFunction == nil && sub.ValidateArgs([]string{"x"}) != nil && sub.ValidateArgs(nil) == nil {
			sub.ValidArgsFunction = cobra.NoFileCompletions
		}
		completeFlags(sub)
	}
}

// completeExperiment completes the name of a preset or of an experiment file.
func completeExperiment(_ *cobra.Command, arguments []string, word string) ([]string, cobra.ShellCompDirective) {
	if len(arguments) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	if strings.HasPrefix(word, "~") { // only the shell knows where that is
		return []string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
	}
	names := presetsBeginning(word)
	directive := cobra.ShellCompDirectiveNoFileComp
	folder, begin := filepath.Split(word)
	entries, _ := os.ReadDir(filepath.Clean(folder)) // a folder that cannot be read completes to nothing
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasPrefix(name, begin) || strings.HasPrefix(name, ".") && begin == "" {
			continue
		}
		info, err := os.Stat(filepath.Join(folder, name)) // what a link leads to
		switch {
		case err != nil:
		case info.IsDir():
			names = append(names, folder+name+"/")
			directive |= cobra.ShellCompDirectiveNoSpace
		case slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(name)):
			names = append(names, folder+name)
		}
	}
	return names, directive
}

// completePresets completes the name of a preset.
func completePresets(_ *cobra.Command, arguments []string, word string) ([]string, cobra.ShellCompDirective) {
	if len(arguments) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return presetsBeginning(word), cobra.ShellCompDirectiveNoFileComp
}

func presetsBeginning(word string) []string {
	var names []string
	for _, p := range experiment.Presets() {
		if strings.HasPrefix(p.Name, word) {
			names = append(names, cobra.CompletionWithDesc(p.Name, p.Description))
		}
	}
	return names
}

// completedPreset is the experiment whose keys are completed where none is named.
const completedPreset = "fig1c"

// completeKeys completes path.to.key= with the keys of the resolved experiment that is
// named before, one level at a time: a key with keys below it ends with a dot.
func completeKeys(_ *cobra.Command, arguments []string, word string) ([]string, cobra.ShellCompDirective) {
	const directive = cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
	if path, begin, found := strings.Cut(word, "="); found {
		return wordsOf(path, begin), cobra.ShellCompDirectiveNoFileComp
	}
	name := completedPreset
	if len(arguments) > 0 {
		name = arguments[0]
	}
	plan, err := experiment.Load(name, nil)
	if err != nil {
		return nil, directive
	}
	// The first experiment of several, and what is only in the whole.
	var keys []string
	for _, config := range [][]byte{plan.Panels[0].Variants[0].Config, plan.Config()} {
		var tree yaml.MapSlice
		if err := yaml.UnmarshalWithOptions(config, &tree, yaml.UseOrderedMap()); err != nil {
			continue
		}
		for _, key := range keysBelow(tree, word[:strings.LastIndex(word, ".")+1]) {
			if strings.HasPrefix(key, word) && !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	return keys, directive
}

// wordsOf completes path.to.key=begin with the words that the key may be, for those that are
// words.
func wordsOf(path, begin string) []string {
	place, key := "", path
	if dot := strings.LastIndex(path, "."); dot >= 0 {
		place, key = path[:dot], path[dot+1:]
	}
	var completions []string
	for _, group := range experimentKeys {
		if group.place != place {
			continue
		}
		for _, k := range group.keys {
			words, _, _ := strings.Cut(k.value, " = ")
			if k.name != key || !strings.Contains(words, ", ") || strings.ContainsAny(words, "{[") {
				continue
			}
			for _, w := range strings.Split(words, ", ") {
				if strings.HasPrefix(w, begin) {
					completions = append(completions, path+"="+w)
				}
			}
		}
	}
	return completions
}

// keysBelow lists what can follow a path that is empty or ends with a dot.
func keysBelow(tree any, path string) []string {
	node := tree
	for _, step := range strings.Split(path, ".") {
		if step == "" {
			break
		}
		next := any(nil)
		for _, child := range children(node) {
			if child.name == step {
				next = child.value
			}
		}
		node = next
	}
	var keys []string
	for _, child := range children(node) {
		key := path + child.name
		if len(children(child.value)) > 0 {
			keys = append(keys, key+".")
		}
		keys = append(keys, key+"=")
	}
	return keys
}

type namedValue struct {
	name  string
	value any
}

// children are the values of a map or of a list of maps, by key or index; none of
// other values.
func children(node any) []namedValue {
	var list []namedValue
	switch node := node.(type) {
	case yaml.MapSlice:
		for _, item := range node {
			list = append(list, namedValue{fmt.Sprint(item.Key), item.Value})
		}
	case []any:
		for n, value := range node {
			if _, isMap := value.(yaml.MapSlice); !isMap {
				return nil
			}
			list = append(list, namedValue{strconv.Itoa(n), value})
		}
	}
	return list
}
