package rng_test

import (
	"fmt"

	"anisgd/rng"
)

// Random numbers have addresses: a part of those of a step, drawn alone, is the same.
func ExampleStream_Normals() {
	stream := rng.NewStream(1, 0, rng.DomainNoise)
	whole, part := make([]float64, 1024), make([]float64, 256)
	stream.Normals(whole, 7, 0)
	stream.Normals(part, 7, 512)
	fmt.Println(part[0] == whole[512], part[255] == whole[767])
	// Output:
	// true true
}
