package experiment

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Plan is a whole experiment file: its panels and variants.
type Plan struct {
	Name   string
	Panels []Panel // exactly one, without a name, if the file has none
	// Phase is set where the file describes a phase diagram. The only panel then
	// holds the first experiment of its grid.
	Phase *Phase
	// Sweep is set where the file describes a sweep. The only panel then holds its
	// first experiment.
	Sweep *Sweep

	config []byte
	inputs []Input
}

// Panel is one of several experiments that a file lays in one figure.
type Panel struct {
	Name, Title string // Title is Name where the file gives none
	Variants    []Variant
}

// Variant is one experiment of a panel.
type Variant struct {
	// Name is empty for the only variant of a panel without variants; Title is
	// Name where the file gives none.
	Name, Title string
	// Directory is where its results belong, relative to those of the file and
	// slash separated: "", "variant", "panel" or "panel/variant".
	Directory  string
	Experiment *Experiment
	// Config is its resolved experiment file, on its own.
	Config []byte
}

// Load reads an experiment file, or the preset of that name if there is no such
// file. Each of sets is an argument path.to.key=value that overrides the file,
// its panels' and variants' own settings included.
//
// Whatever is wrong with the file or an argument is reported as an *Error.
func Load(path string, sets []string) (*Plan, error) {
	data, err := readText(path)
	if len(data) > maximalText {
		return nil, &Error{File: path, Message: tooLong}
	}
	if err == nil {
		return Parse(data, path, sets)
	}
	if errors.Is(err, fs.ErrNotExist) {
		if data, found := preset(path); found {
			return Parse(data, path, sets)
		}
		return nil, &Error{File: path, Message: fmt.Sprintf(
			"there is no such file and no preset of that name%s, expected an experiment file or one of %s",
			suggest(filepath.Base(path), slices.Concat(experimentFiles(filepath.Dir(path)), presetNames())), strings.Join(presetNames(), ", "))}
	}
	return nil, &Error{File: path, Message: fmt.Sprintf("cannot be read: %v, expected an experiment file", reasonOf(err))}
}

// experimentFiles are the names of files in a directory that may be experiments.
func experimentFiles(directory string) []string {
	entries, _ := os.ReadDir(directory) // a directory that cannot be read has none
	var files []string
	for _, entry := range entries {
		if extension := filepath.Ext(entry.Name()); extension == ".yaml" || extension == ".yml" {
			files = append(files, entry.Name())
		}
	}
	return files
}

// maximalText bounds the bytes of an experiment file: the parser takes up to 500 times as
// many of memory. Arrays of that size belong in .npy files.
const maximalText = 16 << 20

var tooLong = fmt.Sprintf("is longer than %d MiB, expected an experiment file (long arrays are read from .npy files)", maximalText>>20)

// readText reads a file, which may be a pipe or a device, up to a byte beyond what is allowed.
func readText(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, maximalText+1))
}

// Parse reads the text of an experiment file. The origin is its path: messages
// name it, array files are relative to its directory, and an experiment without
// a name is called by it. See Load for sets and errors.
func Parse(data []byte, origin string, sets []string) (plan *Plan, err error) {
	defer recoverError(&err)
	plan = parse(data, origin, sets)
	if len(plan.config) > maximalText {
		fail(position{file: origin}, "", "the experiment with all its variants %s", tooLong)
	}
	return plan, nil
}

func parse(data []byte, origin string, sets []string) *Plan {
	root := parseYAML(data, textSource{name: origin, lines: true})
	at := textSource{name: origin, lines: true}.start()
	if root == nil {
		fail(at, "", "the file is empty, expected an experiment")
	}
	if root.kind != mapping {
		fail(root.at, "", "the file holds %s, expected a map with keys such as dim, model and problem", root.describe())
	}
	overrides := parseSets(sets)
	for _, o := range overrides {
		root = o.apply(root)
	}
	if root.child("sweep") != nil {
		return parseSweep(root, origin, overrides)
	}
	if root.child("phase") != nil {
		return parsePhase(root, origin, overrides)
	}
	layout := readLayout(root)
	base := root.without("panels", "variants")
	arrays := newArrayFiles(filepath.Dir(origin))

	plan := &Plan{}
	for _, p := range layout.panels {
		panel := Panel{Name: p.name, Title: p.title}
		for _, v := range p.variants {
			tree := base.applyAll(p.set).applyAll(v.set)
			for _, o := range overrides {
				if !o.ofLayout() {
					tree = o.apply(tree)
				}
			}
			var e *Experiment
			e, v.resolved = readExperiment(tree, nameOf(origin), arrays)
			plan.Name = e.Name
			panel.Variants = append(panel.Variants, Variant{
				Name: v.name, Title: v.title, Directory: strings.Trim(p.name+"/"+v.name, "/"), Experiment: e,
				Config: writeYAML(v.resolved),
			})
		}
		plan.Panels = append(plan.Panels, panel)
	}
	plan.config = layout.resolved()
	plan.inputs = arrays.inputs
	return plan
}

// parsePhase reads a file that describes a phase diagram.
func parsePhase(root *node, origin string, overrides []override) *Plan {
	arrays := newArrayFiles(filepath.Dir(origin))
	phase, block := readPhase(root, nameOf(origin), arrays, overrides)
	first, _ := readExperiment(phase.tree(&phase.X.Points[0], &phase.Y.Points[0], nil), nameOf(origin), arrays)
	plan := &Plan{Name: first.Name, Panels: []Panel{{Variants: []Variant{{Experiment: first}}}}, Phase: phase}
	plan.config = phase.config(block)
	plan.inputs = arrays.inputs
	return plan
}

// parseSweep reads a file that describes a sweep.
func parseSweep(root *node, origin string, overrides []override) *Plan {
	arrays := newArrayFiles(filepath.Dir(origin))
	sweep, block := readSweep(root, nameOf(origin), arrays, overrides)
	first := sweep.readAll()
	plan := &Plan{Name: first.Name, Panels: []Panel{{Variants: []Variant{{Experiment: first}}}}, Sweep: sweep}
	plan.config = sweep.config(root, block, overrides)
	plan.inputs = arrays.inputs
	return plan
}

// Config is the resolved experiment file: every default, automatic choice and
// derived seed is written out, and --set arguments are applied. Read again, it
// gives the same experiments; resolved again, the same bytes.
func (p *Plan) Config() []byte { return p.config }

// Inputs are the array files that the resolved file refers to; it needs them at
// their names beside it.
func (p *Plan) Inputs() []Input { return p.inputs }
