package problem_test

import (
	"fmt"

	"anisgd/engine/problem"
)

// The expectations of the logistic loss where r ~ N(1, 4) in the class with label +1.
// With class labels the second moment of the gradient is |g| − H.
func ExampleLogistic() {
	loss := problem.Logistic{Labels: []float64{1, -1}}
	law := problem.NewLaw(1, 0)
	law.Mean[0], law.Covariance[0] = 1, 4
	evaluator, e := loss.Evaluator(), problem.NewExpectation(1, 0)
	evaluator.Expect(&e, 0, &law)
	fmt.Printf("risk %.6f, g = %.6f, H = %.6f, I = %.6f\n", evaluator.Risk(0, &law), e.Gradient[0], e.Hessian[0], e.SecondMoment[0])
	// Output:
	// risk 0.642495, g = -0.352274, H = 0.140498, I = 0.211775
}
