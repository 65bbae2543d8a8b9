package model_test

import (
	"fmt"

	"anisgd/engine/model"
)

// Two classes with opposite means; equal spectra and directions are held once.
func ExampleModel_Materialize() {
	mean := model.ConstantVector(1)
	mixture := model.Model{Dim: 4, Classes: []model.Class{
		{Prior: 0.5, Label: 1, Covariance: model.PowerLaw{Exponent: 1, Scale: 1}, Mean: mean},
		{Prior: 0.5, Label: -1, Covariance: model.PowerLaw{Exponent: 1, Scale: 1}, Mean: model.Scaled{Of: mean, By: -1}},
	}}
	arrays, err := mixture.Materialize()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(arrays.Spectra), "spectrum:", arrays.Spectra[0].Values[:4])
	fmt.Println(len(arrays.Sources), "direction, with factors", arrays.Classes[0].Factor, "and", arrays.Classes[1].Factor)
	// Output:
	// 1 spectrum: [0.25 0.5 0.75 1]
	// 1 direction, with factors 1 and -1
}
