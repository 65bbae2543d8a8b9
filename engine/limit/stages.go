package limit

import (
	"math"

	"anisgd/engine/closure"
	"anisgd/engine/internal/phase"
	"anisgd/engine/ode"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/kernels/elementary"
)

// stages solves the equations of an implicit step for outputs that relax alike in
// every node: one output, or least squares, where the Hessians are multiples of the
// identity. Given the sums on which the laws of the outputs depend, at the five
// stages, each response and each entry of the variance solves five linear equations
//
//	(A⁻¹ + h diag(a_i)) z = −h (a_i y + b_i)
//
// of its own, with A of the method and the rate a_i of its node at stage i. So the
// unknowns of Newton's iteration are the sums alone, and a sweep over the nodes gives
// the increments that follow from them, and the sums that follow from those. The
// Jacobian of this map at one state, Vᵀ(σ − D)⁻¹U for the three shifts of the method
// (lowRank), corrects them. The sums of earlier steps, continued in log t, are
// so good a start that two or three sweeps do. stages implements ode.StageSolver.
type stages struct {
	sumJacobian
	m    *compressed
	sums []sum
	// floors are what the absolute tolerance of the state lets the sums be wrong by,
	// over the relative one: sums that vanish need not be known to relative precision.
	floors []float64
	rank   int // the sums, and AdaGrad-Norm's if it matters
	// residual: least squares, where the sums matter through what is left of m − y or of
	// B − B̃ − B̃ᵀ + B*.
	residual bool

	couplings [ode.RadauStages]*closure.Coupling
	// Unknown sums at the stages: guessed, and as they follow from the guess; the
	// last is ‖∇R‖² for line search, where it is an unknown too.
	guess, implied, correction [ode.RadauStages][]float64
	// low is what rounding leaves of the guesses of means in least squares: a step times
	// what is lost of m − y is not small beside the state once steps are long. curvature is
	// Σ p_i f_i² over the classes of each source, with their factors f_i.
	low                  [ode.RadauStages][]float64
	curvature            []float64
	unknowns             int
	searches             bool
	gradient2            [ode.RadauStages]float64           // growth of AdaGrad-Norm's sum
	gains                [ode.RadauStages]*closure.Coupling // for γ = 1, for line search
	stageState           []float64
	linearizedAt         stagePoint // where the Jacobian was made
	asked                bool       // whether a new Jacobian is
	step, linearizedStep float64    // of Factor, and of the Jacobian
	values               []atStages // responses of a node
	sumsAtStages         []atStages
	gathered             *stageCoupling
	transformed          [ode.RadauStages][]float64
	scratch              *closure.Coupling

	trial, past history
}

// sumJacobian is the Jacobian of the compressed dynamics, and of the map from the
// sums at the stages to those that follow from them, whose transform has one block
// for each shift.
type sumJacobian interface {
	ode.Jacobian
	// solveSums replaces re + i·im, a residual of the sums, by their correction; k is
	// 0 for the real shift, where im is nil, 1 and 2 for the complex ones.
	solveSums(k int, re, im []float64)
}

// history is what the unknowns were at the stages of a step.
type history struct {
	start, size float64 // size 0: there is none
	values      [ode.RadauStages][]float64
	// continued are what the step before, continued, made of them, and surprise is
	// what was added to that.
	continued, surprise [ode.RadauStages][]float64
	repeats             bool // whether there was a step before
}

// alike reports whether all outputs of a problem relax alike in every node.
func alike(p problem.Problem) bool { return leastSquares(p) || p.Outputs() == 1 }

func leastSquares(p problem.Problem) bool {
	switch p.(type) {
	case problem.LeastSquares, problem.OneHotLeastSquares, problem.TeacherLeastSquares:
		return true
	}
	return false
}

// newLinearization is what the implicit method needs to solve its equations.
func newLinearization(m *compressed) ode.Jacobian {
	sums := m.sums()
	if separate(m.config) {
		return newStages(m, sums, newBlocks(m))
	}
	l := newLowRank(m, sums)
	if m.outputs == 1 {
		return newStages(m, sums, l)
	}
	return l
}

func newStages(m *compressed, sums []sum, jacobian sumJacobian) *stages {
	s := &stages{sumJacobian: jacobian, m: m, sums: sums, rank: len(sums), scratch: m.closure.NewCoupling()}
	if m.accumulates() {
		s.rank++
	}
	s.unknowns = s.rank
	if _, s.searches = m.config.Rate.(rate.LineSearch); s.searches {
		s.unknowns++
	}
	for i := range ode.RadauStages {
		s.couplings[i], s.gains[i] = m.closure.NewCoupling(), m.closure.NewCoupling()
		for _, v := range []*[]float64{
			&s.guess[i], &s.low[i], &s.implied[i], &s.correction[i], &s.transformed[i],
			&s.trial.values[i], &s.past.values[i],
			&s.trial.continued[i], &s.past.continued[i],
			&s.trial.surprise[i], &s.past.surprise[i],
		} {
			*v = make([]float64, s.unknowns)
		}
	}
	s.floors = make([]float64, s.unknowns)
	s.setFloors()
	s.residual = leastSquares(m.config.Problem)
	s.curvature = make([]float64, m.models)
	for _, class := range m.nodes.Classes {
		if class.Source >= 0 {
			s.curvature[class.Source] = math.FMA(class.Prior*class.Factor, class.Factor, s.curvature[class.Source])
		}
	}
	s.values, s.sumsAtStages = make([]atStages, m.responses), make([]atStages, len(sums))
	s.gathered = newStageCoupling(len(m.nodes.Eigenvalues), m.closure.Sources())
	s.stageState, s.linearizedAt.state = make([]float64, m.Dim()), make([]float64, m.Dim())
	return s
}

func (s *stages) setFloors() {
	m := s.m
	tolerated := m.config.AbsoluteTolerance / max(m.config.RelativeTolerance, 0x1p-53)
	n := m.outputs
	firstSecond := m.models * n
	products := m.wholeProducts()
	for node, w := range m.wholeWeights() {
		for source := range m.models {
			for _, product := range products[node][source*m.responses : (source+1)*m.responses] {
				for a := range n {
					s.floors[source*n+a] = math.FMA(tolerated, math.Abs(product), s.floors[source*n+a])
				}
			}
		}
		for l, eigenvalues := range m.nodes.Eigenvalues {
			for pair := range m.pairs {
				at := firstSecond + l*m.pairs + pair
				s.floors[at] = math.FMA(tolerated, math.Abs(w*eigenvalues[node]), s.floors[at])
			}
		}
	}
}

const (
	// maximalStageSweeps bounds the sweeps of a step.
	maximalStageSweeps = 12
	// fewSweeps is the number of sweeps up to which a Jacobian serves on, for steps
	// that differ by at most the factor similarSteps.
	fewSweeps    = 2
	similarSteps = 1.3
)

// SolveStages implements ode.StageSolver.
func (s *stages) SolveStages(t, h float64, y []float64, increments [ode.RadauStages][]float64, precision float64) (evaluations int, convergence ode.Convergence) {
	s.trial.start, s.trial.size, s.trial.repeats = t, h, false
	s.predict(t, h, y)
	// A correction of the sums shows in ‖∇R‖² only a sweep later, so with line search
	// two sweeps together contract.
	lag := 1
	if s.searches {
		lag = 2
	}
	var norms [maximalStageSweeps + 1]float64
	for sweep := 1; ; sweep++ {
		s.couple(t, h, y)
		s.sweep(h, y, increments)
		evaluations += ode.RadauStages
		if sweep == 1 && s.outdated(h) {
			evaluations += s.relinearize(t, h, y, increments)
		}
		norm := s.correct(precision)
		if !(norm <= math.MaxFloat64) {
			return evaluations, ode.Overflowed
		}
		for i, guess := range s.guess {
			for q, v := range s.correction[i] {
				if s.residual && q < s.m.models*s.m.outputs {
					guess[q], s.low[i][q] = twoSum(guess[q], s.low[i][q]+v)
					continue
				}
				guess[q] += v
			}
		}
		if norm <= precision {
			s.remember()
			if sweep > fewSweeps {
				return evaluations, ode.ConvergedSlowly
			}
			return evaluations, ode.Converged
		}
		if sweep == maximalStageSweeps || sweep > lag && norm > 0.9*norms[sweep-lag] {
			return evaluations, ode.Diverged
		}
		norms[sweep] = norm
	}
}

// twoSum is a + b rounded, and what rounding leaves (Knuth's TwoSum).
func twoSum(a, b float64) (sum, rest float64) {
	sum = a + b
	part := sum - a
	return sum, (a - (sum - part)) + (b - part)
}

// remember keeps the solution for the next steps.
func (s *stages) remember() {
	for i, guess := range s.guess {
		copy(s.trial.values[i], guess)
		for q, v := range guess {
			s.trial.surprise[i][q] = v - s.trial.continued[i][q]
		}
	}
}

// outdated reports whether the Jacobian does not serve for a step of size h. Over
// long times the solution is a smooth function of log t: then steps and rates of
// relaxation change together, and the Jacobian of a step, times its size, serves for
// steps of other sizes before and after.
func (s *stages) outdated(h float64) bool {
	return s.asked || !(h < similarSteps*s.linearizedStep && s.linearizedStep < similarSteps*h)
}

// relinearize makes the Jacobian that at the last stage but one, and factors it.
func (s *stages) relinearize(t, h float64, y []float64, increments [ode.RadauStages][]float64) (evaluations int) {
	const stage = ode.RadauStages - 2
	at := &s.linearizedAt
	at.time = math.FMA(ode.RadauCollocation.Nodes[stage], h, t)
	for j, v := range y {
		at.state[j] = v + increments[stage][j]
	}
	evaluations = s.makeJacobian(h)
	s.linearizedStep, s.asked = h, false
	return evaluations
}

// makeJacobian makes the Jacobian at linearizedAt and factors it for a step.
func (s *stages) makeJacobian(h float64) (evaluations int) {
	k := &ode.RadauCollocation
	evaluations = s.sumJacobian.Linearize(s.linearizedAt.time, s.linearizedAt.state, nil)
	s.sumJacobian.Factor(k.Shift/h, [2]complex128{
		complex(real(k.ComplexShifts[0])/h, imag(k.ComplexShifts[0])/h),
		complex(real(k.ComplexShifts[1])/h, imag(k.ComplexShifts[1])/h),
	})
	return evaluations
}

// Linearize implements ode.Jacobian: a Jacobian is made within the next step.
func (s *stages) Linearize(float64, []float64, []float64) (evaluations int) {
	s.asked = true
	return 0
}

// Factor implements ode.Jacobian.
func (s *stages) Factor(shift float64, _ [2]complex128) { s.step = ode.RadauCollocation.Shift / shift }

// SolveReal implements ode.Jacobian: (γ/h − J)⁻¹ for the step h of the Jacobian,
// times the ratio of the steps.
func (s *stages) SolveReal(x []float64) {
	s.sumJacobian.SolveReal(x)
	if ratio := s.step / s.linearizedStep; ratio != 1 {
		for i := range x {
			x[i] *= ratio
		}
	}
}

// Advance implements ode.StageSolver.
func (s *stages) Advance() {
	s.past, s.trial = s.trial, s.past
}

// Restart implements ode.StageSolver.
func (s *stages) Restart() { s.past.size = 0 }

// predict guesses the unknowns: by the polynomials in log t through those of the step
// before, and the error that this guess had in that step. Without a step before, by
// the sums at y.
func (s *stages) predict(t, h float64, y []float64) {
	for _, low := range s.low {
		clear(low)
	}
	if s.past.size > 0 {
		s.extrapolate(t, h)
		return
	}
	m := s.m
	m.sum(y)
	for i, guess := range s.guess {
		for q, sum := range s.sums {
			guess[q] = *sum.value
		}
		if s.rank > len(s.sums) {
			guess[len(s.sums)] = y[len(y)-1]
		}
		if s.searches {
			guess[s.rank] = s.norm2(t, y)
		}
		copy(s.trial.continued[i], guess)
	}
}

func (s *stages) extrapolate(t, h float64) {
	nodes := &ode.RadauCollocation.Nodes
	var places [ode.RadauStages]float64
	for j, node := range nodes {
		places[j] = elementary.Log(math.FMA(node, s.past.size, s.past.start))
	}
	for i, node := range nodes {
		at := elementary.Log(math.FMA(node, h, t))
		guess := s.guess[i]
		clear(guess)
		for j, values := range s.past.values {
			weight := 1.0
			for k, place := range places {
				if k != j {
					weight *= (at - place) / (places[j] - place)
				}
			}
			for q, v := range values {
				guess[q] = math.FMA(weight, v, guess[q])
			}
		}
		copy(s.trial.continued[i], guess)
		if s.past.repeats {
			for q, v := range s.past.surprise[i] {
				guess[q] += v
			}
		}
	}
	s.trial.repeats = true
}

// norm2 is ‖∇R‖² at a state whose sums are there.
func (s *stages) norm2(t float64, y []float64) (norm2 float64) {
	m := s.m
	m.state = y
	m.assemble(m.observed)
	m.closure.Evaluate(s.scratch, m.observed, t, y[len(y)-1], func(gain *closure.Coupling) float64 {
		norm2 = m.measureGradient(gain)
		return norm2
	})
	return norm2
}

// couple closes the equations at the guess.
func (s *stages) couple(t, h float64, y []float64) {
	phase.Expectation.Enter()
	defer phase.Update.Enter()
	m := s.m
	for i, guess := range s.guess {
		for q, sum := range s.sums {
			sum.set(guess[q])
		}
		accumulated := y[len(y)-1]
		if s.rank > len(s.sums) {
			accumulated = guess[len(s.sums)]
		}
		m.assemble(m.observed)
		learningRate := m.closure.Evaluate(s.couplings[i], m.observed, math.FMA(ode.RadauCollocation.Nodes[i], h, t), accumulated, func(gain *closure.Coupling) float64 {
			copyCoupling(s.gains[i], gain)
			return guess[s.rank]
		})
		s.gradient2[i] = m.closure.Gradient2()
		if s.residual {
			for q, low := range s.low[i][:m.models*m.outputs] {
				drive := &s.couplings[i].Drive[q]
				*drive = math.FMA(learningRate*s.curvature[q/m.outputs], low, *drive)
			}
		}
	}
}

func copyCoupling(dst, src *closure.Coupling) {
	dst.Decay = src.Decay
	copy(dst.Rate, src.Rate)
	copy(dst.Noise, src.Noise)
	copy(dst.Drive, src.Drive)
}

// correct leaves in correction what Newton's iteration adds to the guess, and
// returns the largest of it, relative to the sums; in least squares, where they matter
// through the residual alone, relative to that, but for what rounding hides at the
// precision asked for.
func (s *stages) correct(precision float64) (norm float64) {
	k := &ode.RadauCollocation
	for q := range s.unknowns {
		var f [ode.RadauStages]float64
		for i := range f {
			f[i] = s.implied[i][q] - s.guess[i][q] - s.low[i][q]
		}
		for i := range f {
			sum := 0.0
			for j, v := range f {
				sum = math.FMA(k.InverseTransform[i][j], v, sum)
			}
			s.transformed[i][q] = sum
		}
	}
	s.solveSums(0, s.transformed[0], nil)
	s.solveSums(1, s.transformed[1], s.transformed[2])
	s.solveSums(2, s.transformed[3], s.transformed[4])
	for i := range s.correction {
		residual := s.m.meanResidual2(s.gradient2[i])
		big := 0.0
		for q := s.m.models * s.m.outputs; q < len(s.sums); q++ {
			big = max(big, math.Abs(s.guess[i][q]), math.Abs(s.implied[i][q]))
		}
		for q := range s.unknowns {
			sum := 0.0
			for j, v := range s.transformed {
				sum = math.FMA(k.Transform[i][j], v[q], sum)
			}
			s.correction[i][q] = sum
			if sum == 0 {
				continue
			}
			x := max(math.Abs(s.guess[i][q]), math.Abs(s.implied[i][q]))
			scale := x
			if q < len(s.sums) && s.sums[q].mirror != nil || q < s.m.models*s.m.outputs {
				scale = math.Sqrt(math.FMA(x, x, big))
			}
			if s.residual && q < len(s.sums) {
				scale = residual
				if q < s.m.models*s.m.outputs {
					scale = math.Sqrt(residual)
				}
				scale = max(scale, x*(0x1p-47/precision))
			}
			size := math.Abs(sum) / (scale + s.floors[q])
			if s.residual && q < s.m.models*s.m.outputs {
				// The state at the end has the implied mean, whatever the correction.
				left := math.Abs(s.implied[i][q] - s.guess[i][q] - s.low[i][q])
				size = max(size, left/(float64(x*max(1, 0x1p-47/precision))+s.floors[q]))
			}
			if !(size <= norm) {
				norm = size
			}
		}
	}
	return norm
}
