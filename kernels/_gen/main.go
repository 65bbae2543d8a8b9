// Command _gen writes the assembly of package kernels. Run it in this directory:
//
//	go run .
//
// The plain Go functions …Generic of the package specify what each function
// here computes, to the last bit.
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"strings"
)

func main() {
	log.SetFlags(0)
	all := []width{avx2, avx512, neon128}
	families := []family{
		{"reduce", reductions, all},
		{"sgd", sgd, all},
		{"single", sgd32, all},
		{"signs", signSweep, all},
		// A sum of four lanes fits in half a register of AVX-512; their number is what
		// makes it a tenth faster than AVX2 in the caches of Zen 4.
		{"ahead", lookAhead, []width{avx2, avx512.halved(), neon128}},
		{"triad", triad, all},
		{"stages", stages, all},
		{"products", products, all},
		{"lanes", abreast, []width{avx2, avx512}},
		{"lanes_many", abreastMany, []width{avx2, avx512}},
		{"products32", products32, all},
	}
	calls := map[string]*dispatch{"amd64": {}, "arm64": {}}
	for _, f := range families {
		for _, w := range f.widths {
			g := newGenerator(w)
			f.generate(g)
			name := fmt.Sprintf("../%s_%s_%s", f.name, strings.ToLower(w.name), w.architecture)
			if err := write(g, name); err != nil {
				log.Fatalf("%s: %v", name, err)
			}
			calls[w.architecture].include(g)
		}
	}
	for architecture, d := range calls {
		name := fmt.Sprintf("../dispatch_%s.go", architecture)
		if err := d.write(name); err != nil {
			log.Fatalf("%s: %v", name, err)
		}
	}
}

// family is what shares a file: a few functions for some vector widths, of each
// architecture the narrowest first.
type family struct {
	name     string
	generate func(*generator)
	widths   []width
}

// write writes what was built to name.s and its declarations to name.go.
func write(g *generator, name string) error {
	assembly, declarations, err := g.source()
	if err != nil {
		return err
	}
	for extension, text := range map[string][]byte{".s": assembly, ".go": declarations} {
		if err := os.WriteFile(name+extension, append(bytes.TrimRight(text, "\n"), '\n'), 0o644); err != nil {
			return err
		}
	}
	return nil
}
