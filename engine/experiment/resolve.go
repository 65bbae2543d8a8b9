package experiment

import (
	"slices"
	"strings"
	"sync"
)

// Resolved is an experiment with the resolved texts that reproduce it, and the
// array files that the texts name.
type Resolved struct {
	*Experiment
	// Config is the resolved experiment file.
	Config []byte
	// LimitText is Config without what does not concern the limit: the name, the seed
	// (those of random vectors are resolved) and how SGD is simulated.
	LimitText []byte
	// SimulationText is Config without what does not concern single runs of SGD: the
	// name, how many runs there are, and how the limit is solved.
	SimulationText []byte
	Inputs         []Input
}

// resolver reads the experiments into which axes multiply a file.
type resolver struct {
	mutex  sync.Mutex // of arrays
	name   string     // of an experiment without one
	arrays *arrayFiles
}

// resolve reads the experiment of a tree. It may be called from several goroutines.
func (r *resolver) resolve(tree func() *node) (resolved *Resolved, err error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	defer recoverError(&err)
	e, out := readExperiment(tree(), r.name, r.arrays)
	resolved = &Resolved{
		Experiment: e, Config: writeYAML(out),
		LimitText: writeYAML(out.without("name", "seed", "simulate")),
	}
	simulation := out.without("name", "limit")
	simulation.entries[simulation.index("simulate")].value = out.child("simulate").without("runs")
	resolved.SimulationText = writeYAML(simulation)
	for _, name := range out.files(nil) {
		for _, input := range r.arrays.inputs {
			if input.Name == name {
				resolved.Inputs = append(resolved.Inputs, input)
			}
		}
	}
	return resolved, nil
}

// readNaming reads the experiment of a tree while a file is read; errors name the
// point of the axes.
func (r *resolver) readNaming(point string, tree func() *node) *Experiment {
	defer func() {
		cause := recover()
		if bad, ok := cause.(*Error); ok {
			named := *bad
			named.Message += " (at " + point + ")"
			cause = &named
		}
		if cause != nil {
			panic(cause)
		}
	}()
	e, _ := readExperiment(tree(), r.name, r.arrays)
	return e
}

// isFileKey reports whether a text under a key is the name of an array file.
func isFileKey(key string) bool { return key == "file" || key == "weights" }

// setsFile reports whether a path, or a key, ends with such a key.
func setsFile(path string) bool { return isFileKey(path[strings.LastIndex(path, ".")+1:]) }

// files appends the names of the array files in a tree, each once.
func (n *node) files(names []string) []string {
	for _, item := range n.items {
		names = item.files(names)
	}
	for _, e := range n.entries {
		if isFileKey(e.key) && e.value.kind == scalar {
			if !slices.Contains(names, e.value.text) {
				names = append(names, e.value.text)
			}
			continue
		}
		names = e.value.files(names)
	}
	return names
}

// relocated is a tree in which array files have the names of their copies.
func (r *resolver) relocated(n *node) *node {
	out := *n
	out.items, out.entries = slices.Clone(n.items), slices.Clone(n.entries)
	for i, item := range out.items {
		out.items[i] = r.relocated(item)
	}
	for i, e := range out.entries {
		if setsFile(e.key) && e.value.kind == scalar {
			out.entries[i].value = r.copyOf(e.value)
			continue
		}
		out.entries[i].value = r.relocated(e.value)
	}
	return &out
}

// copyOf is the name of the copy of an array file; a file that no experiment of
// the grid reads keeps its name.
func (r *resolver) copyOf(n *node) *node {
	file, err := r.arrays.open(n.text, anyLength)
	if err != nil {
		return n
	}
	return textNode(file.name)
}

// relocatedAxis is a block in which an axis, under a key, names copies of array
// files.
func (r *resolver) relocatedAxis(block *node, key string, axis *Axis) *node {
	if !slices.ContainsFunc(axis.Paths, setsFile) {
		return block
	}
	values := &node{kind: list}
	for _, point := range axis.Points {
		tuple := &node{kind: list}
		for n, path := range axis.Paths {
			set := point.nodes[n]
			if setsFile(path) {
				set = r.copyOf(set)
			}
			tuple.items = append(tuple.items, set)
		}
		if len(axis.Paths) == 1 {
			tuple = tuple.items[0]
		}
		values.items = append(values.items, tuple)
	}
	return block.with(key+".values", values, position{})
}
