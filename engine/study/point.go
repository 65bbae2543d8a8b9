package study

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"strconv"

	"anisgd/engine"
	"anisgd/engine/experiment"
	"anisgd/engine/internal/numerics"
	"anisgd/engine/study/store"
	"anisgd/kernels/elementary"
)

// Number is a float64 that JSON shows in the shortest form that reads back to the
// same value, or as null where it is undefined.
type Number float64

// MarshalJSON implements json.Marshaler.
func (n Number) MarshalJSON() ([]byte, error) {
	v := float64(n)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, v, 'g', -1, 64), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (n *Number) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*n = Number(math.NaN())
		return nil
	}
	return json.Unmarshal(text, (*float64)(n))
}

// limitEnd is where the limit of an experiment ends.
type limitEnd struct {
	// Values are those of every column of limit.csv at the last time; none where
	// the dynamics diverged before.
	Values map[string]Number `json:"values,omitempty"`
	// Slope is d log R/d log t between the last two times, undefined where there
	// is only one or a risk is not positive.
	Slope Number `json:"slope"`
	// Diverged is the time of the divergence, nil if there was none.
	Diverged *Number `json:"diverged,omitempty"`
}

// riskCurve is the risk of an experiment's limit over time.
type riskCurve struct {
	Times []Number `json:"times"`
	Risks []Number `json:"risks"`
	// Diverged tells that the dynamics diverged after the last time.
	Diverged bool `json:"diverged,omitempty"`
}

// Key stands for all that a result depends on: the version of the numbers, what is
// kept of them, the text of a resolved experiment as far as it concerns them, and the
// array files that it names.
func Key(purpose string, text []byte, inputs []experiment.Input) string {
	parts := [][]byte{strconv.AppendInt(nil, numerics.Version, 10), []byte(purpose), text}
	for _, input := range inputs {
		parts = append(parts, []byte(input.Name), input.Data)
	}
	return store.Key(parts...)
}

// solveEnd solves an experiment's limit and looks at its end.
func solveEnd(ctx context.Context, e *experiment.Experiment) (*limitEnd, error) {
	outcome, err := engine.Run(ctx, e, engine.Options{Limit: true, Threads: 1})
	if err != nil {
		return nil, err
	}
	series := &outcome.Limit.Series
	end := &limitEnd{Slope: Number(math.NaN())}
	if d := outcome.Limit.Divergence; d != nil {
		at := Number(d.Time)
		end.Diverged = &at
		return end, nil
	}
	n := len(series.Rows)
	end.Values = make(map[string]Number, len(series.Columns))
	for c, name := range series.Columns {
		end.Values[name] = Number(series.Rows[n-1][c])
	}
	if n > 1 && series.Times[n-2] > 0 {
		risk := series.Column("risk")
		before, after := series.Rows[n-2][risk], series.Rows[n-1][risk]
		if before > 0 && after > 0 {
			rise := elementary.Log(after) - elementary.Log(before)
			end.Slope = Number(rise / (elementary.Log(series.Times[n-1]) - elementary.Log(series.Times[n-2])))
		}
	}
	return end, nil
}

// solveCurve solves an experiment's limit and keeps its risk.
func solveCurve(ctx context.Context, e *experiment.Experiment) (*riskCurve, error) {
	outcome, err := engine.Run(ctx, e, engine.Options{Limit: true, Threads: 1})
	if err != nil {
		return nil, err
	}
	series := &outcome.Limit.Series
	c := &riskCurve{Diverged: outcome.Limit.Divergence != nil}
	for k, risk := range series.Values("risk") {
		c.Times = append(c.Times, Number(series.Times[k]))
		c.Risks = append(c.Risks, Number(risk))
	}
	return c, nil
}

// Columns lists the columns that the limit of an experiment has, by solving it
// for no time at all.
func Columns(ctx context.Context, e *experiment.Experiment) ([]string, error) {
	still := *e
	still.Times = e.Times[:1]
	if e.Times[0] > 0 {
		still.Times = []float64{0}
	}
	outcome, err := engine.Run(ctx, &still, engine.Options{Limit: true, Threads: 1})
	if err != nil {
		return nil, err
	}
	return slices.Clone(outcome.Limit.Series.Columns), nil
}
