// Command _gen writes the generated files of package rng: the tables and the
// assembly with its Go declarations. Run "go run ." in rng/_gen; an
// argument names another directory to write to.
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("rng/_gen: ")
	directory := ".."
	if len(os.Args) > 1 {
		directory = os.Args[1]
	}
	if err := generate(directory); err != nil {
		log.Fatal(err)
	}
}

func generate(directory string) error {
	c := fitCoefficients()
	single := fitSingleCoefficients()
	tables, err := tablesSource(c)
	if err != nil {
		return fmt.Errorf("tables: %w", err)
	}
	singleTables, err := singleTablesSource(single)
	if err != nil {
		return fmt.Errorf("tables of float32: %w", err)
	}
	avx2 := newAssembler(ymmBytes, "AVX2")
	wordsAESNI(avx2)
	wordsAbreastAESNI(avx2)
	avx512 := newAssembler(zmmBytes, "AVX512")
	for _, a := range []*assembler{avx2, avx512} {
		wordsVAES(a)
		uniforms(a)
		boxMuller(a, c)
		boxMuller32(a, single, false)
		boxMuller32(a, single, true)
		signs(a)
		centredUniforms(a)
		wordsAbreastVAES(a)
		uniformsInPlace(a)
	}
	assembly, stubs, err := avx2.source()
	if err != nil {
		return fmt.Errorf("AVX2: %w", err)
	}
	assembly512, stubs512, err := avx512.source()
	if err != nil {
		return fmt.Errorf("AVX-512: %w", err)
	}
	assemblyNEON, stubsNEON, err := neonFile(c, single).Source()
	if err != nil {
		return fmt.Errorf("NEON: %w", err)
	}
	for _, file := range []struct {
		name   string
		source []byte
	}{
		{"tables.go", tables},
		{"tables32.go", singleTables},
		{"avx2_amd64.s", assembly},
		{"avx2_amd64.go", stubs},
		{"avx512_amd64.s", assembly512},
		{"avx512_amd64.go", stubs512},
		{"neon_arm64.s", assemblyNEON},
		{"neon_arm64.go", stubsNEON},
	} {
		if err := os.WriteFile(filepath.Join(directory, file.name), file.source, 0o644); err != nil {
			return err
		}
	}
	return nil
}
