package output

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"math"
	"path"

	"anisgd/engine"
	"anisgd/engine/problem"
)

// Names of the numeric results of a variant, in the order of the checksum.
const (
	LimitFile = "limit.csv"
	SGDFile   = "sgd.csv"
	RunsFile  = "runs.npz"
)

// Checksum adds up the SHA-256 of numeric results.
type Checksum struct{ hash hash.Hash }

// NewChecksum is the checksum of nothing.
func NewChecksum() *Checksum { return &Checksum{sha256.New()} }

func (c *Checksum) String() string { return hex.EncodeToString(c.hash.Sum(nil)) }

// WriteOutcome writes the numeric results of one variant into a directory of the
// results ("" for the root), adds them to the checksum of all variants, and
// returns their own.
func (d *Directory) WriteOutcome(directory string, outcome *engine.Outcome, all *Checksum) (own *Checksum, err error) {
	own = NewChecksum()
	write := func(name string, content func(io.Writer) error) {
		if err == nil {
			err = d.Write(path.Join(directory, name), func(w io.Writer) error {
				return content(io.MultiWriter(w, own.hash, all.hash))
			})
		}
	}
	if limit := outcome.Limit; limit != nil {
		write(LimitFile, func(w io.Writer) error { return WriteSeries(w, &limit.Series) })
	}
	if sgd := outcome.SGD; sgd != nil {
		write(SGDFile, func(w io.Writer) error { return WriteEnsemble(w, &sgd.Ensemble) })
		write(RunsFile, func(w io.Writer) error { return WriteRuns(w, &sgd.Ensemble) })
	}
	return own, err
}

// Summarize tells what an outcome found.
func Summarize(outcome *engine.Outcome) *Variant {
	e := outcome.Experiment
	v := &Variant{Dim: e.Model.Dim, Auto: e.Auto, AutoReasons: e.Reasons, Timings: Timings{Setup: outcome.Setup.Seconds()}}
	if limit := outcome.Limit; limit != nil {
		v.Limit = &LimitSummary{
			Method: limit.Method, Spectrum: limit.Spectrum, Nodes: limit.Nodes, Steps: limit.Steps, Rejected: limit.Rejected, Evaluations: limit.Evaluations, Estimates: estimatesOf(limit.Estimates),
			CompressionError: Number(limit.CompressionError),
			EndTime:          nan, EndRisk: nan,
		}
		for _, event := range limit.Events {
			v.Limit.Events = append(v.Limit.Events, Event{event.Name, Number(event.Time)})
		}
		if limit.Stop != nil {
			v.Limit.Stop = limit.Stop.String()
		}
		if n := len(limit.Series.Times); n > 0 {
			v.Limit.EndTime = Number(limit.Series.Times[n-1])
			v.Limit.EndRisk = Number(limit.Series.Rows[n-1][limit.Series.Column("risk")])
		}
		v.Timings.Limit = limit.Elapsed.Seconds()
	}
	if sgd := outcome.SGD; sgd != nil {
		v.SGD = &SGDSummary{
			Runs: len(sgd.Ensemble.Runs), Steps: sgd.Steps, Estimates: estimatesOf(sgd.Estimates),
			EndTime: nan, EndRisk: nan, EndRiskStandardError: nan,
		}
		if n := len(sgd.Ensemble.Times); n > 0 {
			s := sgd.Ensemble.Summarize(n-1, sgd.Ensemble.Column("risk"), nil)
			v.SGD.EndTime = Number(sgd.Ensemble.Times[n-1])
			v.SGD.EndRisk = Number(s.Mean)
			v.SGD.EndRiskStandardError = Number(s.Std / math.Sqrt(float64(len(sgd.Ensemble.Runs))))
		}
		v.Timings.Simulate = sgd.Elapsed.Seconds()
		rate := Number(float64(sgd.Steps) / sgd.Elapsed.Seconds())
		v.StepsPerSecond = &rate
	}
	if report := outcome.Comparison; report != nil {
		v.Deviations = make(map[string]Deviation, len(report.Deviations))
		for _, d := range report.Deviations {
			v.Deviations[d.Statistic] = Deviation{
				Number(d.Absolute), Number(d.AbsoluteTime),
				Number(d.StandardErrors), Number(d.StandardErrorsTime), Number(d.SingleRun),
			}
		}
	}
	if found := outcome.Divergence(); found != nil {
		v.Divergence = &Divergence{Time: Number(found.Time), Risk: Number(found.Risk), Of: "limit", Message: found.String()}
		if found.Run >= 0 {
			v.Divergence.Of, v.Divergence.Run = "sgd", &found.Run
		}
	}
	return v
}

var nan = Number(math.NaN())

func estimatesOf(e problem.Estimates) Estimates {
	return Estimates{EstimatedError: Number(e.Expectation), EstimatedClassificationError: Number(e.ClassificationError)}
}
