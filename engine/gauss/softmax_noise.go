package gauss

import "math"

// fitNoise sets noise to the diagonal closest to the covariance, made positive.
func (s *softmaxSplit) fitNoise(class int, covariance []float64) {
	K := s.outputs
	entry := func(j, l int) float64 { // less a number common to all
		j, l = s.place(j, class), s.place(l, class)
		return covariance[max(j, l)*K+min(j, l)] - covariance[0]
	}
	count := float64(K)
	grand := 0.0
	for j := range K {
		row := 0.0
		for l := range K {
			row += entry(j, l)
		}
		s.moved[j] = row / count
		grand += row / count
	}
	// The diagonal of the covariance of r_j less the mean of all outputs.
	total := 0.0
	for j := range K {
		s.noise[j] = (entry(j, j) - 2*s.moved[j]) + grand/count
		total += s.noise[j]
	}
	common := total / (count * (count - 1))
	floor := 0.01 * math.Max(common, 0)
	for j, x := range s.noise {
		d := float64((x - common) * (count / (count - 2)))
		s.noise[j] = 0.5 * (d + math.Sqrt(float64(d*d)+float64(4*floor*floor)))
	}
}

// project sets the lower triangles of matrix and factor to the covariance and the noise
// on the vectors of sum zero.
func (s *softmaxSplit) project(class int, covariance []float64) {
	K := s.outputs
	n := K - 1
	for b := range n {
		basis := s.basis[b*K : b*K+K]
		for j := range K {
			row := s.place(j, class)
			sum := 0.0
			for l := range b + 2 {
				column := s.place(l, class)
				sum += float64(basis[l] * (covariance[max(row, column)*K+min(row, column)] - covariance[0]))
			}
			s.half[b*K+j] = sum
		}
	}
	for a := range n {
		basis := s.basis[a*K : a*K+K]
		for b := range a + 1 {
			sum, noise := 0.0, 0.0
			for j := range a + 2 {
				sum += float64(basis[j] * s.half[b*K+j])
				noise += float64(basis[j] * float64(s.basis[b*K+j]*s.noise[j]))
			}
			s.matrix[a*n+b] = sum
			s.factor[a*n+b] = noise
		}
	}
}

// scaleNoise returns the multiple of the noise that the split takes, and sets root.
func (s *softmaxSplit) scaleNoise() (scale float64) {
	K := s.outputs
	n := K - 1
	// X = L⁻¹ matrix L⁻ᵀ with noise = L Lᵀ.
	factorize(n, s.factor)
	for a := range n {
		for b := range a + 1 {
			s.matrix[b*n+a] = s.matrix[a*n+b]
		}
	}
	clear(s.root)
	if s.factor[n*n-1] == 0 {
		return 0
	}
	for range 2 {
		// The solution for all columns, transposed: twice gives X.
		for c := range n {
			for a := range n {
				x := s.matrix[a*n+c]
				for b := range a {
					x -= float64(s.factor[a*n+b] * s.matrix[b*n+c])
				}
				s.matrix[a*n+c] = x / s.factor[a*n+a]
			}
		}
		for a := range n {
			for b := range a {
				s.matrix[a*n+b], s.matrix[b*n+a] = s.matrix[b*n+a], s.matrix[a*n+b]
			}
		}
	}
	for a := range n {
		for b := range a {
			mean := 0.5 * (s.matrix[a*n+b] + s.matrix[b*n+a])
			s.matrix[a*n+b], s.matrix[b*n+a] = mean, mean
		}
	}
	diagonalize(n, s.matrix, s.vectors)
	scale = s.smallest()

	// root = basisᵀ L U √(values − scale) Uᵀ
	for a := range n {
		for c := range n {
			sum := 0.0
			for k := range n {
				rest := math.Sqrt(math.Max(s.matrix[k*n+k]-scale, 0))
				sum += float64(s.vectors[k*n+a] * float64(rest*s.vectors[k*n+c]))
			}
			s.half[a*K+c] = sum
		}
	}
	for a := n - 1; a >= 0; a-- {
		for c := range n {
			sum := 0.0
			for b := range a + 1 {
				sum += float64(s.factor[a*n+b] * s.half[b*K+c])
			}
			s.half[a*K+c] = sum
		}
	}
	for j := range K {
		for c := range n {
			sum := 0.0
			for a := max(j-1, 0); a < n; a++ {
				sum += float64(s.basis[a*K+j] * s.half[a*K+c])
			}
			s.root[j*n+c] = sum
		}
	}
	return scale
}

// smallest is the power mean (Σ values^{−p})^{−1/p} of the eigenvalues with p = 2^squarings:
// smooth, and within 2e-6 of the smallest where all of ten are equal.
func (s *softmaxSplit) smallest() float64 {
	const squarings = 20
	n := s.outputs - 1
	least := math.Inf(1)
	for k := range n {
		least = math.Min(least, s.matrix[k*n+k])
	}
	if !(least > 0) {
		return 0
	}
	sum := 0.0
	for k := range n {
		ratio := least / s.matrix[k*n+k]
		for range squarings {
			ratio *= ratio
		}
		sum += ratio
	}
	for range squarings {
		sum = math.Sqrt(sum)
	}
	return least / sum
}
