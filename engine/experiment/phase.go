package experiment

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Phase is a phase diagram: a grid of experiments over two axes, of which one
// statistic at the last time is looked at.
type Phase struct {
	X, Y Axis
	// Statistic is the name of a column of limit.csv.
	Statistic string
	// SearchBoundary tells that the boundary is to be searched for, between the
	// experiments whose risk tends to 0 and those whose risk does not.
	SearchBoundary bool

	statisticAt position

	base     *node // the experiment without its axes
	resolver *resolver
}

// phaseForm is how a phase diagram is written, for messages.
const phaseForm = "a map {x: AXIS, y: AXIS, statistic: risk}"

// readPhase reads the block of a phase diagram and every experiment of its grid.
// The second result is the resolved block.
func readPhase(root *node, name string, arrays *arrayFiles, overrides []override) (*Phase, *node) {
	for _, key := range []string{"panels", "variants"} {
		if i := root.index(key); i >= 0 {
			fail(root.entries[i].at, key, "means nothing beside phase, expected one grid of experiments")
		}
	}
	block := root.child("phase")
	v := &value{node: block, at: block.at, path: "phase", out: &node{}}
	if block.kind == nothing {
		v.fail("is empty, expected %s", phaseForm)
	}
	f := v.fields("x", "y", "statistic", "boundary")
	p := &Phase{base: root.without("phase"), resolver: &resolver{name: name, arrays: arrays}}
	p.X, p.Y = readAxis(f.get("x")), readAxis(f.get("y"))
	for _, path := range p.Y.Paths {
		for _, other := range p.X.Paths {
			if overlap(path, other) {
				fail(p.Y.at, "phase.y.set", "%s is set by both axes, expected different keys", path)
			}
		}
	}
	if points := float64(len(p.X.Points)) * float64(len(p.Y.Points)); points > maximalGrid {
		v.fail("has %.0f points, expected at most %.0f", points, float64(maximalGrid))
	}
	for _, o := range overrides {
		if p.X.covers(o.path) || p.Y.covers(o.path) {
			fail(o.at, o.path, "is set by an axis of the phase diagram, expected another key, or phase.x or phase.y")
		}
	}
	p.Statistic = "risk"
	statistic := f.get("statistic")
	p.statisticAt = statistic.at
	if statistic.given() {
		p.Statistic = statistic.text("the name of a column of limit.csv")
	} else {
		statistic.record("risk")
	}
	first, obstacle := p.readGrid()
	p.readBoundary(f.get("boundary"), first, obstacle)
	return p, v.out.pruned()
}

// readGrid reads every experiment of the grid, so that what is wrong with any is
// found before the first is solved. It returns the first, and why one of them has no
// limit d → ∞, if one has none.
func (p *Phase) readGrid() (first *Experiment, obstacle string) {
	for i := range p.X.Points {
		for j := range p.Y.Points {
			e := p.resolver.readNaming(p.Describe(i, j), func() *node { return p.tree(&p.X.Points[i], &p.Y.Points[j], nil) })
			if first == nil {
				first = e
			}
			if obstacle == "" {
				description := e.Description(true)
				description.Quadratics = nil
				obstacle = description.Obstacle()
			}
		}
	}
	return first, obstacle
}

// readBoundary reads whether the boundary is searched for. It is by default where
// theory has a notion of it: two classes with labels, one output, no ridge; and y
// moves through numbers. It is that of d → ∞.
func (p *Phase) readBoundary(v *value, first *Experiment, obstacle string) {
	word := v.wordOr("auto", []string{"auto", "search", "none"}, nil)
	between := p.checkBetween()
	switch {
	case word == "search" && !p.Y.Continuous:
		v.fail("is search, expected none: the values of y are not increasing numbers that set every key alike")
	case word == "search" && between != nil:
		v.fail("is search, expected none: between the points of y, %v", between)
	case word == "search" && first.Problem.Outputs() > 1:
		v.fail("is search, expected none for several outputs")
	case word == "search" && obstacle != "":
		v.fail("is search, expected none: %s, and the boundary is that of d → ∞", obstacle)
	case word == "auto":
		p.SearchBoundary = obstacle == "" && p.Y.Continuous && between == nil && p.Statistic == "risk" && first.HasLabels() && first.Ridge == 0 && len(first.Model.Classes) == 2
	default:
		p.SearchBoundary = word == "search"
	}
	v.record("none")
	if p.SearchBoundary {
		v.record("search")
	}
}

// checkBetween is an error if there are no experiments between the points of a
// continuous y axis: it has one point alone, or its keys are integers.
func (p *Phase) checkBetween() error {
	points := p.Y.Points
	switch {
	case !p.Y.Continuous:
		return nil
	case len(points) < 2:
		return errors.New("of which there is one, there is nothing")
	}
	first, last := points[0].Coordinate, points[len(points)-1].Coordinate
	_, err := p.Between(0, first+(last-first)/math.Phi, nil)
	return err
}

// CheckStatistic is an error (an *Error) if the statistic is none of the columns.
func (p *Phase) CheckStatistic(columns []string) error {
	if slices.Contains(columns, p.Statistic) {
		return nil
	}
	return errorAt(p.statisticAt, "phase.statistic", "is %s%s, expected one of the columns %s",
		strconv.Quote(p.Statistic), suggest(p.Statistic, columns), strings.Join(columns, ", "))
}

func (p *Phase) tree(x, y *AxisPoint, settings []override) *node {
	return p.Y.set(p.X.set(p.base, x), y).applyAll(settings)
}

// Experiment is the experiment at a point of the grid.
func (p *Phase) Experiment(x, y int) (*Resolved, error) {
	return p.resolver.resolve(func() *node { return p.tree(&p.X.Points[x], &p.Y.Points[y], nil) })
}

// Between is the experiment at a point of the x axis and any number of a
// continuous y axis. Each of sets is an argument path.to.key=value that overrides
// it.
func (p *Phase) Between(x int, y float64, sets []string) (*Resolved, error) {
	point := p.Y.number(y, p.Y.at)
	return p.resolver.resolve(func() *node { return p.tree(&p.X.Points[x], &point, parseSets(sets)) })
}

// config is the file of the phase diagram with --set arguments applied and array
// files beside it. Keys that every experiment of the grid resolves for itself
// stay as they are: they may differ from one point to the next.
func (p *Phase) config(block *node) []byte {
	block = p.resolver.relocatedAxis(p.resolver.relocated(block), "x", &p.X)
	block = p.resolver.relocatedAxis(block, "y", &p.Y)
	root := p.resolver.relocated(p.base)
	if root.child("name") == nil {
		root.entries = append([]entry{{key: "name", value: textNode(p.resolver.name)}}, root.entries...)
	}
	root.entries = append(root.entries, entry{key: "phase", value: block})
	return append([]byte("# The phase diagram, with the arguments of --set applied.\n"), writeYAML(root)...)
}

// Describe names the keys of an axis.
func (a *Axis) Describe() string { return strings.Join(a.Paths, ", ") }

// describePoint tells what the keys are set to at a point: together where all are set
// alike, one by one where they are not.
func (a *Axis) describePoint(point int) string {
	alike := true
	for n := range a.Paths {
		alike = alike && a.Together(n)
	}
	if alike {
		return a.Describe() + " = " + a.Points[point].Label
	}
	var parts []string
	for n, path := range a.Paths {
		parts = append(parts, path+" = "+a.Setting(point, n))
	}
	return strings.Join(parts, ", ")
}

// Describe tells where a point of the grid is.
func (p *Phase) Describe(x, y int) string {
	return p.X.describePoint(x) + ", " + p.Y.describePoint(y)
}
