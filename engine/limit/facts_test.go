package limit

import (
	"context"
	"math"
	"testing"

	"anisgd/engine/gauss"
	"anisgd/engine/model"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/statistic"
)

// The facts of theory, section 9, at times where they are sharp.

// opposite is a binary experiment with labels ±1 and means ±μ.
func opposite(t testing.TB, d int64, logistic bool, plus, minus model.Covariance, mean model.Vector, rule rate.Rule, times ...float64) *Config {
	t.Helper()
	m := model.Model{Dim: d, Classes: []model.Class{
		{Prior: 0.5, Label: 1, Covariance: plus, Mean: mean},
		{Prior: 0.5, Label: -1, Covariance: minus, Mean: model.Scaled{Of: mean, By: -1}},
	}}
	arrays, err := m.Materialize()
	if err != nil {
		t.Fatal(err)
	}
	labels := []float64{1, -1}
	var p problem.Problem = problem.LeastSquares{Labels: labels}
	if logistic {
		p = problem.Logistic{Labels: labels}
	}
	return &Config{
		Arrays: arrays, Problem: p, Rate: rule, Times: times, Selection: statistic.Selection{Error: true},
		Method: "dopri5", RelativeTolerance: 1e-9, AbsoluteTolerance: 1e-13, Threads: 1,
	}
}

func solve(t *testing.T, c *Config) *Result {
	t.Helper()
	result, err := Solve(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func last(r *Result, column string) float64 {
	return r.Series.Rows[len(r.Series.Rows)-1][r.Series.Column(column)]
}

// distances is S = μᵀK⁻¹μ and κ = tr K/d.
func distances(c *Config) (s, kappa float64) {
	d := float64(c.Arrays.Dim)
	lambda := c.Arrays.Spectra[0].Values
	for rho, m := range c.Arrays.Sources[0] {
		s += m * m / d / lambda[rho]
		kappa += lambda[rho] / d
	}
	return s, kappa
}

func within(t *testing.T, what string, got, want, relative float64) {
	t.Helper()
	if !(math.Abs(got-want) <= relative*math.Abs(want)) {
		t.Errorf("%s = %.9g, want %.9g to %.2g", what, got, want, relative)
	}
}

func TestStationaryPointOfLogistic(t *testing.T) {
	for _, c := range []struct {
		covariance model.Covariance
		mean       model.Vector
		gamma      float64
	}{
		{model.Isotropic(1), model.ConstantVector(1), 0.5},
		{model.Isotropic(1), model.ConstantVector(1), 4},
		{model.PowerLaw{Exponent: 0.5, Scale: 1}, model.PowerVector{Exponent: 0.4, Scale: 1}, 1},
	} {
		config := opposite(t, 60, true, c.covariance, c.covariance, c.mean, rate.Constant(c.gamma), 3000)
		s, kappa := distances(config)
		m, b := stationaryPoint(s, kappa, c.gamma)
		result := solve(t, config)
		within(t, "m", last(result, "mean_0_0"), m, 1e-7)
		within(t, "B", last(result, "cov_0_0_0"), b, 1e-7)
		within(t, "risk", last(result, "risk"), gauss.ExpectLogistic(m, b).Risk, 1e-7)
	}
}

// stationaryPoint is m = cS and B = c²S + γ(c − 1)κ/2 with c = |g|/H, of logistic
// regression: |g|/H minus c falls with c.
func stationaryPoint(s, kappa, gamma float64) (mean, variance float64) {
	at := func(c float64) (mean, variance float64) { return c * s, c*c*s + gamma*(c-1)*kappa/2 }
	lo, hi := 1.0, 1e3
	for range 200 {
		mid := (lo + hi) / 2
		if e := gauss.ExpectLogistic(at(mid)); e.Gradient/e.Hessian > mid {
			lo = mid
		} else {
			hi = mid
		}
	}
	return at(lo)
}

// As γ → 0 the solution is linear discriminant analysis, x = 2K⁻¹μ.
func TestSmallRateIsDiscriminantAnalysis(t *testing.T) {
	config := opposite(t, 60, true, model.PowerLaw{Exponent: 0.5, Scale: 1}, model.PowerLaw{Exponent: 0.5, Scale: 1},
		model.PowerVector{Exponent: 0.4, Scale: 1}, rate.Power{Initial: 1, Exponent: 0.7, Timescale: 1}, 1e6)
	config.AbsoluteTolerance = 1e-9
	config.RelativeTolerance = 1e-7
	s, _ := distances(config)
	result := solve(t, config)
	within(t, "m", last(result, "mean_0_0"), 2*s, 1e-3)
	within(t, "error", last(result, "error"), gauss.NegativeProbability(math.Sqrt(s), 1), 1e-3)
}

// There is no largest stable γ for the logistic loss: the error saturates at Φ(−ζ)
// with ζ = ‖μ‖² Φ(−ζ)/φ(ζ).
func TestErrorSaturatesAtLargeRates(t *testing.T) {
	zeta := 0.0
	for range 200 {
		zeta = 0.5*zeta + 0.5*gauss.NegativeProbability(zeta, 1)*math.Sqrt(2*math.Pi)*math.Exp(zeta*zeta/2)
	}
	var norms []float64
	for _, gamma := range []float64{1000, 2000} {
		config := opposite(t, 20, true, model.Isotropic(1), model.Isotropic(1), model.ConstantVector(1), rate.Constant(gamma), 200)
		result := solve(t, config)
		within(t, "error", last(result, "error"), gauss.NegativeProbability(zeta, 1), 2e-3)
		norms = append(norms, math.Sqrt(last(result, "norm2")))
	}
	within(t, "growth of the norm with γ", norms[1]/norms[0], 2, 1e-2)
}

func TestZeroOneRates(t *testing.T) {
	const d = 80
	ends := model.CumulativeCounts(d, []float64{0.25, 0.25, 0.5})
	plus := model.Stepped{Ends: ends, Values: []float64{0, 0, 1}}
	minus := model.Stepped{Ends: ends, Values: []float64{0, 1, 1}}
	clean := model.SteppedVector{Ends: ends, Values: []float64{1.6, 0, 0}}
	const energy = 0.25 * 1.6 * 1.6
	config := opposite(t, d, true, plus, minus, clean, rate.Constant(1.5), 3e4)
	config.AbsoluteTolerance = 1e-16
	within(t, "R γ e t", last(solve(t, config), "risk")*1.5*energy*3e4, 1, 1e-2)

	// AdaGrad-Norm: the rate tends to a positive limit, R ~ 1/(γ_∞ e t).
	config = opposite(t, d, true, plus, minus, clean, rate.AdaGradNorm{Eta: 2, B: 0.5}, 1.5e4, 3e4)
	config.AbsoluteTolerance = 1e-16
	result := solve(t, config)
	gamma := last(result, "learning_rate")
	within(t, "γ(t) at late times", result.Series.Rows[0][0], gamma, 1e-3)
	within(t, "R γ_∞ e t", last(result, "risk")*gamma*energy*3e4, 1, 1e-2)

	// No clean energy: the risk keeps away from zero.
	config = opposite(t, d, true, plus, minus, model.SteppedVector{Ends: ends, Values: []float64{0, 1, 1}}, rate.Constant(1.5), 1e3, 2e3)
	result = solve(t, config)
	first := result.Series.Rows[0][1]
	if r := last(result, "risk"); r < 0.05 || math.Abs(r/first-1) > 1e-3 {
		t.Errorf("risk %v, then %v, want a positive limit", first, r)
	}
}

// AdaGrad-Norm below the line: γ ~ t^{−1/2}, and the risk tends to that of γ → 0.
func TestAdaGradBelowTheLine(t *testing.T) {
	times := []float64{1e4, 1e5, 1e6}
	config := opposite(t, 60, true, model.Isotropic(1), model.Isotropic(1), model.ConstantVector(1), rate.AdaGradNorm{Eta: 1, B: 1}, times...)
	config.RelativeTolerance, config.AbsoluteTolerance = 1e-7, 1e-10
	result := solve(t, config)
	gammas := result.Series.Values("learning_rate")
	slope := math.Log(gammas[2]/gammas[1]) / math.Log(10)
	within(t, "exponent of γ", slope, -0.5, 1e-2)
	s, _ := distances(config)
	within(t, "risk", last(result, "risk"), gauss.ExpectLogistic(2*s, 4*s).Risk, 1e-3)
}

// Least squares is stable iff γ < 2/ρ(A), whatever the means.
func TestStabilityOfLeastSquares(t *testing.T) {
	const d, ridge = 50, 0.2
	for _, delta := range []float64{0, ridge} {
		plus, minus := model.PowerLaw{Exponent: 1, Scale: 1}, model.PowerLaw{Exponent: 0.3, Scale: 2}
		config := opposite(t, d, false, plus, minus, model.ConstantVector(0.5), rate.Constant(0), 4000)
		config.Ridge = delta
		var a [2][2]float64
		for rho := range d {
			l := [2]float64{config.Arrays.Spectra[0].Values[rho], config.Arrays.Spectra[1].Values[rho]}
			for i := range 2 {
				for j := range 2 {
					a[i][j] += 0.5 * l[i] * l[j] / (0.5*(l[0]+l[1]) + delta) / d
				}
			}
		}
		trace, determinant := a[0][0]+a[1][1], a[0][0]*a[1][1]-a[0][1]*a[1][0]
		threshold := 2 / (trace/2 + math.Sqrt(trace*trace/4-determinant))
		for factor, diverges := range map[float64]bool{0.99: false, 1.01: true} {
			config.Rate = rate.Constant(factor * threshold)
			config.RelativeTolerance, config.AbsoluteTolerance = 1e-6, 1e-9
			if got := solve(t, config).Divergence != nil; got != diverges {
				t.Errorf("ridge %v, γ = %v of the threshold %v: diverges %v, want %v", delta, factor, threshold, got, diverges)
			}
		}
	}
}

// Least squares with labels ±1, opposite means, the same covariance:
// R_∞ = 1/(2(1 + S)(1 − γκ/2)).
func TestStationaryRiskOfLeastSquares(t *testing.T) {
	covariance := model.PowerLaw{Exponent: 0.5, Scale: 1}
	config := opposite(t, 60, false, covariance, covariance, model.PowerVector{Exponent: 0.4, Scale: 1}, rate.Constant(1.2), 2000)
	s, kappa := distances(config)
	within(t, "risk", last(solve(t, config), "risk"), 1/(2*(1+s)*(1-1.2*kappa/2)), 1e-7)
}
