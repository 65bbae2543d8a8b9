package gauss

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// A softmaxLaw is a class and a Gaussian law of the outputs.
type softmaxLaw struct {
	class            int
	mean, covariance []float64
}

func (l softmaxLaw) outputs() int { return len(l.mean) }

// independentLaw has a mean for the class 0, zero for the others, and a diagonal
// covariance with a common part that must not matter.
func independentLaw(outputs int, mean float64, variances func(j int) float64) softmaxLaw {
	l := softmaxLaw{mean: make([]float64, outputs), covariance: make([]float64, outputs*outputs)}
	l.mean[0] = mean
	for i := range l.covariance {
		l.covariance[i] = 0.5
	}
	for j := range outputs {
		l.covariance[j*outputs+j] += variances(j)
	}
	return l
}

// randomLaw has normal means of the given deviation and a Wishart covariance of the
// given rank with that variance.
func randomLaw(source *rand.Rand, outputs, rank int, variance, deviation float64) softmaxLaw {
	l := softmaxLaw{class: source.IntN(outputs), mean: make([]float64, outputs), covariance: make([]float64, outputs*outputs)}
	factor := make([]float64, outputs*max(rank, 1))
	for i := range factor {
		factor[i] = source.NormFloat64() * math.Sqrt(variance/float64(max(rank, 1)))
	}
	for j := range outputs {
		l.mean[j] = deviation * source.NormFloat64()
		for k := range outputs {
			for c := range rank {
				l.covariance[j*outputs+k] += factor[j*rank+c] * factor[k*rank+c]
			}
		}
	}
	return l
}

// addNoise adds independent noise to the outputs.
func (l softmaxLaw) addNoise(variance float64) softmaxLaw {
	for j := range l.outputs() {
		l.covariance[j*l.outputs()+j] += variance
	}
	return l
}

// referenceSoftmax integrates by the plain trapezoidal rule in the coordinates of the
// differences' Cholesky factor, over all of the given radius and with one exponential for
// each output and node: no windows, no eigenvectors, no recurrences, no splitting.
func referenceSoftmax(l softmaxLaw, spacing, radius float64) *SoftmaxExpectation {
	K := l.outputs()
	n := K - 1
	at := func(j, k int) float64 { return l.covariance[j*K+k] }
	shift := make([]float64, n)
	factor := make([][]float64, n)
	for a := range n {
		j := other(a, l.class)
		shift[a] = l.mean[j] - l.mean[l.class]
		factor[a] = make([]float64, n)
		for b := range a + 1 {
			k := other(b, l.class)
			x := at(j, k) - at(j, l.class) - at(k, l.class) + at(l.class, l.class)
			for c := range b {
				x -= factor[a][c] * factor[b][c]
			}
			switch {
			case a == b && x > 1e-12*at(j, j):
				factor[a][a] = math.Sqrt(x)
			case a != b && factor[b][b] > 0:
				factor[a][b] = x / factor[b][b]
			}
		}
	}
	e := NewSoftmaxExpectation(K)
	differences, normals := make([]float64, n), make([]float64, n)
	steps := int(radius / spacing)
	var descend func(axis int, weight float64)
	descend = func(axis int, weight float64) {
		if axis == n {
			addReferenceNode(e, l.class, differences, weight)
			return
		}
		width := factor[axis][axis]
		from, to := -steps, steps
		if width == 0 {
			from, to = 0, 0
		}
		for i := from; i <= to; i++ {
			z := float64(i) * spacing
			normals[axis] = z
			differences[axis] = shift[axis]
			for b := range axis + 1 {
				differences[axis] += factor[axis][b] * normals[b]
			}
			w := 1.0
			if width > 0 {
				w = spacing / math.Sqrt(2*math.Pi) * math.Exp(-z*z/2)
			}
			descend(axis+1, weight*w)
		}
	}
	descend(0, 1)
	return e
}

// addReferenceNode adds the loss and its derivatives as they are defined, but for
// 1 − π_i, the sum of the other probabilities.
func addReferenceNode(e *SoftmaxExpectation, class int, differences []float64, weight float64) {
	K := len(differences) + 1
	var residual, probability [16]float64
	top := 0.0
	for _, t := range differences {
		top = math.Max(top, t)
	}
	sum := 0.0
	for _, t := range differences {
		sum += math.Exp(t - top)
	}
	own := math.Exp(-top)
	total := own + sum
	if top < 700 {
		e.Risk += weight * math.Log1p(sum/own)
	} else {
		e.Risk += weight * (top + math.Log(total))
	}
	probability[class] = own / total
	residual[class] = -sum / total
	for a, t := range differences {
		j := other(a, class)
		probability[j] = math.Exp(t-top) / total
		residual[j] = probability[j]
	}
	for j := range K {
		e.Gradient[j] += weight * residual[j]
		for k := range K {
			e.SecondMoment[j*K+k] += weight * residual[j] * residual[k]
			if k != j {
				e.Hessian[j*K+k] -= weight * probability[j] * probability[k]
				e.Hessian[j*K+j] += weight * probability[j] * probability[k]
			}
		}
	}
}

// softmaxErrors returns the relative errors of risk, gradient, Hessian and second moment.
func softmaxErrors(got, want *SoftmaxExpectation) [4]float64 {
	relative := func(x, y []float64) float64 {
		difference := mat.NewVecDense(len(x), nil)
		difference.SubVec(mat.NewVecDense(len(x), x), mat.NewVecDense(len(y), y))
		largest := mat.Norm(mat.NewVecDense(len(y), y), math.Inf(1))
		if largest == 0 {
			return mat.Norm(difference, math.Inf(1))
		}
		difference.ScaleVec(1/largest, difference)
		scaled := mat.NewVecDense(len(y), nil)
		scaled.ScaleVec(1/largest, mat.NewVecDense(len(y), y))
		return mat.Norm(difference, 2) / mat.Norm(scaled, 2)
	}
	return [4]float64{
		relative([]float64{got.Risk}, []float64{want.Risk}),
		relative(got.Gradient, want.Gradient),
		relative(got.Hessian, want.Hessian),
		relative(got.SecondMoment, want.SecondMoment),
	}
}

func largest(values [4]float64) float64 {
	return math.Max(math.Max(values[0], values[1]), math.Max(values[2], values[3]))
}
