package main

import (
	"fmt"
	"math"

	"anisgd/cmd/anisgd/internal/output"
	"anisgd/engine"
	"anisgd/engine/experiment"
	"anisgd/engine/rate"
	"anisgd/engine/regime"
)

// theory is what is predicted about an experiment; what does not apply is left
// out.
type theory struct {
	// Separation is S = μᵀ(ΣK_i)⁻¹μ of two opposite means, null where it is
	// infinite.
	Separation *output.Number `json:"separation,omitempty"`
	// StableBelow is the learning rate below which least squares is stable, null
	// where every one is.
	StableBelow *output.Number `json:"stable_below,omitempty"`
	Regime      string         `json:"regime,omitempty"`
}

// Sizes up to which the model's arrays are computed for a prediction: numbers in
// all of them, and products of pairs of eigenvalues.
const (
	largestArrays = 1 << 24
	largestPairs  = 1 << 31
)

// theoryOf predicts what it can from the model's arrays, nothing where they are
// too large for a check.
func theoryOf(e *experiment.Experiment) theory {
	var t theory
	spectra, sources := engine.DistinctArrays(e.Model)
	d := float64(e.Model.Dim)
	if d*float64(spectra+sources) > largestArrays || d*float64(spectra*spectra) > largestPairs {
		return t
	}
	arrays, err := e.Model.Materialize()
	if err != nil {
		return t // whoever runs the experiment is told
	}
	opposite := regime.Opposite(arrays)
	if opposite {
		s := output.Number(regime.Separation(arrays))
		t.Separation = &s
	}
	unstable := false
	if e.Loss == "least-squares" {
		threshold := regime.StabilityThreshold(arrays, e.Ridge)
		bound := output.Number(threshold)
		t.StableBelow = &bound
		if γ, constant := e.Rate.(rate.Constant); constant && float64(γ) >= threshold {
			unstable = true
			t.Regime = "unstable: SGD and the limit diverge"
		}
	}
	if e.HasLabels() && e.Problem.HasError() && e.Ridge == 0 && !unstable {
		prediction := regime.Predict(e.Model, arrays)
		if e.Loss == "logistic" {
			t.Regime = describeLogistic(&prediction, e.Rate)
		} else if opposite {
			t.Regime = describeLeastSquares(&prediction, e.Rate)
		}
	}
	return t
}

// describeLogistic tells the regime of logistic regression, and where it is known
// how fast the risk R gets there.
func describeLogistic(p *regime.Prediction, rule rate.Rule) string {
	where := describeKind(p)
	switch r := rule.(type) {
	case rate.Constant:
		if where == "" || r == 0 {
			return ""
		}
		how := ""
		switch {
		case p.Kind == regime.CleanMeans:
			how = ", R ~ 1/(γet)"
		case !p.SameAlpha:
		case p.Kind == regime.BelowLine && p.Alpha > 0:
			how = fmt.Sprintf(", R − R∞ ~ t^−%.4g", (2*p.Beta+1-p.Alpha)/p.Alpha)
		case p.Kind == regime.OnLine:
			how = fmt.Sprintf(", R ~ t^−%.4g (log t)^−%.4g", 1/(4*p.Beta+3), p.Alpha/(2*p.Alpha+1))
		case p.Kind == regime.AboveLine:
			how = fmt.Sprintf(", R ~ (log t)^%.4g/(γt)", (2*p.Beta+1)/(p.Alpha-2*p.Beta-1))
		}
		return where + how
	case rate.AdaGradNorm:
		switch p.Kind {
		case regime.BelowLine:
			return where + " that of γ → 0, γ ~ t^−0.5"
		case regime.OnLine:
			if p.SameAlpha {
				where += fmt.Sprintf(", R ~ t^−%.4g", 1/(4*p.Alpha+1))
			}
		case regime.CleanMeans:
			where += ", R ~ 1/(γ∞et) with the limit γ∞ > 0 of γ"
		case regime.NoisyMeans:
			return "" // theory has no statement
		}
		return where
	}
	return ""
}

// describeLeastSquares tells the regime of stable least squares on labels ±1.
func describeLeastSquares(p *regime.Prediction, rule rate.Rule) string {
	where := describeKind(p)
	if γ, constant := rule.(rate.Constant); !constant || γ == 0 || where == "" {
		return ""
	}
	switch {
	case p.Kind == regime.OnLine && p.SameAlpha:
		where += ", R ~ 1/log t"
	case p.Kind == regime.AboveLine && p.SameAlpha:
		where += fmt.Sprintf(", R ~ t^−%.4g", (p.Alpha-2*p.Beta-1)/p.Alpha)
	}
	return where
}

// describeKind says what a regime is, and what becomes of the risk.
func describeKind(p *regime.Prediction) string {
	line := func(relation string) string {
		return fmt.Sprintf("α = %.6g %s 2β + 1 = %.6g as d → ∞: ", p.Alpha, relation, 2*p.Beta+1)
	}
	switch p.Kind {
	case regime.BelowLine:
		return line("<") + "the risk tends to a positive limit"
	case regime.OnLine:
		return line("=") + "the risk tends to 0"
	case regime.AboveLine:
		return line(">") + "the risk tends to 0"
	case regime.CleanMeans:
		return fmt.Sprintf("mean energy e = %.6g in the modes without noise: the risk tends to 0", p.CleanEnergy)
	case regime.NoisyMeans:
		return "the means cannot be told apart in modes without noise: the risk tends to a positive limit"
	}
	return ""
}

// print writes what is predicted, in lines of a key and a value.
func (t *theory) print(line func(key, format string, arguments ...any)) {
	if t.Separation != nil {
		line("separation", "S = μᵀ(ΣKᵢ)⁻¹μ = %s at this d", formatBound(*t.Separation))
	}
	if t.StableBelow != nil {
		line("stability", "least squares is stable for γ < %s", formatBound(*t.StableBelow))
	}
	if t.Regime != "" {
		line("regime", "%s", t.Regime)
	}
}

// formatBound writes a number that may be infinite.
func formatBound(v output.Number) string {
	if math.IsInf(float64(v), 1) {
		return "∞"
	}
	return fmt.Sprintf("%.6g", float64(v))
}
