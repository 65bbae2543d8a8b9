package elementary

import (
	"go/ast"
	"go/token"
	"go/types"
)

// A fusing check finds floating-point products that a compiler may fuse with a
// sum, so that the result depends on the architecture: x*y + z, without the
// conversion float64(x*y) that forbids it. The language allows fusing across
// assignments, and inlining carries it across calls, so the check follows a bare
// product through variables, elements and fields within the straight-line code
// they are assigned in, through results and into parameters of functions small
// enough to be inlined. Where paths of control meet, no compiler fuses.
//
// Products by a power of two are exact (but for overflow and subnormal numbers)
// and may be added as they are. Products of complex numbers consist of sums of
// products and are always reported.
type fusingCheck struct {
	info   *types.Info
	known  summaries
	report func(at token.Pos, message string)

	stack       []ast.Node
	frames      []*frame
	definitions []definition
	closures    map[types.Object]*summary
	changed     bool
}

// A summary tells which results of a function are bare products, and which
// parameters it adds to something.
type summary struct {
	bareResult     map[int]bool
	addedParameter map[int]bool
}

func newSummary() *summary {
	return &summary{bareResult: map[int]bool{}, addedParameter: map[int]bool{}}
}

// summaries holds those of the functions of all packages by full name: the same
// function is another object in each package that imports it.
type summaries map[string]*summary

// inlinable bounds the size of functions, in syntax nodes, that are followed. The
// compiler's own budget, 80 nodes of another tree, comes to less. A function that
// calls itself is never inlined.
const inlinable = 180

// A frame is a function declaration or literal being walked.
type frame struct {
	node       ast.Node
	parameters map[types.Object]int
	results    []types.Object
	count      int // of results
	summary    *summary
	small      bool
}

// A place is a variable, or an element or field reached from one.
type place struct {
	root types.Object
	path string
}

// A definition gives a place a value from the position on, inside the block.
type definition struct {
	place place
	from  token.Pos
	block ast.Node
	bare  bool
}

// checkFusing walks the files and reports whether a summary has changed, in which
// case other files may have to be walked again.
func checkFusing(files []*ast.File, info *types.Info, known summaries, report func(token.Pos, string)) (changed bool) {
	c := &fusingCheck{info: info, known: known, report: report, closures: map[types.Object]*summary{}}
	for _, file := range files {
		c.walk(file)
	}
	return c.changed
}

// walk enters every node before its operands and leaves it after them.
func (c *fusingCheck) walk(root ast.Node) {
	ast.Inspect(root, func(n ast.Node) bool {
		if n != nil {
			c.stack = append(c.stack, n)
			c.enter(n)
			return true
		}
		c.leave(c.stack[len(c.stack)-1])
		c.stack = c.stack[:len(c.stack)-1]
		return true
	})
}

func (c *fusingCheck) enter(n ast.Node) {
	switch n := n.(type) {
	case *ast.FuncDecl:
		c.definitions = c.definitions[:0]
		object, _ := c.info.Defs[n.Name].(*types.Func)
		s := c.known[object.FullName()]
		if s == nil {
			s = newSummary()
			c.known[object.FullName()] = s
		}
		c.push(n, object, n.Type, s)
	case *ast.FuncLit:
		c.push(n, nil, n.Type, newSummary())
	}
}

// push begins a function; object is its own if it is declared.
func (c *fusingCheck) push(node ast.Node, object types.Object, signature *ast.FuncType, s *summary) {
	f := &frame{node: node, parameters: map[types.Object]int{}, summary: s}
	size, recursive := 0, false
	ast.Inspect(node, func(n ast.Node) bool {
		size++
		if name, ok := n.(*ast.Ident); ok && object != nil && c.info.Uses[name] == object {
			recursive = true
		}
		return true
	})
	f.small = size/2 <= inlinable && !recursive // each node is entered and left
	for _, field := range signature.Params.List {
		for _, name := range field.Names {
			f.parameters[c.info.Defs[name]] = len(f.parameters)
		}
	}
	if signature.Results != nil {
		f.count = signature.Results.NumFields()
		for _, field := range signature.Results.List {
			for _, name := range field.Names {
				f.results = append(f.results, c.info.Defs[name])
			}
		}
	}
	c.frames = append(c.frames, f)
}

func (c *fusingCheck) leave(n ast.Node) {
	switch n := n.(type) {
	case *ast.FuncDecl, *ast.FuncLit:
		c.frames = c.frames[:len(c.frames)-1]
	case *ast.BinaryExpr:
		c.binary(n)
	case *ast.AssignStmt:
		c.assign(n)
	case *ast.ValueSpec:
		for i, name := range n.Names {
			if len(n.Values) == len(n.Names) {
				c.define(name, n.Values[i], c.bare(n.Values[i]))
			}
		}
	case *ast.IncDecStmt:
		if c.isFloat(n.X) {
			c.added(n.X)
			c.define(n.X, nil, false)
		}
	case *ast.CallExpr:
		c.call(n)
	case *ast.ReturnStmt:
		c.returned(n)
	}
}

func (c *fusingCheck) binary(n *ast.BinaryExpr) {
	if c.isConstant(n) {
		return
	}
	switch n.Op {
	case token.ADD, token.SUB:
		if c.isFloat(n) {
			c.added(n.X)
			c.added(n.Y)
		}
	case token.MUL, token.QUO:
		if c.isComplex(n) {
			c.report(n.Pos(), "product or quotient of complex numbers")
		}
		// The compiler turns 2*x into x + x.
		if n.Op == token.MUL && c.constantMagnitude(n.X) == 2 {
			c.added(n.Y)
		} else if n.Op == token.MUL && c.constantMagnitude(n.Y) == 2 {
			c.added(n.X)
		}
	}
}

func (c *fusingCheck) assign(n *ast.AssignStmt) {
	switch n.Tok {
	case token.ADD_ASSIGN, token.SUB_ASSIGN:
		if c.isFloat(n.Lhs[0]) {
			c.added(n.Lhs[0])
			c.added(n.Rhs[0])
		}
		c.define(n.Lhs[0], nil, false)
	case token.MUL_ASSIGN:
		if c.isComplex(n.Lhs[0]) {
			c.report(n.Pos(), "product of complex numbers")
		}
		if c.constantMagnitude(n.Rhs[0]) == 2 {
			c.added(n.Lhs[0])
		}
		c.define(n.Lhs[0], nil, c.isFloat(n.Lhs[0]) && !isPowerOfTwo(c.constantMagnitude(n.Rhs[0])))
	case token.ASSIGN, token.DEFINE:
		if len(n.Lhs) == len(n.Rhs) {
			bare := make([]bool, len(n.Rhs))
			for i := range n.Rhs {
				bare[i] = c.bare(n.Rhs[i])
			}
			for i := range n.Lhs {
				c.define(n.Lhs[i], n.Rhs[i], bare[i])
			}
			return
		}
		call, _ := ast.Unparen(n.Rhs[0]).(*ast.CallExpr)
		for i := range n.Lhs {
			c.define(n.Lhs[i], nil, call != nil && c.bareResult(call, i))
		}
	default:
		c.define(n.Lhs[0], nil, false)
	}
}

// define notes an assignment; value is its expression where it has one of its own.
func (c *fusingCheck) define(left, value ast.Expr, bare bool) {
	target, ok := c.place(left)
	if !ok {
		return
	}
	from, block := left.End(), c.block()
	if value != nil {
		from = value.End()
	}
	c.definitions = append(c.definitions, definition{target, from, block, bare})
	if value == nil {
		return
	}
	switch value := ast.Unparen(value).(type) {
	case *ast.FuncLit:
		c.closures[target.root] = c.literalSummary(value)
	case *ast.CompositeLit:
		for _, element := range value.Elts {
			if pair, ok := element.(*ast.KeyValueExpr); ok {
				if name, ok := pair.Key.(*ast.Ident); ok {
					field := place{target.root, target.path + "." + name.Name}
					c.definitions = append(c.definitions, definition{field, from, block, c.bare(pair.Value)})
				}
			}
		}
	}
}

// literalSummary walks a function literal by itself for what it returns.
func (c *fusingCheck) literalSummary(literal *ast.FuncLit) *summary {
	inner := *c
	inner.report = func(token.Pos, string) {}
	inner.frames, inner.stack = nil, []ast.Node{literal}
	s := newSummary()
	inner.push(literal, nil, literal.Type, s)
	inner.walk(literal.Body)
	return s
}

// block is the innermost statement whose code always follows the current node.
func (c *fusingCheck) block() ast.Node {
	for i := len(c.stack) - 1; i > 0; i-- {
		switch n := c.stack[i].(type) {
		case *ast.BlockStmt, *ast.CaseClause, *ast.CommClause, *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt,
			*ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.FuncLit, *ast.FuncDecl:
			return n
		default:
			// What a loop does after each turn meets other paths before its body.
			if loop, ok := c.stack[i-1].(*ast.ForStmt); ok && n == loop.Post {
				return n
			}
		}
	}
	return c.stack[0]
}

// added notes that an expression is an operand of a sum.
func (c *fusingCheck) added(e ast.Expr) {
	if c.isConstant(e) {
		return
	}
	if c.bare(e) {
		c.report(e.Pos(), "a product that may be fused with the sum: use math.FMA or float64(x*y)")
	}
	c.markParameter(e)
}

// markParameter notes that the function adds e, if that is a parameter of it.
func (c *fusingCheck) markParameter(e ast.Expr) {
	target, ok := c.place(unsigned(e))
	if !ok || len(c.frames) == 0 {
		return
	}
	f := c.frames[len(c.frames)-1]
	index, ok := f.parameters[target.root]
	if _, defined := c.lookup(target, e.Pos()); !ok || defined || !f.small {
		return
	}
	if _, isName := unsigned(e).(*ast.Ident); isName {
		c.note(f.summary.addedParameter, index)
	}
}

// note enters a fact into the summary of the function being walked. Summaries of
// function literals are made anew on every walk, so only those of declared
// functions call for another one.
func (c *fusingCheck) note(facts map[int]bool, index int) {
	_, declared := c.frames[len(c.frames)-1].node.(*ast.FuncDecl)
	if !facts[index] {
		facts[index] = true
		c.changed = c.changed || declared
	}
}

func (c *fusingCheck) call(n *ast.CallExpr) {
	s := c.callee(n)
	if s == nil {
		return
	}
	for i, argument := range n.Args {
		if s.addedParameter[i] {
			if c.bare(argument) {
				c.report(argument.Pos(), "a product that the called function adds and may fuse with the sum: use float64(x*y)")
			}
			c.markParameter(argument)
		}
	}
}

func (c *fusingCheck) returned(n *ast.ReturnStmt) {
	if len(c.frames) == 0 {
		return
	}
	f := c.frames[len(c.frames)-1]
	mark := func(i int, bare bool) {
		if bare && f.small {
			c.note(f.summary.bareResult, i)
		}
	}
	switch {
	case len(n.Results) == 0:
		for i, result := range f.results {
			d, ok := c.lookup(place{result, result.Name()}, n.Pos())
			mark(i, ok && d.bare)
		}
	case len(n.Results) == f.count:
		for i, e := range n.Results {
			mark(i, c.bare(e))
		}
	default: // return g(), with several results
		if call, ok := ast.Unparen(n.Results[0]).(*ast.CallExpr); ok {
			for i := range f.count {
				mark(i, c.bareResult(call, i))
			}
		}
	}
}
