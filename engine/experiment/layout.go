package experiment

import (
	"strconv"
	"strings"
)

// layout is how a file multiplies its experiment: panels, each with variants.
type layout struct {
	panels []*panelLayout
}

type panelLayout struct {
	name, title string
	set         []override
	variants    []*variantLayout
}

type variantLayout struct {
	name, title string
	set         []override
	resolved    *node // the tree of the experiment, once it is read
}

// readLayout reads the panels and variants of a file. Without any, there is one
// panel with one variant, both without a name.
func readLayout(root *node) *layout {
	shared := []*variantLayout{{}}
	if n := root.child("variants"); n != nil && n.kind != nothing {
		shared = readVariants(n, "variants")
	}
	n := root.child("panels")
	if n == nil || n.kind == nothing {
		return &layout{panels: []*panelLayout{{variants: shared}}}
	}
	out := &layout{}
	names := names{}
	for _, element := range (&value{node: n, at: n.at, path: "panels", out: &node{}}).elements("a list of panels") {
		f := element.fields("name", "title", "set", "variants")
		p := &panelLayout{name: names.read(f.get("name"))}
		p.title = readTitle(f.get("title"), p.name)
		p.set = readSet(f.get("set"))
		if own := f.get("variants"); own.given() && own.node.kind != nothing {
			p.variants = readVariants(own.node, own.path)
		} else {
			for _, v := range shared {
				p.variants = append(p.variants, &variantLayout{name: v.name, title: v.title, set: v.set})
			}
		}
		out.panels = append(out.panels, p)
	}
	return out
}

// readVariants reads a list of variants.
func readVariants(n *node, path string) []*variantLayout {
	var variants []*variantLayout
	names := names{}
	for _, element := range (&value{node: n, at: n.at, path: path, out: &node{}}).elements("a list of variants") {
		f := element.fields("name", "title", "set")
		v := &variantLayout{name: names.read(f.get("name"))}
		v.title = readTitle(f.get("title"), v.name)
		v.set = readSet(f.get("set"))
		variants = append(variants, v)
	}
	return variants
}

// readTitle reads what a figure calls a panel or variant: its name by default.
func readTitle(v *value, name string) string {
	if !v.given() {
		return name
	}
	return v.text("a title")
}

// names are those of panels or variants so far. They become directories, so they
// must differ in more than case.
type names map[string]bool

func (n names) read(v *value) string {
	const want = "a name of its own that can be a directory's"
	v.require(want)
	name := v.text(want)
	folded := strings.ToLower(name)
	switch {
	case !usableName(name) || strings.HasPrefix(name, "."):
		v.fail("is %s, expected %s", v.node.describe(), want)
	case n[folded]:
		v.fail("the name %s is taken, expected %s", strconv.Quote(name), want)
	case isResultName(folded):
		v.fail("%s is the name of a result file, expected %s", strconv.Quote(name), want)
	}
	n[folded] = true
	return name
}

// isResultName reports whether results or profiles are written under a name.
func isResultName(name string) bool {
	if name == "inputs" || name == "tasks" || name == "checkpoints" {
		return true
	}
	for _, extension := range []string{".csv", ".npz", ".yaml", ".json", ".svg", ".png", ".html", ".pprof", ".out"} {
		if strings.HasSuffix(name, extension) {
			return true
		}
	}
	return false
}

// readSet reads the settings of a panel or variant: paths and values.
func readSet(v *value) []override {
	if !v.given() || v.node.kind == nothing {
		return nil
	}
	if v.node.kind != mapping {
		v.unexpected("a map of settings, path.to.key: value")
	}
	var set []override
	for _, e := range v.node.entries {
		o := override{path: e.key, value: e.value, at: e.at}
		if o.ofLayout() || e.key == "name" {
			fail(e.at, join(v.path, e.key), "cannot be set here, expected a key of the experiment")
		}
		set = append(set, o)
	}
	return set
}

// resolved is the text of the resolved file: the first experiment in full, and
// for every panel and variant the values that not all of them share.
func (l *layout) resolved() []byte {
	var trees []*node
	for _, p := range l.panels {
		trees = append(trees, p.trees()...)
	}
	var paths []string
	findDifferences(trees, "", &paths)
	root := *trees[0]
	root.entries = append([]entry(nil), root.entries...)
	if len(l.panels) == 1 && l.panels[0].name == "" {
		if l.panels[0].variants[0].name != "" {
			root.entries = append(root.entries, entry{key: "variants", value: l.panels[0].resolvedVariants(paths)})
		}
	} else {
		panels := &node{kind: list}
		for _, p := range l.panels {
			panels.items = append(panels.items, p.resolved(paths))
		}
		root.entries = append(root.entries, entry{key: "panels", value: panels})
	}
	return append([]byte("# The resolved experiment: every default, choice and seed written out.\n"), writeYAML(&root)...)
}

func (p *panelLayout) trees() []*node {
	var trees []*node
	for _, v := range p.variants {
		trees = append(trees, v.resolved)
	}
	return trees
}

// resolved is a panel with the given paths set: for the panel where its variants
// agree, else for each variant.
func (p *panelLayout) resolved(paths []string) *node {
	var common, own []string
	for _, path := range paths {
		agree := true
		for _, tree := range p.trees() {
			agree = agree && tree.lookup(path).equal(p.variants[0].resolved.lookup(path))
		}
		if agree {
			common = append(common, path)
		} else {
			own = append(own, path)
		}
	}
	out := &node{kind: mapping, entries: []entry{
		{key: "name", value: textNode(p.name)},
		{key: "title", value: textNode(p.title)},
		{key: "set", value: p.variants[0].resolved.excerpt(common)},
	}}
	if p.variants[0].name != "" {
		out.entries = append(out.entries, entry{key: "variants", value: p.resolvedVariants(own)})
	}
	return out
}

func (p *panelLayout) resolvedVariants(paths []string) *node {
	out := &node{kind: list}
	for _, v := range p.variants {
		out.items = append(out.items, &node{kind: mapping, entries: []entry{
			{key: "name", value: textNode(v.name)},
			{key: "title", value: textNode(v.title)},
			{key: "set", value: v.resolved.excerpt(paths)},
		}})
	}
	return out
}

// excerpt maps paths to the values there.
func (n *node) excerpt(paths []string) *node {
	out := &node{kind: mapping}
	for _, path := range paths {
		out.entries = append(out.entries, entry{key: path, value: n.lookup(path)})
	}
	return out
}

func textNode(text string) *node { return &node{kind: scalar, text: text, quoted: true} }

// findDifferences appends the shortest list of paths at which trees of the same
// shape differ: it descends into maps with the same keys and into lists of the
// same number of maps.
func findDifferences(trees []*node, path string, paths *[]string) {
	first, same, shape := trees[0], true, true
	for _, tree := range trees[1:] {
		same = same && tree.equal(first)
		shape = shape && tree.sameShape(first)
	}
	switch {
	case same:
	case !shape:
		*paths = append(*paths, path)
	default:
		step := func(name string, child func(n *node) *node) {
			children := make([]*node, len(trees))
			for i, tree := range trees {
				children[i] = child(tree)
			}
			findDifferences(children, join(path, name), paths)
		}
		for i := range first.items {
			step(strconv.Itoa(i), func(n *node) *node { return n.items[i] })
		}
		for i, e := range first.entries {
			step(e.key, func(n *node) *node { return n.entries[i].value })
		}
	}
}

// sameShape reports whether two nodes are maps with the same keys, or lists of
// as many maps.
func (n *node) sameShape(m *node) bool {
	if n.kind != m.kind || len(n.items) != len(m.items) || len(n.entries) != len(m.entries) || n.kind == scalar {
		return false
	}
	for i := range n.items {
		if n.items[i].kind != mapping || m.items[i].kind != mapping {
			return false
		}
	}
	for i := range n.entries {
		if n.entries[i].key != m.entries[i].key {
			return false
		}
	}
	return true
}
