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

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/buildtags"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

func main() {
	log.SetFlags(0)
	families := []family{
		{"reduce", reductions, []width{avx2, avx512}},
		{"sgd", sgd, []width{avx2, avx512}},
		{"single", singles, []width{avx2, avx512}},
		{"signs", signSweep, []width{avx2, avx512}},
		{"ahead", lookAhead, []width{avx2}},
		{"triad", triad, []width{avx2, avx512}},
		{"stages", stages, []width{avx2, avx512}},
		{"products", products, []width{avx2, avx512}},
	}
	var all dispatch
	for _, f := range families {
		for _, w := range f.widths {
			g := &generator{Context: build.NewContext(), width: w}
			g.Constraint(buildtags.Not("purego"))
			f.generate(g)
			name := fmt.Sprintf("../%s_%s_amd64", f.name, strings.ToLower(w.name))
			if err := write(g.Context, name); err != nil {
				log.Fatalf("%s: %v", name, err)
			}
			all.include(g)
		}
	}
	const name = "../dispatch_amd64.go"
	if err := all.write(name); err != nil {
		log.Fatalf("%s: %v", name, err)
	}
}

// family is what shares a file: a few functions for some vector widths, narrowest
// first.
type family struct {
	name     string
	generate func(*generator)
	widths   []width
}

// write compiles what was built and writes name.s and its declarations name.go.
func write(c *build.Context, name string) error {
	file, err := c.Result()
	if err != nil {
		return err
	}
	if err := pass.Compile.Execute(file); err != nil {
		return err
	}
	config := printer.Config{Name: "kernels/_gen", Pkg: "kernels"}
	outputs := []struct {
		extension string
		printer   printer.Printer
	}{
		{".s", printer.NewGoAsm(config)},
		{".go", printer.NewStubs(config)},
	}
	for _, output := range outputs {
		if err := print(file, output.printer, name+output.extension); err != nil {
			return err
		}
	}
	return nil
}

func print(file *ir.File, p printer.Printer, name string) error {
	text, err := p.Print(file)
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(bytes.TrimRight(text, "\n"), '\n'), 0o644)
}
