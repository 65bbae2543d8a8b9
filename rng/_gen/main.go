// Command _gen writes the generated files of package rng: the tables and the
// AVX2 assembly with its Go declarations. Run "go run ." in rng/_gen; an
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
	tables, err := tablesSource(c)
	if err != nil {
		return fmt.Errorf("tables: %w", err)
	}
	a := newAssembler()
	wordsVAES(a)
	wordsAESNI(a)
	uniformsAVX2(a)
	boxMullerAVX2(a, c)
	assembly, stubs, err := a.source()
	if err != nil {
		return err
	}
	for _, file := range []struct {
		name   string
		source []byte
	}{
		{"tables.go", tables},
		{"avx2_amd64.s", assembly},
		{"avx2_amd64.go", stubs},
	} {
		if err := os.WriteFile(filepath.Join(directory, file.name), file.source, 0o644); err != nil {
			return err
		}
	}
	return nil
}
