package limit

import (
	"math"

	"anisgd/engine/closure"
)

// sumOne is sum for one output, in the same order.
func (m *compressed) sumOne(state []float64) {
	clear(m.linear)
	clear(m.seconds)
	clear(m.crosses)
	products, spectra := m.wholeProducts(), m.nodes.Eigenvalues
	responses := m.responses
	for node, w := range m.wholeWeights() {
		part := state[node*m.stride : (node+1)*m.stride]
		phi, pairs := part[:responses], products[node]
		square := 0.0
		for j, v := range phi {
			pull := 0.0
			for k, product := range pairs[j*responses : (j+1)*responses] {
				pull = math.FMA(product, phi[k], pull)
			}
			square = math.FMA(v, pull, square)
			m.linear[j] += pull
			if b := j - m.models; b >= 0 && b < m.teacher {
				for l, eigenvalues := range spectra {
					at := l*m.teacher + b
					m.crosses[at] = math.FMA(eigenvalues[node], pull, m.crosses[at])
				}
			}
		}
		square = math.FMA(w, part[responses], square)
		for l, eigenvalues := range spectra {
			m.seconds[l] = math.FMA(eigenvalues[node], square, m.seconds[l])
		}
	}
}

// slopesOne writes the right-hand side of all nodes for one output, but the growth
// of AdaGrad-Norm's sum.
func (m *compressed) slopesOne(dst []float64, k *closure.Coupling, state []float64) {
	spectra := m.nodes.Eigenvalues
	responses := m.responses
	for node := range spectra[0] {
		a, noise := k.Decay, 0.0
		for l, eigenvalues := range spectra {
			a = math.FMA(eigenvalues[node], k.Rate[l], a)
			noise = math.FMA(eigenvalues[node], k.Noise[l], noise)
		}
		part, slopes := state[node*m.stride:(node+1)*m.stride], dst[node*m.stride:(node+1)*m.stride]
		for j, v := range part[:responses] {
			drive := 0.0
			switch {
			case j < m.models:
				drive = k.Drive[j]
			case j < m.models+m.teacher:
				for l, eigenvalues := range spectra {
					drive = math.FMA(eigenvalues[node], k.Drive[m.models+l*m.teacher+j-m.models], drive)
				}
			}
			slopes[j] = -math.FMA(a, v, drive)
		}
		slopes[responses] = math.FMA(-2*a, part[responses], noise)
	}
}
