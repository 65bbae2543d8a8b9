package gauss

import (
	"math"
	"sync"
)

// latticeCosets is the number of shifted lattices a lattice is cut into.
const latticeCosets = 8

// latticeNodes are nodes for the standard normal law: those of a rank-1 lattice in
// the unit cube, folded by the tent map x → 1 − |2x − 1| and mapped by the
// quantile function of the normal law (Cools, Kuo, Nuyens and Suryanarayana,
// Tent-transformed lattice rules for integration and approximation of
// multivariate non-periodic functions, Journal of Complexity 36, 2016).
//
// A lattice of N nodes is the union of latticeCosets shifted lattices of fewer
// nodes, its cosets. How much these differ tells the error.
type latticeNodes struct {
	dimension int
	count     int // number of nodes, a multiple of latticeCosets·blockSize
	radius    float64
	blocks    []block // coordinate by coordinate of blockSize nodes, then of the next ones
}

var (
	latticeMutex sync.Mutex
	latticeCache = map[[2]int]*latticeNodes{}
)

// sharedLattice returns the nodes of a dimension, which are built once.
func sharedLattice(dimension, count int) *latticeNodes {
	latticeMutex.Lock()
	defer latticeMutex.Unlock()
	key := [2]int{dimension, count}
	l := latticeCache[key]
	if l == nil {
		l = newLatticeNodes(dimension, count)
		latticeCache[key] = l
	}
	return l
}

// newLatticeNodes puts the nodes of a coset, those whose numbers are equal modulo
// latticeCosets, next to each other.
func newLatticeNodes(dimension, count int) *latticeNodes {
	l := &latticeNodes{dimension: dimension, count: count, blocks: make([]block, count/blockSize*dimension)}
	largest := 0.0
	for number := range count {
		place := number%latticeCosets*(count/latticeCosets) + number/latticeCosets
		square := 0.0
		for j := range dimension {
			z := normalQuantile(latticePoint(number, j, count))
			l.blocks[place/blockSize*dimension+j][place%blockSize] = z
			square += float64(z * z)
		}
		largest = math.Max(largest, square)
	}
	l.radius = math.Sqrt(largest)
	return l
}

// latticePoint is coordinate j of a point of the folded lattice. The lattice is
// shifted, by different parts of the distance of its points along an axis, so that no
// coordinate is 0 or 1.
func latticePoint(number, j, count int) float64 {
	const golden = 0.6180339887498949
	multiple := float64(float64(j+1) * golden)
	part := 0.25 + float64(0.5*(multiple-math.Floor(multiple)))
	x := float64(uint64(number)*uint64(latticeVector[j])%uint64(count)) + part
	return 1 - math.Abs(2*x/float64(count)-1)
}

// perCoset is the number of blocks in a coset.
func (l *latticeNodes) perCoset() int { return l.count / (latticeCosets * blockSize) }

// coordinates returns the coordinates of a block of a coset.
func (l *latticeNodes) coordinates(coset, at int) []block {
	from := (coset*l.perCoset() + at) * l.dimension
	return l.blocks[from : from+l.dimension]
}
