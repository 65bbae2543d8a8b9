package sweep

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"anisgd/engine"
	"anisgd/engine/experiment"
	"anisgd/engine/study"
	"anisgd/engine/study/store"
)

// Kind is what a task computes.
type Kind string

// The kinds of tasks.
const (
	Limit Kind = "limit" // the limit of a point
	Runs  Kind = "runs"  // some runs of SGD of a point
)

// Task is a piece of a sweep that is computed at once, and stored as a whole.
type Task struct {
	Kind Kind
	Key  string // stands for all that the results depend on but for the numbers of the runs
	runs span   // of SGD, empty for the limit

	Point   int     // the first point of the sweep that needs it
	index   int     // among all tasks of the sweep
	Title   string  // for a person
	seconds float64 // predicted, on one thread
	memory  float64 // predicted, in bytes, on one thread
	class   string  // of tasks whose predictions err alike
}

// part tells what of a point the task is.
func (t *Task) part() string {
	if t.Kind == Limit {
		return "limit"
	}
	return t.runs.String()
}

// keyLength is how many hexadecimal digits of a key names have.
const keyLength = 32

// Name is that of the task in the store.
func (t *Task) Name() string {
	name := string(t.Kind) + "-" + t.Key[:keyLength]
	if t.Kind == Runs {
		name += fmt.Sprintf("-%d-%d", t.runs.from, t.runs.to)
	}
	return name
}

// parseRunsName is the key and the runs of a task's name; ok is false if it is not one
// of runs.
func parseRunsName(name string) (key string, runs span, ok bool) {
	parts := strings.Split(name, "-")
	if len(parts) != 4 || parts[0] != string(Runs) || len(parts[1]) != keyLength {
		return "", span{}, false
	}
	from, err := strconv.Atoi(parts[2])
	to, err2 := strconv.Atoi(parts[3])
	return parts[1], span{from, to}, err == nil && err2 == nil && 0 <= from && from < to
}

// Plan is what a sweep consists of.
type Plan struct {
	Sweep  *experiment.Sweep
	points []pointKeys
	tasks  []Task // all, in the order of the points, whatever is stored
	ends   map[string][]int
}

// pointKeys are the keys of a point's results.
type pointKeys struct {
	limit, runs string
	count       int // of runs
}

// NewPlan cuts a sweep into tasks.
func NewPlan(s *experiment.Sweep) (*Plan, error) {
	p := &Plan{Sweep: s, points: make([]pointKeys, s.Len()), ends: map[string][]int{}}
	first := map[string]*experiment.Experiment{} // of every key
	for i := range p.points {
		e, err := s.Experiment(i)
		if err != nil {
			return nil, err
		}
		p.points[i] = pointKeys{
			limit: study.Key("limit", e.LimitText, e.Inputs),
			runs:  study.Key("runs", e.SimulationText, e.Inputs),
			count: e.Simulation.Runs,
		}
		for _, key := range []string{p.points[i].limit, p.points[i].runs} {
			if first[key] == nil {
				first[key] = e.Experiment
			}
		}
		key := p.points[i].runs
		if at, found := slices.BinarySearch(p.ends[key], e.Simulation.Runs); !found {
			p.ends[key] = slices.Insert(p.ends[key], at, e.Simulation.Runs)
		}
	}
	planned := map[string]bool{}
	add := func(t Task) {
		t.index = len(p.tasks)
		p.tasks = append(p.tasks, t)
	}
	for i, keys := range p.points {
		if !planned[keys.limit] {
			planned[keys.limit] = true
			add(p.newTask(Limit, keys.limit, span{}, i, first[keys.limit]))
		}
		if planned[keys.runs] {
			continue
		}
		planned[keys.runs] = true
		// Points that differ in nothing but the number of runs share them. Tasks end
		// where any of them does, so that each is made of whole tasks.
		from := 0
		for _, end := range p.ends[keys.runs] {
			for _, runs := range (span{from, end}).cut(s.RunsPerTask) {
				add(p.newTask(Runs, keys.runs, runs, i, first[keys.runs]))
			}
			from = end
		}
	}
	return p, nil
}

func (p *Plan) newTask(kind Kind, key string, runs span, point int, e *experiment.Experiment) Task {
	t := Task{Kind: kind, Key: key, runs: runs, Point: point, Title: p.Sweep.Describe(point)}
	switch kind {
	case Limit:
		t.class = strings.Join([]string{"limit", e.Loss, e.Limit.Method, e.Limit.Spectrum}, " ")
	case Runs:
		t.class = strings.Join([]string{"runs", e.Loss, e.Simulation.Method, e.Simulation.Precision}, " ")
	}
	t.Title += ": " + t.part()
	share := shareOf(e, runs)
	predicted := engine.Predict(share, 1, kind == Runs, kind == Limit)
	t.seconds, t.memory = predicted.Seconds(), predicted.Memory
	return t
}

// shareOf is an experiment with as many runs as a task has.
func shareOf(e *experiment.Experiment, runs span) *experiment.Experiment {
	share := *e
	share.Simulation.Runs = max(runs.length(), 1)
	return &share
}

// Len is the number of tasks, stored or not.
func (p *Plan) Len() int { return len(p.tasks) }

// Share is the part of the tasks that is share number i of n, from 0. Shares have
// about equal predicted costs and are functions of the sweep alone: whoever computes
// all of them, in any order and on any machines, computes every task once.
func (p *Plan) Share(i, n int) *Plan {
	part := *p
	part.tasks = nil
	for k, share := range p.deal(n) {
		if share == i {
			part.tasks = append(part.tasks, p.tasks[k])
		}
	}
	return &part
}

// SharesLeft are those shares of n, from 0, of which the store has not all tasks.
func (p *Plan) SharesLeft(s *store.Store, n int) ([]int, error) {
	missing, err := p.Missing(s)
	if err != nil {
		return nil, err
	}
	var left []int
	shares := p.deal(n)
	for _, t := range missing {
		left = append(left, shares[t.index])
	}
	slices.Sort(left)
	return slices.Compact(left), nil
}

// deal deals all tasks to n shares: every task, the costliest first, goes to the share
// that has least.
func (p *Plan) deal(n int) (shares []int) {
	order := make([]int, len(p.tasks))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p.tasks[b].seconds, p.tasks[a].seconds) })
	shares = make([]int, len(p.tasks))
	loads := make([]float64, n)
	for _, k := range order {
		least := 0
		for share, load := range loads {
			if load < loads[least] {
				least = share
			}
		}
		loads[least] += p.tasks[k].seconds
		shares[k] = least
	}
	return shares
}

// LargestMemory is the predicted memory of the task that needs most, in bytes, and
// its title.
func (p *Plan) LargestMemory() (bytes float64, title string) {
	for k := range p.tasks {
		if p.tasks[k].memory > bytes {
			bytes, title = p.tasks[k].memory, p.tasks[k].Title
		}
	}
	return bytes, title
}

// Seconds is the predicted time of all tasks of the plan on one thread.
func (p *Plan) Seconds() float64 { return Seconds(p.tasks) }

// Seconds is the predicted time of tasks on one thread.
func Seconds(tasks []Task) float64 {
	total := 0.0
	for k := range tasks {
		total += tasks[k].seconds
	}
	return total
}
