package rate_test

import (
	"fmt"

	"anisgd/engine/rate"
)

// Learning rates are functions of t = steps/d.
func ExampleSchedule() {
	for _, schedule := range []rate.Schedule{
		rate.Constant(0.5),
		rate.Power{Initial: 0.5, Exponent: 0.5, Timescale: 10},
		rate.Cosine{Initial: 0.5, Final: 0.1, End: 100},
		rate.Piecewise{Times: []float64{0, 50}, Values: []float64{0.5, 0.05}},
	} {
		fmt.Printf("%-16T %.3f %.3f %.3f, breaks at %v\n", schedule, schedule.At(0), schedule.At(50), schedule.At(100), schedule.Breaks())
	}
	// Output:
	// rate.Constant    0.500 0.500 0.500, breaks at []
	// rate.Power       0.500 0.204 0.151, breaks at []
	// rate.Cosine      0.500 0.300 0.100, breaks at [100]
	// rate.Piecewise   0.500 0.050 0.050, breaks at [50]
}

// warmUp is a rule of one's own: the rate grows linearly up to a time.
type warmUp struct{ peak, until float64 }

func (w warmUp) At(t float64) float64 { return w.peak * min(t/w.until, 1) }
func (w warmUp) Breaks() []float64    { return []float64{w.until} } // where the slope jumps

// SGD and the limit take any schedule; adaptive integrators step onto its breaks.
func Example_customSchedule() {
	var schedule rate.Schedule = warmUp{peak: 2, until: 10}
	fmt.Println(schedule.At(0), schedule.At(5), schedule.At(20), schedule.Breaks())
	// Output:
	// 0 1 2 [10]
}
