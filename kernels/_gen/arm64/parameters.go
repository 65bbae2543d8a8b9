package arm64

import (
	"fmt"
	"go/token"
	"go/types"
)

// parameter is a parameter of a function, or an element of one that is an array.
type parameter struct {
	name   string // as go vet wants it: element j of a is a_j
	offset int
}

// layout is the parameters of a signature without results, "x, y *float64, n int",
// and the bytes they take together.
func layout(signature string) (list []parameter, bytes int) {
	kind, err := types.Eval(token.NewFileSet(), nil, token.NoPos, "func("+signature+")")
	if err != nil {
		panic(fmt.Sprintf("signature %q: %v", signature, err))
	}
	sizes := types.SizesFor("gc", "arm64")
	var fields []*types.Var
	for field := range kind.Type.(*types.Signature).Params().Variables() {
		fields = append(fields, field)
	}
	for i, offset := range sizes.Offsetsof(fields) {
		name, kind := fields[i].Name(), fields[i].Type()
		bytes = int(offset + sizes.Sizeof(kind))
		array, ok := kind.(*types.Array)
		if !ok {
			list = append(list, parameter{name, int(offset)})
			continue
		}
		for j := range array.Len() {
			list = append(list, parameter{fmt.Sprintf("%s_%d", name, j), int(offset + j*sizes.Sizeof(array.Elem()))})
		}
	}
	return list, (bytes + 7) &^ 7
}

func (f *Function) parameter(name string) operand {
	for _, p := range f.parameters {
		if p.name == name {
			return literal(fmt.Sprintf("%s+%d(FP)", name, p.offset))
		}
	}
	panic(fmt.Sprintf("%s has no parameter %s", f.name, name))
}

// Argument loads a parameter that is a pointer or an integer; element j of the array
// a is a_j.
func (f *Function) Argument(name string) General {
	r := f.General()
	f.ArgumentTo(name, r)
	return r
}

// ArgumentTo is Argument for a register that exists.
func (f *Function) ArgumentTo(name string, d General) { f.native("MOVD", f.parameter(name), to{d}) }

// FloatArgument loads a parameter that is a float64 into both lanes.
func (f *Function) FloatArgument(name string) Vector {
	v := f.Vector()
	f.FloatArgumentTo(name, v)
	f.VDUP(D2, v, 0, v)
	return v
}

// FloatArgumentTo loads a parameter that is a float64 into the lower lane of d and
// sets the other to zero.
func (f *Function) FloatArgumentTo(name string, d Vector) {
	f.native("FMOVD", f.parameter(name), to{scalar{d}})
}

// SingleArgumentTo loads a parameter that is a float32 into the lowest lane of d and
// sets the others to zero.
func (f *Function) SingleArgumentTo(name string, d Vector) {
	f.native("FMOVS", f.parameter(name), to{scalar{d}})
}
