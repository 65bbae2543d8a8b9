package sweep

import (
	"fmt"
	"slices"

	"anisgd/engine/compare"
	"anisgd/engine/experiment"
	"anisgd/engine/sgd"
	"anisgd/engine/statistic"
	"anisgd/engine/study/store"
)

// Point is what is known of one experiment of a sweep.
type Point struct {
	experiment.SweepPlace
	Experiment *experiment.Experiment
	// Limit is the series of the limit, and LimitDivergence when it diverged; nil
	// while the limit is not known.
	Limit           *statistic.Series
	LimitDivergence *statistic.Divergence
	// LimitStopped tells why the limit ended early for another reason, "" if it did
	// not.
	LimitStopped string
	// SGD summarises the runs; nil while some are missing.
	SGD           *Summaries
	SGDDivergence *statistic.Divergence
	// Report compares the two; nil without either.
	Report *compare.Report
}

// Complete reports whether everything of the point is known.
func (p *Point) Complete() bool { return p.Limit != nil && p.SGD != nil }

// Divergence is the earlier divergence of SGD and limit, or nil.
func (p *Point) Divergence() *statistic.Divergence {
	if p.LimitDivergence == nil || p.SGDDivergence != nil && p.SGDDivergence.Time < p.LimitDivergence.Time {
		return p.SGDDivergence
	}
	return p.LimitDivergence
}

// Summaries are the statistics of runs of SGD over time.
type Summaries struct {
	Columns []string
	Times   []float64
	Rows    [][]statistic.Summary // [time][column]
	Runs    int
}

// Column is the index of a column, or −1.
func (s *Summaries) Column(name string) int { return slices.Index(s.Columns, name) }

// Analysis is what is known of a whole sweep.
type Analysis struct {
	Sweep   *experiment.Sweep
	Points  []Point
	Missing int // points that are not complete
	Fits    []Fit
}

// Collect reads the results of all points. Points of which something is missing are
// not complete.
func Collect(p *Plan, s *store.Store) (*Analysis, error) {
	found, err := scan(s)
	if err != nil {
		return nil, err
	}
	a := &Analysis{Sweep: p.Sweep, Points: make([]Point, len(p.points))}
	for i := range a.Points {
		if err := p.collect(&a.Points[i], i, found); err != nil {
			return nil, fmt.Errorf("%s: %w", p.Sweep.Describe(i), err)
		}
		if !a.Points[i].Complete() {
			a.Missing++
		}
	}
	a.fit()
	return a, nil
}

func (p *Plan) collect(point *Point, i int, found *stored) error {
	resolved, err := p.Sweep.Experiment(i)
	if err != nil {
		return err
	}
	point.SweepPlace, point.Experiment = p.Sweep.Place(i), resolved.Experiment
	if name := (&Task{Kind: Limit, Key: p.points[i].limit}).Name(); found.limits[name] {
		files, err := found.store.Read(name)
		if err != nil {
			return err
		}
		result, stopped, err := readLimit(files)
		if err != nil {
			return err
		}
		point.Limit, point.LimitDivergence, point.LimitStopped = &result.Series, result.Divergence, stopped
	}
	runs, err := p.collectRuns(i, found)
	if err != nil || runs == nil {
		return err
	}
	point.SGD, point.SGDDivergence = summarise(&runs.Ensemble), runs.Divergence
	if point.Limit != nil {
		point.Report, err = compare.Compare(point.Limit, &runs.Ensemble, int(point.Experiment.Model.Dim))
	}
	return err
}

// collectRuns joins the runs of a point, nil if some are missing.
func (p *Plan) collectRuns(i int, found *stored) (*sgd.Result, error) {
	keys := p.points[i]
	usable, err := found.usable(keys.runs, keys.count)
	if err != nil {
		return nil, err
	}
	chosen, complete := span{0, keys.count}.cover(usable)
	if !complete {
		return nil, nil
	}
	var shares []*sgd.Result
	at := 0
	for _, runs := range chosen {
		files, err := found.store.Read((&Task{Kind: Runs, Key: keys.runs, runs: runs}).Name())
		if err != nil {
			return nil, err
		}
		share, err := readRuns(files, runs.to-runs.from)
		if err != nil {
			return nil, err
		}
		// Shares may overlap, and the last go beyond what is asked for.
		to := min(runs.to, keys.count)
		share.Ensemble.Runs = share.Ensemble.Runs[at-runs.from : to-runs.from]
		shares = append(shares, share)
		at = to
	}
	return sgd.Join(shares)
}

func summarise(e *statistic.Ensemble) *Summaries {
	s := &Summaries{Columns: e.Columns, Times: e.Times, Runs: len(e.Runs)}
	scratch := make([]float64, 0, len(e.Runs))
	for k := range e.Times {
		row := make([]statistic.Summary, len(e.Columns))
		for c := range row {
			row[c] = e.Summarize(k, c, scratch)
		}
		s.Rows = append(s.Rows, row)
	}
	return s
}
