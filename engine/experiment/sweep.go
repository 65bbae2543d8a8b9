package experiment

import (
	"slices"
	"strings"
)

// Sweep is a scaling study: the experiments of a file, those of its panels and
// variants, at every point of a list of axes.
type Sweep struct {
	Axes []Axis
	// RunsPerTask is the largest number of runs of SGD that are done in one task; 0
	// is all runs of a point.
	RunsPerTask int

	bases    []sweepBase
	resolver *resolver
}

// sweepBase is an experiment that the axes multiply.
type sweepBase struct {
	panel   *panelLayout
	variant *variantLayout
	tree    *node
}

// SweepPlace says which experiment of a sweep a point is.
type SweepPlace struct {
	Panel, PanelTitle     string // "" in a sweep without panels
	Variant, VariantTitle string // "" without variants
	At                    []int  // the index of its point on every axis
}

const (
	sweepForm = "a map {axes: [AXIS, …], runs-per-task: n}"
	// maximalSweep is the largest number of experiments of a sweep, each of which is
	// several tasks with files of their own.
	maximalSweep = 100_000
)

// readSweep reads the block of a sweep and every experiment of it. The second result
// is the resolved block.
func readSweep(root *node, name string, arrays *arrayFiles, overrides []override) (*Sweep, *node) {
	block := root.child("sweep")
	if i := root.index("phase"); i >= 0 {
		fail(root.entries[i].at, "phase", "means nothing beside sweep, expected one of them")
	}
	v := &value{node: block, at: block.at, path: "sweep", out: &node{}}
	if block.kind == nothing {
		v.fail("is empty, expected %s", sweepForm)
	}
	f := v.fields("axes", "runs-per-task")
	s := &Sweep{resolver: &resolver{name: name, arrays: arrays}}
	axes := f.get("axes")
	axes.require(sweepForm)
	for _, element := range axes.elements("a list of axes, {set: path.to.key, values: […]}") {
		axis := readAxis(element)
		for _, other := range s.Axes {
			for _, path := range axis.Paths {
				if slices.ContainsFunc(other.Paths, func(own string) bool { return overlap(path, own) }) {
					fail(axis.at, element.path+".set", "%s is set by two axes, expected different keys", path)
				}
			}
		}
		s.Axes = append(s.Axes, axis)
	}
	if f.has("runs-per-task") {
		s.RunsPerTask = int(f.get("runs-per-task").integer(1, maximalRuns))
	}
	for _, o := range overrides {
		if slices.ContainsFunc(s.Axes, func(a Axis) bool { return a.covers(o.path) }) {
			fail(o.at, o.path, "is set by an axis of the sweep, expected another key, or one of sweep.axes")
		}
	}
	s.readBases(root, overrides)
	points := float64(len(s.bases))
	for _, axis := range s.Axes {
		points *= float64(len(axis.Points))
	}
	if points > maximalSweep {
		v.fail("has %.0f points, expected at most %d", points, maximalSweep)
	}
	return s, v.out.pruned()
}

// readBases reads the panels and variants.
func (s *Sweep) readBases(root *node, overrides []override) {
	base := root.without("sweep", "panels", "variants")
	for _, panel := range readLayout(root).panels {
		for _, variant := range panel.variants {
			tree := base.applyAll(panel.set).applyAll(variant.set)
			for _, o := range overrides {
				if o.ofExperiment() {
					tree = o.apply(tree)
				}
			}
			s.bases = append(s.bases, sweepBase{panel, variant, tree})
		}
	}
}

// readAll reads every experiment, so that what is wrong with any is found before the
// first is run, and returns the first.
func (s *Sweep) readAll() *Experiment {
	var first *Experiment
	for i := range s.Len() {
		e := s.resolver.readNaming(s.Describe(i), func() *node { return s.tree(i) })
		if first == nil {
			first = e
		}
	}
	return first
}

// Len is the number of points.
func (s *Sweep) Len() int {
	n := len(s.bases)
	for _, axis := range s.Axes {
		n *= len(axis.Points)
	}
	return n
}

// locate is the experiment that point i multiplies, and its index on every axis. The
// last axis moves fastest.
func (s *Sweep) locate(i int) (base *sweepBase, at []int) {
	at = make([]int, len(s.Axes))
	for a := len(s.Axes) - 1; a >= 0; a-- {
		n := len(s.Axes[a].Points)
		at[a], i = i%n, i/n
	}
	return &s.bases[i], at
}

// Place says which experiment point i is, 0 ≤ i < Len.
func (s *Sweep) Place(i int) SweepPlace {
	base, at := s.locate(i)
	return SweepPlace{base.panel.name, base.panel.title, base.variant.name, base.variant.title, at}
}

func (s *Sweep) tree(i int) *node {
	base, at := s.locate(i)
	tree := base.tree
	for a, k := range at {
		tree = s.Axes[a].set(tree, &s.Axes[a].Points[k])
	}
	return tree
}

// Experiment is the experiment of point i, 0 ≤ i < Len. It may be called from
// several goroutines.
func (s *Sweep) Experiment(i int) (*Resolved, error) {
	return s.resolver.resolve(func() *node { return s.tree(i) })
}

// Describe tells which experiment point i is.
func (s *Sweep) Describe(i int) string {
	place := s.Place(i)
	var parts []string
	for _, name := range []string{place.Panel, place.Variant} {
		if name != "" {
			parts = append(parts, name)
		}
	}
	for a, k := range place.At {
		parts = append(parts, s.Axes[a].describePoint(k))
	}
	return strings.Join(parts, ", ")
}

// Setting is the text of what path number n of the axis is set to at a point.
func (a *Axis) Setting(point, n int) string { return a.Points[point].nodes[n].label() }

// Together reports whether path number n of the axis is set to the same as the first
// one at every point.
func (a *Axis) Together(n int) bool {
	return !slices.ContainsFunc(a.Points, func(p AxisPoint) bool { return !p.nodes[n].equal(p.nodes[0]) })
}

// config is the file of the sweep with --set arguments applied and array files beside
// it. What every experiment resolves for itself stays as it is.
func (s *Sweep) config(root, block *node, overrides []override) []byte {
	block = s.resolver.relocated(block)
	for a := range s.Axes {
		block = s.resolver.relocatedAxis(block, "axes."+formatNumber(float64(a)), &s.Axes[a])
	}
	out := s.resolver.relocated(root.without("sweep", "panels", "variants"))
	if out.child("name") == nil {
		out.entries = append([]entry{{key: "name", value: textNode(s.resolver.name)}}, out.entries...)
	}
	out.entries = append(out.entries, entry{key: "sweep", value: block})
	for _, key := range []string{"variants", "panels"} {
		if n := root.child(key); n != nil {
			out.entries = append(out.entries, entry{key: key, value: s.resolver.relocated(overridden(n, overrides))})
		}
	}
	return append([]byte("# The sweep, with the arguments of --set applied.\n"), writeYAML(out)...)
}

// overridden is a list of panels or variants whose settings end with those arguments
// of --set that they would undo.
func overridden(n *node, overrides []override) *node {
	out := *n
	out.items = make([]*node, len(n.items))
	for i, item := range n.items {
		if own := item.child("variants"); own != nil && own.kind == list {
			item = item.with("variants", overridden(own, overrides), position{})
		}
		if set := item.child("set"); set != nil && set.kind == mapping {
			item = item.with("set", undoing(set, overrides), position{})
		}
		out.items[i] = item
	}
	return &out
}

func undoing(set *node, overrides []override) *node {
	out := *set
	for _, o := range overrides {
		if !o.ofExperiment() {
			continue
		}
		touched := false
		out.entries = slices.DeleteFunc(slices.Clone(out.entries), func(e entry) bool {
			touched = touched || overlap(e.key, o.path)
			return e.key == o.path || strings.HasPrefix(e.key, o.path+".")
		})
		if touched {
			out.entries = append(out.entries, entry{key: o.path, value: o.value})
		}
	}
	return &out
}
