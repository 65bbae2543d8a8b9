package arm64

import (
	"fmt"
	"strings"
)

// Arrangement is how an instruction divides a vector register into lanes.
type Arrangement struct {
	name  string // as Go writes it
	size  int    // logarithm to base 2 of the bytes of a lane
	lanes int
}

// The arrangements of whole registers, and of their lower halves.
var (
	B16 = Arrangement{"B16", 0, 16}
	H8  = Arrangement{"H8", 1, 8}
	S4  = Arrangement{"S4", 2, 4}
	D2  = Arrangement{"D2", 3, 2}
	B8  = Arrangement{"B8", 0, 8}
	H4  = Arrangement{"H4", 1, 4}
	S2  = Arrangement{"S2", 2, 2}
)

// a64 is the arrangement as A64 writes it: 2d.
func (a Arrangement) a64() string { return fmt.Sprintf("%d%s", a.lanes, a.element()) }

// element is the letter of a lane's size.
func (a Arrangement) element() string { return strings.ToLower(a.name[:1]) }

// operand is what stands in an instruction.
type operand interface {
	text() string
	registers() []*register
}

func (r General) text() string           { return fmt.Sprintf("R%d", r.number) }
func (r General) registers() []*register { return []*register{r.register} }

// Memory is the place Offset bytes after Base.
type Memory struct {
	Base   General
	Offset int
}

// Plus is the place so many bytes further on.
func (m Memory) Plus(bytes int) Memory { return Memory{m.Base, m.Offset + bytes} }

func (m Memory) text() string {
	if m.Offset == 0 {
		return fmt.Sprintf("(%s)", m.Base.text())
	}
	return fmt.Sprintf("%d(%s)", m.Offset, m.Base.text())
}
func (m Memory) registers() []*register { return m.Base.registers() }

// The other operands: registers as vectors of lanes, as scalars, as one lane, in a
// list, in a pair; immediates; and what stands for itself.
type (
	vector struct {
		Vector
		arrangement Arrangement
	}
	scalar struct{ Vector }
	lane   struct {
		Vector
		arrangement Arrangement
		index       int
	}
	list struct {
		vectors     []Vector
		arrangement Arrangement
	}
	pair      [2]Vector
	immediate uint64
	literal   string
	to        struct{ operand }
	update    struct{ operand }
)

func (v Vector) registers() []*register { return []*register{v.register} }

func (v vector) text() string { return fmt.Sprintf("V%d.%s", v.number, v.arrangement.name) }
func (s scalar) text() string { return fmt.Sprintf("F%d", s.number) }
func (l lane) text() string {
	return fmt.Sprintf("V%d.%s[%d]", l.number, l.arrangement.name[:1], l.index)
}

func (l list) text() string {
	names := make([]string, len(l.vectors))
	for i, v := range l.vectors {
		names[i] = vector{v, l.arrangement}.text()
	}
	return "[" + strings.Join(names, ", ") + "]"
}

func (l list) registers() (all []*register) {
	for _, v := range l.vectors {
		all = append(all, v.register)
	}
	return all
}

func (p pair) text() string           { return fmt.Sprintf("(F%d, F%d)", p[0].number, p[1].number) }
func (p pair) registers() []*register { return []*register{p[0].register, p[1].register} }

func (x immediate) text() string {
	if x < 4096 {
		return fmt.Sprintf("$%d", uint64(x))
	}
	return fmt.Sprintf("$0x%x", uint64(x))
}
func (x immediate) registers() []*register { return nil }

func (s literal) text() string           { return string(s) }
func (s literal) registers() []*register { return nil }
