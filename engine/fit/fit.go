// Package fit fits powers, the exponents of scaling studies, with their confidence intervals.
package fit

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Power is a fit Coefficient·x^Exponent, a line through the logarithms.
type Power struct {
	Coefficient, Exponent float64
	// Low and High are the ends of the 95 % confidence interval of the exponent: that of
	// Student's t with the variance of the residuals.
	Low, High float64
}

// At is the value of the fit at a place.
func (p *Power) At(x float64) float64 { return p.Coefficient * math.Pow(x, p.Exponent) }

// FewestPoints are those beside which a line has residuals.
const FewestPoints = 3

// PowerOf fits a power to positive values at different positive places by least
// squares in the logarithms, with weights in inverse proportion to their variances; nil
// for equal ones. It is false if there are fewer than three, or if they are none of that.
func PowerOf(x, y, weights []float64) (Power, bool) {
	if len(x) < FewestPoints || len(x) != len(y) || weights != nil && len(weights) != len(x) {
		return Power{}, false
	}
	logX, logY := make([]float64, len(x)), make([]float64, len(x))
	for i := range x {
		if !(x[i] > 0) || !(y[i] > 0) || math.IsInf(x[i], 0) || math.IsInf(y[i], 0) {
			return Power{}, false
		}
		logX[i], logY[i] = math.Log(x[i]), math.Log(y[i])
	}
	centre, spread, residuals := stat.Mean(logX, weights), 0.0, 0.0
	intercept, slope := stat.LinearRegression(logX, logY, weights, false)
	for i := range logX {
		weight := 1.0
		if weights != nil {
			weight = weights[i]
		}
		r := logY[i] - intercept - slope*logX[i]
		residuals += weight * r * r
		spread += weight * (logX[i] - centre) * (logX[i] - centre)
	}
	if spread == 0 {
		return Power{}, false
	}
	freedom := float64(len(x) - 2)
	student := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: freedom}
	half := student.Quantile(0.975) * math.Sqrt(residuals/freedom/spread)
	return Power{math.Exp(intercept), slope, slope - half, slope + half}, true
}
