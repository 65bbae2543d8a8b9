//go:build !amd64 || purego

package kernels

// HasAbreast reports whether the selected path has assembly for runs side by side.
func HasAbreast() bool { return false }

// The functions …Vector run the assembly of the selected path and report whether they
// did; classesAbreastVector returns the number of leading elements that it has done.
// Here there is no assembly.

func classesAbreastVector([]int64, []float64, []float64) int { return 0 }

func sampleAbreastVector([]float64, int, *Sampling, []float64, []float64) bool { return false }

func radiusAbreastVector([]float64, int, *Sampling, []float64, int, []float64, *RadiusLaw) (done, undecided bool) {
	return false, false
}

func outputsAbreastVector(*Runs, []float64, []float64, float64) (done, within bool) {
	return false, false
}

func logisticAbreastVector(*Runs, *Runs, *Runs) bool { return false }

func updateAbreastVector([]float64, []float64, []float64, []int64, *Runs, *Runs, *Runs) bool {
	return false
}

func addOutputsAbreastVector([]float64, []float64, []float64, bool) bool { return false }

func updateRowsAbreastVector([]float64, []float64, []float64, *Runs) bool { return false }

func updateFactorAbreastVector([]float64, []float64, []float64, *Runs) bool { return false }
