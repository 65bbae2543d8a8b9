package gauss

import "anisgd/kernels/elementary"

// blockSize is the number of nodes the kernel takes at a time.
const blockSize = 8

// A block holds one number for each of blockSize nodes.
type block [blockSize]float64

// A parity holds two sums, over the nodes of even and of odd place in their blocks.
type parity struct{ even, odd float64 }

// softmaxTerms is the number of terms for n differences.
func softmaxTerms(n int) int { return 1 + n*(n+3)/2 }

// A softmaxKernel adds up the terms of nodes in the order
//
//	log(1 + Σ_j e^{t_j});  π_0π_0, π_0π_1, …, π_0π_{n−1}, π_0π_i;  π_1π_1, …, π_1π_i;  …
type softmaxKernel struct {
	// ceiling is a number subtracted from all exponents: 0, or max t_j where
	// e^{t_j} could overflow.
	ceiling block
	own     block   // e^{−ceiling}
	ratio   []block // e^{t_j − ceiling}, n of them; add turns them into π_j
}

func newSoftmaxKernel(free int) softmaxKernel {
	return softmaxKernel{ratio: make([]block, free)}
}

// largeExponent is one beyond which a difference gets a ceiling. Sums of
// exponentials up to it are far from overflow.
const largeExponent = 600

// noCeiling prepares for ratios e^{t_j} that cannot overflow.
func (k *softmaxKernel) noCeiling() {
	k.ceiling = block{}
	k.own = block{1, 1, 1, 1, 1, 1, 1, 1}
}

// exponentiate fills own and ratio for differences that are found in ratio.
func (k *softmaxKernel) exponentiate() {
	for lane := range blockSize {
		top := 0.0
		for j := range k.ratio {
			if t := k.ratio[j][lane]; t > top {
				top = t
			}
		}
		if top < largeExponent {
			top = 0
		}
		k.ceiling[lane] = top
		k.own[lane] = elementary.Exp(-top)
		for j := range k.ratio {
			k.ratio[j][lane] = elementary.Exp(k.ratio[j][lane] - top)
		}
	}
}

// addRisk adds weight·log(1 + Σ_j e^{t_j}) and leaves in total the sum of own and all
// ratios.
func (k *softmaxKernel) addRisk(weight, total *block, sum *parity) {
	*total = k.ratio[0]
	for j := 1; j < len(k.ratio); j++ {
		ratio := &k.ratio[j]
		for lane := range total {
			total[lane] += ratio[lane]
		}
	}
	for lane := 0; lane < blockSize; lane += 2 {
		sum.even += float64(weight[lane] * k.loss(lane, total[lane]))
		sum.odd += float64(weight[lane+1] * k.loss(lane+1, total[lane+1]))
	}
	for lane := range total {
		total[lane] += k.own[lane]
	}
}

// loss is the loss at a node, given the sum of its ratios.
func (k *softmaxKernel) loss(lane int, ratios float64) float64 {
	if k.ceiling[lane] == 0 {
		return elementary.Log1p(ratios)
	}
	return k.ceiling[lane] + elementary.Log(k.own[lane]+ratios)
}

// add adds the weighted terms of the nodes to sums.
func (k *softmaxKernel) add(weight *block, sums []parity) {
	var inverse block
	k.addRisk(weight, &inverse, &sums[0])
	var own block
	for lane := range inverse {
		inverse[lane] = 1 / inverse[lane]
		own[lane] = k.own[lane] * inverse[lane]
	}
	for j := range k.ratio {
		ratio := &k.ratio[j]
		for lane := range ratio {
			ratio[lane] *= inverse[lane]
		}
	}
	next := 1
	for j := range k.ratio {
		first := &k.ratio[j]
		w0, w1, w2, w3 := weight[0]*first[0], weight[1]*first[1], weight[2]*first[2], weight[3]*first[3]
		w4, w5, w6, w7 := weight[4]*first[4], weight[5]*first[5], weight[6]*first[6], weight[7]*first[7]
		row := sums[next : next+len(k.ratio)-j]
		second := k.ratio[j:]
		for l := range row {
			p := &second[l]
			row[l].even += (float64(w0*p[0]) + float64(w4*p[4])) + (float64(w2*p[2]) + float64(w6*p[6]))
			row[l].odd += (float64(w1*p[1]) + float64(w5*p[5])) + (float64(w3*p[3]) + float64(w7*p[7]))
		}
		next += len(row)
		sum := &sums[next]
		sum.even += (float64(w0*own[0]) + float64(w4*own[4])) + (float64(w2*own[2]) + float64(w6*own[6]))
		sum.odd += (float64(w1*own[1]) + float64(w5*own[5])) + (float64(w3*own[3]) + float64(w7*own[7]))
		next++
	}
}
