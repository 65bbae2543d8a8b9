package ode_test

import (
	"context"
	"fmt"

	"anisgd/engine/ode"
)

// decay is y' = −y.
type decay struct{}

func (decay) Dim() int { return 1 }

func (decay) Derivative(dydt []float64, _ float64, y []float64) { dydt[0] = -y[0] }

func ExampleDrive() {
	stepper, err := ode.NewRungeKutta(decay{}, &ode.DormandPrince5, ode.Tolerance{Relative: 1e-9, Absolute: 1e-12})
	if err != nil {
		fmt.Println(err)
		return
	}
	stepper.State()[0] = 1
	result, err := ode.Drive(context.Background(), stepper, &ode.Adaptive{}, ode.Options{End: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%v at t = %g: %.8f\n", result.Reason, result.Time, stepper.State()[0])
	// Output:
	// finished at t = 1: 0.36787944
}
