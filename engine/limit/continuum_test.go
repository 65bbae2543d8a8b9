package limit

import (
	"context"
	"math"
	"testing"

	"anisgd/engine/gauss"
	"anisgd/engine/model"
	"anisgd/engine/parallel"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/spectrum"
	"anisgd/engine/statistic"
)

// continuum is a binary experiment as d → ∞: eigenvalues u^α for both classes, means
// ±u^β/√d, labels ±1.
func continuum(t testing.TB, logistic bool, alpha, beta float64, rule rate.Rule, times ...float64) *Config {
	t.Helper()
	law, mean := model.PowerLaw{Exponent: alpha, Scale: 1}, model.PowerVector{Exponent: beta, Scale: 1}
	m := &model.Model{Dim: 1e15, Classes: []model.Class{
		{Prior: 0.5, Label: 1, Covariance: law, Mean: mean},
		{Prior: 0.5, Label: -1, Covariance: law, Mean: model.Scaled{Of: mean, By: -1}},
	}}
	labels := []float64{1, -1}
	var p problem.Problem = problem.LeastSquares{Labels: labels}
	if logistic {
		p = problem.Logistic{Labels: labels}
	}
	return &Config{
		Nodes:   nodesOf(t, &spectrum.Description{Model: m, Continuum: true, Horizon: rate.Largest(rule, times[len(times)-1]) * times[len(times)-1]}),
		Problem: p, Rate: rule, Times: times, Selection: statistic.Selection{Error: true}, Spectrum: ContinuousSpectrum,
		Method: "radau9", RelativeTolerance: 1e-9, AbsoluteTolerance: 1e-30, Threads: 1,
	}
}

func nodesOf(t testing.TB, description *spectrum.Description) *spectrum.Nodes {
	t.Helper()
	pool := parallel.NewPool(1)
	defer pool.Close()
	nodes, closed := spectrum.Of(description, pool)
	if !closed {
		t.Fatal("not in closed form")
	}
	return nodes
}

// decades are times 10^from … 10^to, a number a decade.
func decades(from, to, perDecade int) []float64 {
	var times []float64
	for k := from * perDecade; k <= to*perDecade; k++ {
		times = append(times, math.Pow(10, float64(k)/float64(perDecade)))
	}
	return times
}

// slopes are d log R/d log t between neighbouring times, at their geometric means.
func slopes(r *Result, offset float64) (times, slopes []float64) {
	risk := r.Series.Values("risk")
	for k := 1; k < len(risk); k++ {
		a, b := r.Series.Times[k-1], r.Series.Times[k]
		times = append(times, math.Sqrt(a*b))
		slopes = append(slopes, math.Log((risk[k]-offset)/(risk[k-1]-offset))/math.Log(b/a))
	}
	return times, slopes
}

// On the line α = 2β + 1 the risk of logistic regression falls like
// t^(−1/(4β+3)) (log t)^(−α/(2α+1)); the slope shows the exponent and its logarithm.
func TestCriticalExponentOfLogistic(t *testing.T) {
	for _, beta := range []float64{0, 0.5} {
		alpha := 2*beta + 1
		r := solve(t, continuum(t, true, alpha, beta, rate.Constant(1), decades(10, 16, 1)...))
		times, slopes := slopes(r, 0)
		previous := math.Inf(1)
		for k, slope := range slopes {
			power := -1 / (4*beta + 3)
			logarithm := -alpha / (2*alpha + 1) / math.Log(times[k])
			distance := math.Abs(slope - (power + logarithm))
			if distance > 0.5*math.Abs(slope-power) || distance > previous {
				t.Errorf("β=%g, t=%.1e: slope %.6f, want %.6f with the logarithm, %.6f without", beta, times[k], slope, power+logarithm, power)
			}
			previous = distance
		}
		within(t, "slope", slopes[len(slopes)-1], -1/(4*beta+3)-alpha/(2*alpha+1)/math.Log(times[len(times)-1]), 0.02)
	}
}

// AdaGrad-Norm does not move the line; on it the risk falls like t^(−1/(4α+1)), up to
// corrections of the slope like 1/log t, which are extrapolated.
func TestCriticalExponentOfAdaGrad(t *testing.T) {
	for _, beta := range []float64{0, 0.5} {
		alpha := 2*beta + 1
		r := solve(t, continuum(t, true, alpha, beta, rate.AdaGradNorm{Eta: 1, B: 1}, decades(14, 16, 1)...))
		times, slopes := slopes(r, 0)
		x, y := math.Log(times[0]), math.Log(times[1])
		within(t, "exponent", (slopes[1]*y-slopes[0]*x)/(y-x), -1/(4*alpha+1), 0.03)
	}
}

// Below the line the risk tends to that of the stationary point with
// S = 1/(2β+1−α) and κ = 1/(1+α), like t^(−(2β+1−α)/α).
func TestApproachBelowTheLine(t *testing.T) {
	for _, c := range []struct{ alpha, beta float64 }{{0.5, 0.1}, {1, 0.5}, {0.5, 0.25}} {
		exponent := (2*c.beta + 1 - c.alpha) / c.alpha
		r := solve(t, continuum(t, true, c.alpha, c.beta, rate.Constant(1), append(decades(4, 6, 1), 1e16)...))
		stationary := gauss.ExpectLogistic(stationaryPoint(1/(2*c.beta+1-c.alpha), 1/(1+c.alpha), 1)).Risk
		within(t, "risk at t = 1e16", last(r, "risk"), stationary, 1e-10)
		_, slopes := slopes(r, stationary)
		within(t, "exponent", slopes[1], -exponent, 3e-3)
	}
}

// Above the line the slope is −1/(1 + ((1−θ)/θ)/y), y ~ log t: y grows by log 10 in a
// decade.
func TestSlopeAboveTheLine(t *testing.T) {
	for _, c := range []struct{ alpha, beta float64 }{{3, 0.25}, {4, 0}} {
		theta := (c.alpha - 2*c.beta - 1) / c.alpha
		r := solve(t, continuum(t, true, c.alpha, c.beta, rate.Constant(1), decades(14, 16, 1)...))
		_, slopes := slopes(r, 0)
		y := func(slope float64) float64 { return (1 - theta) / theta / (-1/slope - 1) }
		within(t, "y over a decade", y(slopes[1])-y(slopes[0]), math.Ln10, 0.06)
	}
}

// Least squares on the line: S grows like log t/α, and with it 1/R = 2(1+S)(1−γκ/2).
func TestLeastSquaresOnTheLine(t *testing.T) {
	for _, beta := range []float64{0, 0.5} {
		alpha := 2*beta + 1
		r := solve(t, continuum(t, false, alpha, beta, rate.Constant(0.5), 1e13, 1e14))
		risk := r.Series.Values("risk")
		kappa := 1 / (1 + alpha)
		within(t, "1/R over a decade", 1/risk[1]-1/risk[0], 2*(1-0.5*kappa/2)/alpha*math.Ln10, 2e-3)
	}
}

// The smaller of two exponents rules: the slope's magnitude falls below the line and
// rises above it.
func TestTwoExponents(t *testing.T) {
	for _, c := range []struct {
		first, second, beta float64
		vanishes            bool
	}{{1.2, 3, 0.2, false}, {1.7, 3, 0.2, true}, {3, 1.2, 0.2, false}} {
		mean := model.PowerVector{Exponent: c.beta, Scale: 1}
		m := &model.Model{Dim: 1e15, Classes: []model.Class{
			{Prior: 0.5, Label: 1, Covariance: model.PowerLaw{Exponent: c.first, Scale: 1}, Mean: mean},
			{Prior: 0.5, Label: -1, Covariance: model.PowerLaw{Exponent: c.second, Scale: 1}, Mean: model.Scaled{Of: mean, By: -1}},
		}}
		config := continuum(t, true, 1, 0, rate.Constant(0.5), 1e10, 1e11, 1e15, 1e16)
		config.Nodes = nodesOf(t, &spectrum.Description{Model: m, Continuum: true, Horizon: 1e16})
		_, slopes := slopes(solve(t, config), 0)
		if drift := math.Abs(slopes[2]) - math.Abs(slopes[0]); drift > 0 != c.vanishes {
			t.Errorf("exponents %g and %g, β = %g: the slope goes from %.4g to %.4g", c.first, c.second, c.beta, slopes[0], slopes[2])
		}
	}
}

// Nodes in closed form give the risk of the full sum to 1e-9, and the estimate of their
// error is not below it; exponents from 0.5 to 6, means and starts smooth and drawn.
func TestClosedFormAgreesWithFull(t *testing.T) {
	for name, exponents := range map[string][2]float64{
		"1.1 and 1.5": {1.1, 1.5}, "0.5": {0.5, 0.5}, "3 and 6": {3, 6}, "0.5 and 2": {0.5, 2},
	} {
		for kind, mean := range map[string]model.Vector{
			"smooth": model.PowerVector{Exponent: 0.2, Scale: 1}, "drawn": model.NormalVector{Norm: 1, Seed: 4},
		} {
			sizes := map[int64][]float64{1000: {0.1, 50, 1e4}, 30000: {0.1, 50, 300}}
			if testing.Short() {
				sizes = map[int64][]float64{1000: {0.1, 50}}
			}
			for d, times := range sizes {
				t.Run(name+", "+kind, func(t *testing.T) {
					t.Parallel()
					plus, minus := model.PowerLaw{Exponent: exponents[0], Scale: 1}, model.PowerLaw{Exponent: exponents[1], Scale: 1}
					c := opposite(t, d, true, plus, minus, mean, rate.Constant(0.7), times...)
					start := []model.Vector{model.NormalVector{Norm: 0.5, Seed: 9}}
					m := &model.Model{Dim: d, Classes: []model.Class{
						{Prior: 0.5, Label: 1, Covariance: plus, Mean: mean},
						{Prior: 0.5, Label: -1, Covariance: minus, Mean: model.Scaled{Of: mean, By: -1}},
					}}
					c.Start = [][]float64{m.FillVector(start[0])}
					c.StartVariance = 0.3
					c.RelativeTolerance, c.AbsoluteTolerance = 1e-12, 1e-15
					full := solve(t, c)
					c.Nodes = nodesOf(t, &spectrum.Description{Model: m, Start: start, Horizon: 0.7 * times[len(times)-1]})
					compressed := solve(t, c)
					for k := range times {
						a, b := compressed.Series.Values("risk")[k], full.Series.Values("risk")[k]
						// Solutions differ by their integrations, too.
						if distance := math.Abs(a/b - 1); distance > 1e-9 || distance > 10*compressed.CompressionError+3e-11 {
							t.Errorf("d=%d, t=%v: risk %.15g on %d nodes, %.15g in full, estimate %.2g", d, times[k], a, compressed.Nodes, b, compressed.CompressionError)
						}
					}
					t.Logf("%d nodes, estimate %.2g", compressed.Nodes, compressed.CompressionError)
				})
			}
		}
	}
}

// TestResidualAtRounding: far above the line least squares is learned so well that 1 − m is
// 1e-8 and less, and a step times its rounding no longer small beside the state. The risk
// falls like t^−(α−2β−1)/α all the same, in few steps and as exactly as asked for.
func TestResidualAtRounding(t *testing.T) {
	for _, alpha := range []float64{2, 3, 4} {
		var finest float64
		for _, tolerance := range []float64{1e-11, 1e-9, 1e-7, 1e-5} {
			c := continuum(t, false, alpha, 0, rate.Constant(1), 0, 1e12, 1e14)
			c.RelativeTolerance, c.AbsoluteTolerance, c.MaxSteps = tolerance, 1e-12, 1000
			r, err := Solve(context.Background(), c)
			if err != nil {
				t.Fatal(err)
			}
			if r.Stop != nil || r.Divergence != nil || r.Steps > 350 {
				t.Fatalf("α = %g, rtol %g: %d steps, %v, %v", alpha, tolerance, r.Steps, r.Stop, r.Divergence)
			}
			risks := r.Series.Values("risk")
			if finest == 0 {
				finest = risks[2]
			}
			if off := math.Abs(risks[2]/finest - 1); !(off < 100*tolerance+1e-5) {
				t.Errorf("α = %g, rtol %g: risk %g, %g with 1e-11", alpha, tolerance, risks[2], finest)
			}
			if exponent := math.Log(risks[1]/risks[2]) / math.Log(100); math.Abs(exponent-(alpha-1)/alpha) > 2e-3 {
				t.Errorf("α = %g, rtol %g: R ~ t^−%g, want %g", alpha, tolerance, exponent, (alpha-1)/alpha)
			}
		}
	}
}
