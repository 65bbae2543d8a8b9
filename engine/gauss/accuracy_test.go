package gauss

import (
	"flag"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
)

var sweepPoints = flag.Int("gauss.points", 0, "number of additional random points of the comparison with the reference")

// accuracy is what ExpectLogistic promises.
const accuracy = 1e-12

// observed is what it holds in these tests; a regression shows here first.
const observed = 6e-14

type point struct{ mean, variance float64 }

// edges returns means and variances at which methods meet or limits are taken.
func edges() []point {
	variances := []float64{0, 5e-324, 1e-300, 1e-15, 1.8e-35, 1e-6, 0.01,
		math.Nextafter(narrowVariance, 0), narrowVariance, 0.5,
		math.Nextafter(coarseVariance, 0), coarseVariance, 5, 11, 20, 39.5, 100, 1e4}
	means := []float64{0, -1e-9, 0.3, -3, 10, -40, 40}
	var points []point
	for _, variance := range variances {
		for _, mean := range means {
			points = append(points, point{mean, variance})
		}
	}
	return points
}

// randomPoints draws from the box of the promise, variances over all scales.
func randomPoints(count int) []point {
	source := rand.New(rand.NewPCG(1, 2))
	points := make([]point, count)
	for i := range points {
		variance := math.Pow(10, 8*source.Float64()-4)
		if source.IntN(4) == 0 {
			variance = 60 * source.Float64()
		}
		points[i] = point{80*source.Float64() - 40, variance}
	}
	return points
}

// underflow returns got − want in units of the smallest positive float64, which
// is all that can be asked of a result below the normal range.
func underflow(got float64, want *big.Float) float64 {
	difference := newBig().Sub(bigFloat(got), want)
	units, _ := difference.SetMantExp(difference, 1074).Float64()
	return units
}

// compare reports the largest relative error of each field over the points.
func compare(t *testing.T, points []point, bound float64) {
	t.Helper()
	names := [4]string{"Risk", "Gradient", "Hessian", "SecondMoment"}
	var (
		mutex sync.Mutex
		group sync.WaitGroup
		worst [4]float64
		where [4]point
	)
	rule := defaultRule()
	for worker := range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := worker; i < len(points); i += runtime.GOMAXPROCS(0) {
				p := points[i]
				want := referenceLogistic(p.mean, p.variance, rule)
				e := ExpectLogistic(p.mean, p.variance)
				mutex.Lock()
				for j, got := range [4]float64{e.Risk, e.Gradient, e.Hessian, e.SecondMoment} {
					if math.Abs(underflow(got, want[j])) <= 4 {
						continue
					}
					difference := relativeError(got, want[j])
					if !(difference <= bound) {
						t.Errorf("%s at mean %v, variance %v: got %v, want %.20g, relative error %.2g",
							names[j], p.mean, p.variance, got, want[j], difference)
					}
					if !(difference <= worst[j]) {
						worst[j], where[j] = difference, p
					}
				}
				mutex.Unlock()
			}
		})
	}
	group.Wait()
	for j, name := range names {
		t.Logf("%s: largest relative error %.2g at %+v", name, worst[j], where[j])
	}
}

func TestReferenceConverges(t *testing.T) {
	finer := newLegendreRule(referenceOrder + 13)
	for _, p := range []point{{0, 0.1}, {-3, 1e-30}, {40, 25}, {-40, 60}, {7, 1e4}} {
		got := referenceLogistic(p.mean, p.variance, defaultRule())
		want := referenceLogistic(p.mean, p.variance, finer)
		for j := range got {
			ratio := newBig().Quo(got[j], want[j])
			difference, _ := ratio.Sub(ratio, bigFloat(1)).Float64()
			if math.Abs(difference) > 1e-36 {
				t.Errorf("%+v: field %d changes by %.2g with the order", p, j, difference)
			}
		}
	}
}

func TestExpectLogisticAtEdges(t *testing.T) {
	if accuracy < observed {
		t.Fatal("the promise is sharper than the test")
	}
	compare(t, edges(), observed)
}

func TestExpectLogisticAtRandomPoints(t *testing.T) {
	compare(t, randomPoints(80+*sweepPoints), observed)
}

// TestExpectLogisticOutsideTheBox follows the formulas to results near the end
// of the range of float64: windows beyond the tables, means far above the variance.
func TestExpectLogisticOutsideTheBox(t *testing.T) {
	var points []point
	for _, mean := range []float64{60, 150, 400, 640} {
		for _, ratio := range []float64{0.0001, 0.02, 0.3, 0.5, 0.7, 1, 1.5, 2.5} {
			points = append(points, point{mean, mean * ratio})
		}
	}
	points = append(points, point{1200, 1100}, point{100, 1e6}, point{1000, 1e5}, point{-5000, 3e5})
	compare(t, points, 2e-13)
}

func ExampleExpectLogistic() {
	e := ExpectLogistic(30, 4)
	fmt.Printf("%.12g %.12g\n", e.Risk, NegativeProbability(30, 4))
	// Output: 6.91440010681e-13 3.67096619931e-51
}
