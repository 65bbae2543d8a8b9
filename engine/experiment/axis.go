package experiment

import (
	"slices"
	"strconv"
	"strings"

	"anisgd/kernels/elementary"
)

// Axis is a list of settings of an experiment: of one key, or of several keys
// that move together.
type Axis struct {
	Paths  []string    // of the keys, such as model.classes.0.mean
	Points []AxisPoint // in the order of the file
	// Log tells that the points are spaced logarithmically.
	Log bool
	// Numeric tells that the coordinates are increasing numbers that keys are set to.
	Numeric bool
	// Continuous tells that the points are increasing numbers and set every key
	// to the same number, so that numbers between them mean something, too.
	Continuous bool

	at position // of the paths
}

// AxisPoint is one setting of the keys of an axis.
type AxisPoint struct {
	// Coordinate is the number the keys are set to, the first one of a tuple;
	// where they are set to something else, the index of the point.
	Coordinate float64
	Label      string // what the keys are set to, as text

	nodes []*node // of every key
}

// maximalGrid is the largest number of experiments of a grid.
const maximalGrid = 1e6

// readAxis reads {set: path, values: […]} or {set: path, from, to, points,
// spacing}; set may be a list of paths.
func readAxis(v *value) Axis {
	v.require("an axis, {set: path.to.key, from: a, to: b, points: n} or {set: path.to.key, values: […]}")
	f := v.fields("set", "values", "from", "to", "points", "spacing")
	axis := Axis{at: v.at}
	axis.readPaths(f.get("set"))
	if f.has("values") {
		f.forbid("without values", "from", "to", "points", "spacing")
		axis.readValues(f.get("values"))
	} else {
		axis.readRange(f)
	}
	axis.Numeric, axis.Continuous = axis.increasing()
	return axis
}

// readPaths reads a path or a list of paths.
func (a *Axis) readPaths(v *value) {
	const want = "the path of a key, or a list of paths that move together"
	v.require(want)
	a.at = v.at
	elements := []*value{v}
	if v.node.kind == list {
		elements = v.elements(want)
	}
	for _, element := range elements {
		path := element.text(want)
		switch first, _, _ := strings.Cut(path, "."); first {
		case "":
			element.fail("is %s, expected %s", element.node.describe(), want)
		case "name", "phase", "sweep", "panels", "variants":
			element.fail("%s cannot be set here, expected a key of the experiment", first)
		}
		for _, other := range a.Paths {
			if overlap(path, other) {
				element.fail("is set twice, expected different keys")
			}
		}
		a.Paths = append(a.Paths, path)
	}
}

// overlap reports whether two paths are the same or one is within the other.
func overlap(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+".") || strings.HasPrefix(b, a+".")
}

// readValues reads a list of values, or of tuples with one value for every path.
func (a *Axis) readValues(v *value) {
	for i, element := range v.elements("a list of values") {
		point := AxisPoint{Coordinate: float64(i)}
		*element.out = *element.node
		tuple := len(a.Paths) > 1 && element.node.kind == list
		if tuple {
			if len(element.node.items) != len(a.Paths) {
				element.fail("has %d elements, expected a value for each of the %d paths", len(element.node.items), len(a.Paths))
			}
			point.nodes = element.node.items
		} else {
			for range a.Paths {
				point.nodes = append(point.nodes, element.node)
			}
		}
		var labels []string
		for n, set := range point.nodes {
			labels = append(labels, set.label())
			if !tuple && n == 0 {
				break
			}
		}
		point.Label = strings.Join(labels, ", ")
		a.Points = append(a.Points, point)
	}
	// The coordinates are numbers where all of them are.
	numbers := make([]float64, len(a.Points))
	for i, point := range a.Points {
		x, isNumber := point.nodes[0].number()
		if !isNumber {
			return
		}
		numbers[i] = x
	}
	for i, x := range numbers {
		a.Points[i].Coordinate = x
	}
}

// readRange reads from, to, points and spacing.
func (a *Axis) readRange(f *fields) {
	from, to := f.get("from"), f.get("to")
	from.require("the first value, or a list of values in its place")
	to.require("the last value")
	first, last := from.finite(), to.finite()
	if !(first < last) {
		to.fail("is %s, not above from, expected from < to", to.node.text)
	}
	points := f.get("points").integer(2, maximalGrid)
	a.Log = f.get("spacing").wordOr("linear", []string{"linear", "log"}, nil) == "log"
	if a.Log && first <= 0 {
		from.fail("is %s, expected a number > 0 with spacing: log", from.node.text)
	}
	for k := range points {
		var x float64
		switch share := float64(k) / float64(points-1); {
		case k == 0:
			x = first
		case k == points-1:
			x = last
		case a.Log:
			x = first * elementary.Exp(share*(elementary.Log(last)-elementary.Log(first)))
		default:
			x = first + float64(share*(last-first))
		}
		a.Points = append(a.Points, a.number(x, from.at))
	}
}

// number is the point of an axis that sets every key to x.
func (a *Axis) number(x float64, at position) AxisPoint {
	point := AxisPoint{Coordinate: x, Label: formatNumber(x)}
	set := &node{kind: scalar, text: point.Label, at: at}
	for range a.Paths {
		point.nodes = append(point.nodes, set)
	}
	return point
}

// increasing reports whether the coordinates are increasing numbers, and whether
// every key is set to them.
func (a *Axis) increasing() (numeric, continuous bool) {
	continuous = true
	for i, point := range a.Points {
		if x, isNumber := point.nodes[0].number(); !isNumber || x != point.Coordinate ||
			i > 0 && !(x > a.Points[i-1].Coordinate) {
			return false, false
		}
		for _, set := range point.nodes {
			x, isNumber := set.number()
			continuous = continuous && isNumber && x == point.Coordinate
		}
	}
	return true, continuous
}

// number is the number that a node holds.
func (n *node) number() (x float64, isNumber bool) {
	if n.kind != scalar || n.quoted || !numberForm.MatchString(n.text) {
		return 0, false
	}
	x, err := strconv.ParseFloat(n.text, 64)
	return x, err == nil
}

// label is a node as text in one line.
func (n *node) label() string {
	if n.kind == scalar {
		return n.text
	}
	return shorten(strings.TrimSpace(string(writeFlowText(n))))
}

// set applies a point of the axis to a tree.
func (a *Axis) set(tree *node, point *AxisPoint) *node {
	for n, path := range a.Paths {
		tree = tree.with(path, point.nodes[n], a.at)
	}
	return tree
}

// covers reports whether a path is one of the axis, or within one.
func (a *Axis) covers(path string) bool {
	return slices.ContainsFunc(a.Paths, func(own string) bool { return path == own || strings.HasPrefix(path, own+".") })
}
