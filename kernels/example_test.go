package kernels_test

import (
	"fmt"

	"anisgd/kernels"
)

// Reductions go to a fixed number of partial sums, which long arrays cut into pieces share.
func ExampleDot() {
	var dot kernels.Partial
	kernels.Dot([]float64{1, 2, 3}, []float64{4, 5, 6}, &dot)
	fmt.Println(dot.Sum())
	// Output:
	// 32
}
