package experiment

import "strings"

// override is one change of a tree: a --set argument or an entry of a variant's
// or panel's set.
type override struct {
	path  string
	value *node
	at    position
}

// parseSets reads --set arguments, path.to.key=value with a value in YAML.
func parseSets(sets []string) []override {
	var overrides []override
	for _, set := range sets {
		source := textSource{name: "--set " + shorten(set)}
		path, text, found := strings.Cut(set, "=")
		path = strings.TrimSpace(path)
		if !found || path == "" {
			fail(source.start(), "", "has no path or no value, expected path.to.key=value")
		}
		value := parseYAML([]byte(text), source)
		if value == nil {
			value = &node{at: source.start()}
		}
		overrides = append(overrides, override{path: path, value: value, at: source.start()})
	}
	return overrides
}

// ofLayout reports whether an override is about the list of panels or variants
// rather than about each experiment.
func (o override) ofLayout() bool {
	key, _, _ := strings.Cut(o.path, ".")
	return key == "panels" || key == "variants"
}

func (o override) apply(tree *node) *node { return tree.with(o.path, o.value, o.at) }

func (n *node) applyAll(overrides []override) *node {
	for _, o := range overrides {
		n = o.apply(n)
	}
	return n
}

// ofExperiment reports whether an override is about each experiment rather than about
// how a file multiplies it.
func (o override) ofExperiment() bool {
	key, _, _ := strings.Cut(o.path, ".")
	return !o.ofLayout() && key != "phase" && key != "sweep"
}
