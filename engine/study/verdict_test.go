package study

import (
	"context"
	"math"
	"testing"

	"anisgd/engine/regime"
)

// curveOf is a law R(t) at the times at which the boundary is looked for, as the
// logarithm of R as a function of log t.
func curveOf(logRisk func(logTime float64) float64) *riskCurve {
	c := &riskCurve{}
	for k := range 73 {
		logTime := (5 + float64(k)/8) * math.Ln10
		c.Times = append(c.Times, Number(math.Exp(logTime)))
		c.Risks = append(c.Risks, Number(math.Exp(logRisk(logTime))))
	}
	return c
}

// TestVerdictOnKnownLaws: laws of theory, section 9, and others.
func TestVerdictOnKnownLaws(t *testing.T) {
	log, exp := math.Log, math.Exp
	for name, c := range map[string]struct {
		law   func(l float64) float64
		decay boundaryDecay
		want  regime.Fate
	}{
		"1/t":               {func(l float64) float64 { return -l }, powerDecay, regime.Vanishing},
		"1/t from above":    {func(l float64) float64 { return -l + log(1+3*exp(-0.4*l)) }, powerDecay, regime.Vanishing},
		"1/t from below":    {func(l float64) float64 { return -l + log(1-0.9*exp(-0.4*l)) }, powerDecay, regime.Vanishing},
		"log t/t":           {func(l float64) float64 { return -l + 3*log(l) }, powerDecay, regime.Vanishing},
		"far above":         {func(l float64) float64 { return -l + 0.5*log(l) }, powerDecay, regime.Vanishing},
		"slope that grows":  {func(l float64) float64 { return -l + 4*log(l+30) }, powerDecay, regime.Vanishing},
		"constant":          {func(float64) float64 { return -3 }, powerDecay, regime.Positive},
		"rises":             {func(l float64) float64 { return -3 - exp(-0.1*l) }, powerDecay, regime.Positive},
		"fast to a limit":   {func(l float64) float64 { return log(0.1 + exp(-0.5*l)) }, powerDecay, regime.Positive},
		"slowly to a limit": {func(l float64) float64 { return log(0.001 + exp(-0.05*l)) }, powerDecay, regime.Positive},
		// Least squares: S grows like (t^θ − 1)/θ, R = 1/(1 + S).
		"least squares above": {func(l float64) float64 { return -log(1 + (exp(0.05*l)-1)/0.05) }, logarithmicDecay, regime.Vanishing},
		"least squares below": {func(l float64) float64 { return -log(1 + (exp(-0.05*l)-1)/-0.05) }, logarithmicDecay, regime.Positive},
		"1/t, least squares":  {func(l float64) float64 { return -l }, logarithmicDecay, regime.Vanishing},
		"limit, least squares": {
			func(l float64) float64 { return log(0.2 + exp(-0.1*l)) }, logarithmicDecay, regime.Positive,
		},
	} {
		curve := curveOf(c.law)
		fate, drift, err := curve.verdict(lateWindow, c.decay)
		if err != nil || fate != c.want || (drift >= 0) != (c.want == regime.Vanishing) {
			t.Errorf("%s: %v by drift %v (%v), want %v", name, fate, drift, err, c.want)
		}
	}
	if fate, _, _ := (&riskCurve{Diverged: true}).verdict(lateWindow, powerDecay); fate != regime.Unstable {
		t.Errorf("diverged: %v", fate)
	}
	negative := curveOf(func(l float64) float64 { return -l })
	negative.Risks[70] = -1
	if _, _, err := negative.verdict(lateWindow, powerDecay); err == nil {
		t.Error("a negative risk has a logarithm")
	}
	if _, _, err := (&riskCurve{}).verdict(lateWindow, powerDecay); err == nil {
		t.Error("a verdict on nothing")
	}
}

// TestFitIsExactOnParabolas: slope, curvature and middle of what they are defined
// by, also at unevenly spaced times.
func TestFitIsExactOnParabolas(t *testing.T) {
	c := &riskCurve{}
	for _, decades := range []float64{10.9, 11, 11.1, 11.7, 12.2, 13, 13.1, 14} {
		l := decades * math.Ln10
		c.Times = append(c.Times, Number(math.Exp(l)))
		c.Risks = append(c.Risks, Number(math.Exp(2-0.3*l-0.01*l*l)))
	}
	slope, curvature, middle, fall, err := c.fit(lateWindow)
	wantMiddle := (11 + 11.1 + 11.7 + 12.2 + 13 + 13.1 + 14) / 7 * math.Ln10
	if err != nil || math.Abs(middle-wantMiddle) > 1e-12 || math.Abs(curvature-0.02) > 1e-12 || math.Abs(slope-(0.3+0.02*middle)) > 1e-11 {
		t.Errorf("slope %v, curvature %v, middle %v (%v)", slope, curvature, middle, err)
	}
	first, last := 11*math.Ln10, 14*math.Ln10
	if want := 0.3*(last-first) + 0.01*(last*last-first*first); math.Abs(fall-want) > 1e-11 {
		t.Errorf("fall %v, want %v", fall, want)
	}
}

// TestBoundaryOfModelsOfTheTransition searches in families of laws whose boundary
// is known: the interval holds it, and the estimate is near.
func TestBoundaryOfModelsOfTheTransition(t *testing.T) {
	sinh := func(x float64) float64 { // (e^x − 1)/x
		if math.Abs(x) < 1e-9 {
			return 1
		}
		return math.Expm1(x) / x
	}
	for name, c := range map[string]struct {
		law       func(y, l float64) float64
		decay     boundaryDecay
		boundary  float64
		tolerance float64
	}{
		// R = 1/(1 + S): on the boundary 1/log t, beside it powers.
		"least squares": {func(y, l float64) float64 {
			return -math.Log(1 + l*sinh((y-0.4)*l))
		}, logarithmicDecay, 0.4, 0.01},
		// A slope that starts from 0.2 on the boundary, with a correction 1/log t,
		// and drifts apart to 0 and 1 like the logistic function of (y − y*)·log t.
		"logistic": {func(y, l float64) float64 {
			total, steps := 0.0, 400
			for k := range steps {
				at := l * (float64(k) + 0.5) / float64(steps)
				x := (y - 0.6) * 0.3 * at
				total += (0.2*math.Exp(x)/(0.8+0.2*math.Exp(x)) + 0.3/(at+3)) * l / float64(steps)
			}
			return -total
		}, powerDecay, 0.6, 0.02},
		// A step: a limit that is reached at once, or 1/t.
		"step": {func(y, l float64) float64 {
			if y <= 0 {
				return -2
			}
			return -l - math.Log(y)
		}, powerDecay, 0, 1e-3},
	} {
		evaluated := 0
		found, err := searchRisk(context.Background(), c.decay, func(_ context.Context, y float64) (*riskCurve, error) {
			evaluated++
			return curveOf(func(l float64) float64 { return c.law(y, l) }), nil
		})
		if err != nil || len(found) != 1 {
			t.Errorf("%s: found %+v (%v)", name, found, err)
			continue
		}
		b := found[0]
		if b.kind != Transition || math.Abs(b.share-c.boundary) > c.tolerance || b.low > c.boundary || b.high < c.boundary {
			t.Errorf("%s: %+v, want %v", name, b, c.boundary)
		}
		if b.high-b.low > 0.1 || evaluated > 40 {
			t.Errorf("%s: interval of %v after %d solutions", name, b.high-b.low, evaluated)
		}
	}
}

// TestCrossingsOfSeveralKinds: fates that change more than once on a line.
func TestCrossingsOfSeveralKinds(t *testing.T) {
	fateAt := func(y float64) regime.Fate {
		switch {
		case y < 0.13:
			return regime.Positive
		case y < 0.71:
			return regime.Vanishing
		case y < 0.72:
			return regime.Positive
		case y < 0.9:
			return regime.Unstable
		}
		return regime.Undecided
	}
	found, err := findCrossings(evenly(5), 1e-6, func(y float64) (regime.Fate, float64, error) {
		return fateAt(y), y - 0.13, nil
	})
	if err != nil || len(found) != 3 {
		t.Fatalf("%+v, %v", found, err)
	}
	for i, want := range []crossing{{Transition, 0, 0.13, 0}, {Transition, 0, 0.71, 0}, {Stability, 0, 0.72, 0}} {
		if c := found[i]; c.kind != want.kind || math.Abs(c.share-want.share) > 1e-6 || c.high-c.low > 1e-6 {
			t.Errorf("%+v, want %+v", c, want)
		}
	}
	if found, err := findCrossings(evenly(9), 1e-6, func(float64) (regime.Fate, float64, error) { return regime.Vanishing, 1, nil }); err != nil || found != nil {
		t.Errorf("%+v, %v", found, err)
	}
}
