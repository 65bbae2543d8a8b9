package sgd

import "anisgd/engine/spectrum"

// Costs of one step are counted in modes: what drawing an entry of a sample and
// updating one number of the state takes in direct simulation of one output. The
// counts come from measured times, and are functions of sizes alone.
const (
	// outputsPerNormal outputs cost about as much as drawing the sample.
	outputsPerNormal = 4
	costOfStep       = 10 // class, loss and learning rate
	costOfBlock      = 8
	costOfNormal     = 2 // in a block, with what is done with it for one output
	// costOfFactor is that of an entry of T beside that of one of Y.
	costOfFactor = 1.5
)

// DirectCost is the cost of a step of direct simulation in d dimensions.
func DirectCost(dim int64, outputs, teacher int) float64 {
	return costOfStep + float64(float64(dim)*(1+float64(outputs+teacher-1)/outputsPerNormal))
}

// GroupedCost is that of grouped simulation on blocks that end where Blocks finds.
func GroupedCost(description *spectrum.Description, ends []int64, outputs int) float64 {
	structure := description.Model.Structure()
	sources := int64(len(structure.Vectors) + len(description.Teacher) + len(description.Start))
	total, lo := float64(costOfStep), int64(0)
	for _, hi := range ends {
		rank, columns := float64(min(sources, hi-lo)), float64(outputs)
		total += costOfBlock + float64(costOfNormal*(rank+columns+1))
		if outputs > 1 {
			total += float64(columns * (rank + float64(costOfFactor*columns)))
		}
		lo = hi
	}
	return total
}
