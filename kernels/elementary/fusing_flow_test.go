package elementary

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"math"
)

// What the fusing check knows of values: which expressions are bare products,
// where a variable got its value, what a call refers to.

// bare tells whether the value of e is a product that nothing has rounded
// explicitly.
func (c *fusingCheck) bare(e ast.Expr) bool {
	e = unsigned(e)
	if c.isConstant(e) {
		return false
	}
	switch e := e.(type) {
	case *ast.BinaryExpr:
		if e.Op != token.MUL || !c.isFloat(e) {
			return false
		}
		for _, pair := range [2][2]ast.Expr{{e.X, e.Y}, {e.Y, e.X}} {
			if magnitude := c.constantMagnitude(pair[0]); magnitude == 1 {
				return c.bare(pair[1])
			} else if isPowerOfTwo(magnitude) {
				return false
			}
		}
		return true
	case *ast.CallExpr:
		return c.bareResult(e, 0)
	}
	target, ok := c.place(e)
	if !ok {
		return false
	}
	d, ok := c.lookup(target, e.Pos())
	return ok && d.bare
}

func (c *fusingCheck) bareResult(call *ast.CallExpr, i int) bool {
	s := c.callee(call)
	return s != nil && s.bareResult[i]
}

// callee is the summary of the function called, if that is known; conversions,
// built-in functions and functions of other modules have none.
func (c *fusingCheck) callee(call *ast.CallExpr) *summary {
	function := ast.Unparen(call.Fun)
	if generic, ok := function.(*ast.IndexExpr); ok {
		function = generic.X
	}
	if literal, ok := function.(*ast.FuncLit); ok {
		return c.literalSummary(literal)
	}
	var name *ast.Ident
	switch f := function.(type) {
	case *ast.Ident:
		name = f
	case *ast.SelectorExpr:
		name = f.Sel
	default:
		return nil
	}
	switch object := c.info.Uses[name].(type) {
	case *types.Func:
		return c.known[object.Origin().FullName()]
	case *types.Var:
		return c.closures[object]
	}
	return nil
}

// lookup finds the definition that is in force at a position: the last before it,
// unless that lies on another path of control.
func (c *fusingCheck) lookup(target place, at token.Pos) (definition, bool) {
	for i := len(c.definitions) - 1; i >= 0; i-- {
		d := c.definitions[i]
		if d.place != target || d.from > at {
			continue
		}
		if d.block.Pos() <= at && at < d.block.End() {
			return d, true
		}
		return definition{}, true
	}
	return definition{}, false
}

func (c *fusingCheck) place(e ast.Expr) (place, bool) {
	e = ast.Unparen(e)
	root := e
	for {
		switch x := root.(type) {
		case *ast.Ident:
			object := c.info.ObjectOf(x)
			variable, ok := object.(*types.Var)
			return place{variable, types.ExprString(e)}, ok
		case *ast.SelectorExpr:
			root = x.X
		case *ast.IndexExpr:
			root = x.X
		case *ast.StarExpr:
			root = x.X
		case *ast.ParenExpr:
			root = x.X
		default:
			return place{}, false
		}
	}
}

// unsigned strips parentheses and signs, which a fused operation absorbs.
func unsigned(e ast.Expr) ast.Expr {
	for {
		e = ast.Unparen(e)
		sign, ok := e.(*ast.UnaryExpr)
		if !ok || sign.Op != token.SUB && sign.Op != token.ADD {
			return e
		}
		e = sign.X
	}
}

func (c *fusingCheck) isConstant(e ast.Expr) bool { return c.info.Types[e].Value != nil }

// constantMagnitude is the magnitude of a constant, 0 for anything else.
func (c *fusingCheck) constantMagnitude(e ast.Expr) float64 {
	value := c.info.Types[e].Value
	if value == nil || value.Kind() != constant.Int && value.Kind() != constant.Float {
		return 0
	}
	magnitude, _ := constant.Float64Val(value)
	return math.Abs(magnitude)
}

func isPowerOfTwo(x float64) bool {
	mantissa, _ := math.Frexp(x)
	return mantissa == 0.5
}

func (c *fusingCheck) isFloat(e ast.Expr) bool {
	return hasBasic(c.info.TypeOf(e), types.IsFloat)
}

func (c *fusingCheck) isComplex(e ast.Expr) bool {
	return hasBasic(c.info.TypeOf(e), types.IsComplex)
}

// hasBasic tells whether t is, or may be if it is a type parameter, a basic type
// of the given kind.
func hasBasic(t types.Type, kind types.BasicInfo) bool {
	if t == nil {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&kind != 0
	case *types.Interface:
		_, parameter := types.Unalias(t).(*types.TypeParam)
		return parameter && hasConstraint(u, kind)
	}
	return false
}

// hasConstraint looks through a named constraint.
func hasConstraint(t types.Type, kind types.BasicInfo) bool {
	u, ok := t.Underlying().(*types.Interface)
	if !ok {
		return hasBasic(t, kind)
	}
	for i := range u.NumEmbeddeds() {
		if union, ok := u.EmbeddedType(i).(*types.Union); ok {
			for j := range union.Len() {
				if hasBasic(union.Term(j).Type(), kind) {
					return true
				}
			}
		} else if hasConstraint(u.EmbeddedType(i), kind) {
			return true
		}
	}
	return false
}
