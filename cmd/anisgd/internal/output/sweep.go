package output

import (
	"encoding/csv"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"anisgd/engine/compare"
	"anisgd/engine/statistic"
	"anisgd/engine/study/sweep"
)

// Names of the numeric results of a sweep, in the order of the checksum, and of the
// report.
const (
	SweepTableFile   = "sweep.csv"
	SweepSeriesFile  = "series.csv"
	ScalingTableFile = "scaling.csv"
	ReportFile       = "report.html"
)

// SweepSummary tells what a sweep found.
type SweepSummary struct {
	Points   int `json:"points"`
	Tasks    int `json:"tasks"`    // limits, and runs of SGD as they are cut
	Computed int `json:"computed"` // tasks computed this time
	Missing  int `json:"missing"`  // points of which something is not computed yet
	Diverged int `json:"diverged"` // of the points
}

// SummarizeSweep tells what a sweep found.
func SummarizeSweep(a *sweep.Analysis, tasks, computed int) *SweepSummary {
	s := &SweepSummary{Points: len(a.Points), Tasks: tasks, Computed: computed, Missing: a.Missing}
	for i := range a.Points {
		if a.Points[i].Divergence() != nil {
			s.Diverged++
		}
	}
	return s
}

// SummarizeFits tells the exponents that were fitted over the points of a sweep.
func SummarizeFits(a *sweep.Analysis) []Scaling {
	var all []Scaling
	for k := range a.Fits {
		f := &a.Fits[k]
		all = append(all, Scaling{
			Panel: a.Label(f), Statistic: f.Statistic, Dims: f.Dims,
			SingleRun: SummarizeExponent(f.SingleRun), Bias: SummarizeExponent(f.Bias),
		})
	}
	return all
}

// SummarizeExponent is a fitted exponent, nil where it is not resolved.
func SummarizeExponent(e *compare.Exponent) *Exponent {
	if e == nil {
		return nil
	}
	return &Exponent{Value: Number(e.Value), Low: Number(e.Low), High: Number(e.High), Resolved: e.Resolved()}
}

// places are the columns that say which point a row is about.
type places struct {
	header []string
	row    func(p *sweep.Point) []string
}

// placesOf are panel and variant, where there are any, and one column for each key
// of the axes that does not move with another.
func placesOf(a *sweep.Analysis) places {
	var c places
	var fields []func(p *sweep.Point) string
	add := func(name string, field func(p *sweep.Point) string) {
		c.header, fields = append(c.header, name), append(fields, field)
	}
	if a.Points[0].Panel != "" {
		add("panel", func(p *sweep.Point) string { return p.Panel })
	}
	if a.Points[0].Variant != "" {
		add("variant", func(p *sweep.Point) string { return p.Variant })
	}
	for k := range a.Sweep.Axes {
		axis := &a.Sweep.Axes[k]
		for n, path := range axis.Paths {
			if n == 0 || !axis.Together(n) {
				add(path, func(p *sweep.Point) string { return axis.Setting(p.At[k], n) })
			}
		}
	}
	c.row = func(p *sweep.Point) []string {
		row := make([]string, 0, 64)
		for _, field := range fields {
			row = append(row, field(p))
		}
		return row
	}
	return c
}

// statisticsOf are the statistics that any point has, in the order in which the points
// have them, without the class means and covariances and the learning rate.
func statisticsOf(a *sweep.Analysis) []string {
	var names []string
	for i := range a.Points {
		var columns []string
		if s := a.Points[i].Limit; s != nil {
			columns = s.Columns
		}
		if s := a.Points[i].SGD; s != nil {
			columns = slices.Concat(columns, s.Columns)
		}
		for _, name := range columns {
			if !slices.Contains(names, name) && name != "learning_rate" && !strings.HasPrefix(name, "mean_") && !strings.HasPrefix(name, "cov_") {
				names = append(names, name)
			}
		}
	}
	return names
}

var undefined = statistic.Summary{Mean: math.NaN(), Std: math.NaN(), Q10: math.NaN(), Q50: math.NaN(), Q90: math.NaN()}

// valuesAt are a statistic of the limit and of SGD at output time number k, undefined
// where there are none.
func valuesAt(p *sweep.Point, k int, name string) (limit float64, sgd statistic.Summary) {
	limit, sgd = math.NaN(), undefined
	if s := p.Limit; s != nil && k >= 0 && k < len(s.Times) {
		if c := s.Column(name); c >= 0 {
			limit = s.Rows[k][c]
		}
	}
	if s := p.SGD; s != nil && k >= 0 && k < len(s.Times) {
		if c := s.Column(name); c >= 0 {
			sgd = s.Rows[k][c]
		}
	}
	return limit, sgd
}

// lastTime is the number of the last output time that everything known of a point
// has, −1 if there is none.
func lastTime(p *sweep.Point) int {
	last := math.MaxInt
	if p.Limit != nil {
		last = len(p.Limit.Times) - 1
	}
	if p.SGD != nil {
		last = min(last, len(p.SGD.Times)-1)
	}
	if last == math.MaxInt {
		return -1
	}
	return last
}

// WriteSweep writes sweep.csv: a header row and one row per point, the last axis
// moving fastest. Columns: panel, variant and the keys of the axes, as far as there are
// any; d, runs, t, the last time; risk_deviation, the largest |mean − limit| of the risk
// over the times, its time, and in standard errors; risk_single_run, the root mean
// square over the runs of the largest |run − limit|; risk_bias, mean − limit at the last
// time, and its standard error; diverged, the time of a divergence; and for every
// statistic q: q_limit, q_mean, q_std at the last time.
func WriteSweep(w io.Writer, a *sweep.Analysis) error {
	places, statistics := placesOf(a), statisticsOf(a)
	header := append(slices.Clone(places.header), "d", "runs", "t", "risk_deviation", "risk_deviation_time", "risk_standard_errors",
		"risk_single_run", "risk_bias", "risk_bias_error", "diverged")
	for _, name := range statistics {
		header = append(header, name+"_limit", name+"_mean", name+"_std")
	}
	table := csv.NewWriter(w)
	table.Write(header)
	for i := range a.Points {
		p := &a.Points[i]
		k := lastTime(p)
		t, diverged := math.NaN(), math.NaN()
		if k >= 0 {
			t = p.Experiment.Times[k]
		}
		if d := p.Divergence(); d != nil {
			diverged = d.Time
		}
		row := append(places.row(p), strconv.FormatInt(p.Experiment.Model.Dim, 10), strconv.Itoa(p.Experiment.Simulation.Runs), formatNumber(t))
		if d, ok := riskOf(p); ok {
			row = append(row, formatNumber(d.Absolute), formatNumber(d.AbsoluteTime), formatNumber(d.StandardErrors),
				formatNumber(d.SingleRun), formatNumber(d.AtEnd), formatNumber(d.AtEndError))
		} else {
			row = append(row, "", "", "", "", "", "")
		}
		row = append(row, formatNumber(diverged))
		for _, name := range statistics {
			limit, sgd := valuesAt(p, k, name)
			row = append(row, formatNumber(limit), formatNumber(sgd.Mean), formatNumber(sgd.Std))
		}
		table.Write(row)
	}
	table.Flush()
	return table.Error()
}

func riskOf(p *sweep.Point) (d compare.Deviation, ok bool) {
	if p.Report == nil {
		return d, false
	}
	return p.Report.Of("risk")
}

// WriteSweepSeries writes series.csv: a header row and one row per point and time, with
// the columns panel, variant and the keys of the axes, t, and for every statistic q
// q_limit, q_mean, q_std, q_q10, q_q50, q_q90, as in limit.csv and sgd.csv.
func WriteSweepSeries(w io.Writer, a *sweep.Analysis) error {
	places, statistics := placesOf(a), statisticsOf(a)
	header := append(slices.Clone(places.header), "t")
	for _, name := range statistics {
		for _, suffix := range []string{"limit", "mean", "std", "q10", "q50", "q90"} {
			header = append(header, name+"_"+suffix)
		}
	}
	table := csv.NewWriter(w)
	table.Write(header)
	for i := range a.Points {
		p := &a.Points[i]
		times := 0
		if p.Limit != nil {
			times = len(p.Limit.Times)
		}
		if p.SGD != nil {
			times = max(times, len(p.SGD.Times))
		}
		for k := range times {
			row := append(places.row(p), formatNumber(p.Experiment.Times[k]))
			for _, name := range statistics {
				limit, s := valuesAt(p, k, name)
				for _, v := range []float64{limit, s.Mean, s.Std, s.Q10, s.Q50, s.Q90} {
					row = append(row, formatNumber(v))
				}
			}
			table.Write(row)
		}
	}
	table.Flush()
	return table.Error()
}

// WriteScalings writes scaling.csv: a header row and, for every set of points that
// differ in nothing but the dimension and the seed, one row per statistic, with the
// fitted exponents of d and the ends of their 95 % confidence intervals; empty where
// they are not resolved.
func WriteScalings(w io.Writer, a *sweep.Analysis) error {
	table := csv.NewWriter(w)
	table.Write([]string{
		"points", "statistic", "dims", "smallest_d", "largest_d",
		"single_run_exponent", "single_run_low", "single_run_high", "bias_exponent", "bias_low", "bias_high",
	})
	for k := range a.Fits {
		f := &a.Fits[k]
		row := []string{
			a.Label(f), f.Statistic, strconv.Itoa(len(f.Dims)),
			strconv.Itoa(f.Dims[0]), strconv.Itoa(f.Dims[len(f.Dims)-1]),
		}
		for _, e := range []*compare.Exponent{f.SingleRun, f.Bias} {
			if e == nil {
				row = append(row, "", "", "")
				continue
			}
			row = append(row, formatNumber(e.Value), formatNumber(e.Low), formatNumber(e.High))
		}
		table.Write(row)
	}
	table.Flush()
	return table.Error()
}

// WriteAnalysis writes the tables of a sweep and returns the checksum of sweep.csv and
// series.csv. Fits are outside of it: they use the standard library's logarithms.
func (d *Directory) WriteAnalysis(a *sweep.Analysis) (*Checksum, error) {
	sum := NewChecksum()
	for _, table := range []struct {
		name  string
		write func(io.Writer, *sweep.Analysis) error
	}{{SweepTableFile, WriteSweep}, {SweepSeriesFile, WriteSweepSeries}} {
		if err := d.Write(table.name, func(w io.Writer) error { return table.write(io.MultiWriter(w, sum.hash), a) }); err != nil {
			return nil, err
		}
	}
	if len(a.Fits) == 0 {
		return sum, nil
	}
	return sum, d.Write(ScalingTableFile, func(w io.Writer) error { return WriteScalings(w, a) })
}
