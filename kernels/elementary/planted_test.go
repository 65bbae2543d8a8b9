package elementary

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// plantedFusing has a comment "fuses" on every line that must be found, and only
// on those.
const plantedFusing = `package planted

import "math"

type point struct{ x, y float64 }

func direct(x, y, z float64, a []float64, c complex128) float64 {
	s := x*y + z // fuses
	s += x * y // fuses
	s -= -(x * y) // fuses
	s = z - x*y // fuses
	s = x*x - y*y // fuses
	a[0] += a[1] * a[2] // fuses
	s += 2 * (x * y) // fuses
	c = c * c // fuses
	c *= 2 // fuses
	return s + real(c)
}

func across(x, y, z float64, a []float64, p *point) float64 {
	t := x * y
	s := z + t // fuses
	t *= x
	if z > 0 {
		s += t // fuses
	}
	a[0] = x * y
	s += a[0] // fuses
	p.x = x * y
	s += p.x // fuses
	t *= y
	t++ // fuses
	u := point{x: x * y}
	var v = z * z
	s += u.x - v // fuses
	return s
}

func square(x float64) float64 { return x * x }

func twice(x float64) (a, b float64) { a = x * x; b = x; return }

func increase(x float64) float64 { return x + 1 }

func passOn(x float64) float64 { return increase(x) }

func calls(x, y, z float64) float64 {
	cube := func(x float64) float64 { return x * x * x }
	s := z + square(x) // fuses
	s += cube(x) // fuses
	p, q := twice(y)
	s += p // fuses
	s += q
	s += increase(x * y) // fuses
	return s + passOn(x * y) // fuses
}

type number interface{ ~float32 | ~float64 }

func generic[T number](x, y, z T) T { return x*y + z } // fuses

type counter struct{ depth int }

func (c *counter) recurse(x float64) float64 {
	if c.depth--; c.depth == 0 {
		return c.end(x)
	}
	return c.recurse(x * x)
}

func (c *counter) end(x float64) float64 { return x + 1 }

func harmless(x, y, z float64, n, m int, a []float64) float64 {
	const c = 3.0*7 + 1
	s := float64(x*y) + z
	s = math.FMA(x, y, s)
	s += float64(x*y) - float64(z*z)
	s += 2*x - 0.5*y + x/4
	s += float64(n*m + n)
	t := x * y
	u := t / s
	t = float64(x * y)
	s += t + c*math.Pi
	v := x
	if y > 0 {
		v = x * y
	}
	s += v
	for i := range a {
		a[i] *= x
	}
	for i := range a {
		s += a[i]
	}
	s += increase(float64(x * y))
	return s + u
}
`

const plantedImports = `package planted

import (
	m "math"
	"math/cmplx" // refused

	"gonum.org/v1/gonum/stat" // refused
)

func f(x float64) float64 {
	x = m.Exp(x) // refused
	x = m.Sqrt(x) + m.Pi
	g := m.Log1p // refused
	return g(x) + stat.Mean(nil, nil) + cmplx.Abs(0)
}
`

// marked returns the lines of source that end in the comment.
func marked(source, comment string) (lines []int) {
	for i, line := range strings.Split(source, "\n") {
		if strings.HasSuffix(line, "// "+comment) {
			lines = append(lines, i+1)
		}
	}
	return lines
}

func TestPlantedFusingIsFound(t *testing.T) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "planted.go", plantedFusing, 0)
	if err != nil {
		t.Fatal(err)
	}
	checked, err := typeCheck("planted", set, []*ast.File{file}, importer.ForCompiler(set, "source", nil))
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, found := range findFusing(set, "", []typedPackage{checked}) {
		got = append(got, found.line)
	}
	slices.Sort(got)
	if got, want := slices.Compact(got), marked(plantedFusing, "fuses"); !slices.Equal(got, want) {
		t.Errorf("found lines %v, want %v", got, want)
	}
}

func TestPlantedImportsAreFound(t *testing.T) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "planted.go", plantedImports, 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	checkImports(file, func(at token.Pos, message string) { got = append(got, set.Position(at).Line) })
	slices.Sort(got)
	if want := marked(plantedImports, "refused"); !slices.Equal(got, want) {
		t.Errorf("found lines %v, want %v", got, want)
	}
}
