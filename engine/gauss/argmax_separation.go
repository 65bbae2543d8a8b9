package gauss

import "math"

// separation integrates P(loading_j x + e_j < distance_j for all j) over e ~ N(0, R) for
// given x by separation of variables: with R = L Lᵀ the conditions on e_1, e_2, … given
// those before are intervals, and the product of their probabilities is a smooth function
// on the unit cube (Genz, Numerical computation of multivariate normal probabilities, Journal of
// Computational and Graphical Statistics 1, 1992). The conditions are ordered such that the least
// likely comes first (Gibson, Glasbey and Elston, Monte Carlo evaluation of multivariate
// normal integrals and sensitivity to variate ordering, 1994).
type separation struct {
	size      int
	order     []int
	distance  []float64 // in the order of the conditions, over the conditional deviation
	slope     []float64 // loading, likewise
	deviation []float64 // conditional deviations
	rows      []float64 // below the diagonal of L, likewise

	bound []float64
	rest  []float64
	shift []float64 // of the lattice
	z     []block
}

func newSeparation(n int) separation {
	s := separation{
		order:     make([]int, n),
		distance:  make([]float64, n),
		slope:     make([]float64, n),
		deviation: make([]float64, n),
		rows:      make([]float64, n*n),
		bound:     make([]float64, n),
		rest:      make([]float64, n),
		shift:     make([]float64, n),
		z:         make([]block, n),
	}
	return s
}

// shiftLattice chooses a shift of the lattice: of each coordinate by a part of the distance of
// the points along it, so that no coordinate is 0 or 1.
func (s *separation) shiftLattice(which int) {
	const golden, silver = 0.6180339887498949, 0.4142135623730951
	for j := range s.shift {
		multiple := float64(float64(j+1)*golden) + float64(float64(which)*silver)
		s.shift[j] = 0.1 + float64(0.8*(multiple-math.Floor(multiple)))
	}
}

// set takes n conditions, in the order that suits a typical x. residual is R, n×n.
func (s *separation) set(n int, distance, loading, residual []float64, typical float64) {
	const rounding = 1e-13 // of variances, which are at most one
	s.size = n
	for j := range n {
		s.order[j] = j
		s.bound[j] = distance[j] - float64(loading[j]*typical)
		s.rest[j] = residual[j*n+j]
	}
	for i := range n {
		// The condition that is least likely, given those before as they are on the average.
		best, least := i, math.Inf(1)
		for l := i; l < n; l++ {
			deviation := 0.0
			if s.rest[l] > rounding {
				deviation = math.Sqrt(s.rest[l])
			}
			if ratio := s.bound[l] / deviation; deviation > 0 && ratio < least {
				best, least = l, ratio
			}
		}
		if best != i {
			s.swap(i, best)
		}
		at := s.order[i]
		row := s.rows[i*n : i*n+i]
		deviation := 0.0
		if s.rest[i] > rounding {
			deviation = math.Sqrt(s.rest[i])
		}
		expected := 0.0
		if deviation > 0 {
			// E(z | z < y) = −φ(y)/Φ(y)
			y := s.bound[i] / deviation
			_, below := tails(y, 1)
			if expected = math.Min(y, 0); below > 1e-300 {
				expected = -normalDensity(y) / below
			}
		}
		for l := i + 1; l < n; l++ {
			other := s.rows[l*n : l*n+i+1]
			x := residual[s.order[l]*n+at]
			for k, value := range row {
				x -= float64(value * other[k])
			}
			if deviation > 0 {
				x /= deviation
			} else {
				x = 0
			}
			bound := math.Sqrt(math.Max(s.rest[l], 0))
			x = math.Max(-bound, math.Min(bound, x))
			other[i] = x
			s.rest[l] -= float64(x * x)
			s.bound[l] -= float64(x * expected)
		}
		s.deviation[i] = deviation
		s.distance[i], s.slope[i] = distance[at], loading[at]
	}
	for i, deviation := range s.deviation[:n] {
		if deviation == 0 {
			continue
		}
		s.deviation[i] = 1
		s.distance[i] /= deviation
		s.slope[i] /= deviation
		for k := range i {
			s.rows[i*n+k] /= deviation
		}
	}
}

// swap exchanges two conditions.
func (s *separation) swap(i, l int) {
	n := s.size
	s.order[i], s.order[l] = s.order[l], s.order[i]
	s.bound[i], s.bound[l] = s.bound[l], s.bound[i]
	s.rest[i], s.rest[l] = s.rest[l], s.rest[i]
	for k := range i {
		s.rows[i*n+k], s.rows[l*n+k] = s.rows[l*n+k], s.rows[i*n+k]
	}
}

// coordinate is that of points number, number + 1, … of a folded lattice of count points.
func (s *separation) coordinate(u *block, j, number, count int) {
	step := latticeVector[j]
	mask := uint32(count - 1)
	at := uint32(number) * step
	scale := 2 / float64(count)
	for lane := range u {
		u[lane] = 1 - math.Abs(float64((float64(at&mask)+s.shift[j])*scale)-1)
		at += step
	}
}

// product returns, for the points number, number + 1, … of a lattice, the product of the
// conditions' probabilities, and its complement as a sum of positive terms. Coordinate 0 of
// the lattice is left to x.
func (s *separation) product(x *block, number, count int) (all, lost block) {
	n := s.size
	for lane := range all {
		all[lane] = 1
	}
	var u, y block
	for i := range n {
		for lane := range y {
			y[lane] = s.distance[i] - float64(s.slope[i]*x[lane])
		}
		row := s.rows[i*n : i*n+i]
		for k, value := range row {
			z := &s.z[k]
			y[0] -= float64(value * z[0])
			y[1] -= float64(value * z[1])
			y[2] -= float64(value * z[2])
			y[3] -= float64(value * z[3])
			y[4] -= float64(value * z[4])
			y[5] -= float64(value * z[5])
			y[6] -= float64(value * z[6])
			y[7] -= float64(value * z[7])
		}
		if i < n-1 {
			s.coordinate(&u, i+1, number, count)
		}
		z := &s.z[i]
		for lane := range y {
			above, below := tails(y[lane], s.deviation[i])
			lost[lane] += float64(all[lane] * above)
			all[lane] *= below
			switch {
			case i == n-1 || s.deviation[i] == 0:
				z[lane] = 0
			case below < 1e-290:
				z[lane] = y[lane]
			default:
				z[lane] = normalQuantile(float64(u[lane] * below))
			}
		}
	}
	return all, lost
}
