package suite

import "anisgd/engine/model"

// twoClasses is a model of binary classification with opposite means.
func twoClasses(d int64, plus, minus model.Covariance, mean model.Vector) *model.Model {
	return &model.Model{Dim: d, Classes: []model.Class{
		{Prior: 0.5, Label: 1, Covariance: plus, Mean: mean},
		{Prior: 0.5, Label: -1, Covariance: minus, Mean: model.Scaled{Of: mean, By: -1}},
	}}
}

// smoothMean is the mean of the models with curves of eigenvalues.
var smoothMean = model.PowerVector{Exponent: 0.2, Scale: 1}

func isotropic(d int64) *model.Model {
	return twoClasses(d, model.Isotropic(1), model.Isotropic(1), smoothMean)
}

func powerLaws(d int64) *model.Model {
	return twoClasses(d, model.PowerLaw{Exponent: 1.1, Scale: 1}, model.PowerLaw{Exponent: 1.5, Scale: 1}, smoothMean)
}

// zeroOne has four blocks of modes, one for each pair of eigenvalues 0 and 1.
func zeroOne(d int64) *model.Model {
	ends := model.CumulativeCounts(d, []float64{0.25, 0.25, 0.25, 0.25})
	return twoClasses(d,
		model.Stepped{Ends: ends, Values: []float64{0, 0, 1, 1}},
		model.Stepped{Ends: ends, Values: []float64{0, 1, 0, 1}},
		model.SteppedVector{Ends: ends, Values: []float64{1, 0.5, -0.5, 1}})
}

// manyClasses has one power law and means drawn for every class.
func manyClasses(d int64, classes int) *model.Model {
	return classesWith(d, classes, func(int) model.Covariance { return model.PowerLaw{Exponent: 1.1, Scale: 1} })
}

// manyBlocks has four blocks, in one of which the classes differ in their eigenvalues.
func manyBlocks(d int64, classes int) *model.Model {
	ends := model.CumulativeCounts(d, []float64{0.25, 0.25, 0.25, 0.25})
	return classesWith(d, classes, func(class int) model.Covariance {
		return model.Stepped{Ends: ends, Values: []float64{1, 0.5, 0.1, float64(class) / float64(classes)}}
	})
}

func classesWith(d int64, classes int, covariance func(class int) model.Covariance) *model.Model {
	m := &model.Model{Dim: d}
	for i := range classes {
		m.Classes = append(m.Classes, model.Class{
			Prior: 1 / float64(classes), Covariance: covariance(i), Mean: model.NormalVector{Norm: 1, Seed: 1, Column: uint32(i)},
		})
	}
	return m
}
