package arm64

import (
	"fmt"
	"strings"
)

// kind is what an instruction occupies a processor with.
type kind int

const (
	other kind = iota // general registers, branches
	load
	store
	arithmetic // on vector registers
)

// kindOf sorts instructions of Go's assembler.
func kindOf(mnemonic string, operands []operand) kind {
	_, from := operands[0].(Memory)
	_, into := operands[len(operands)-1].(Memory)
	switch {
	case mnemonic == "PRFM":
		return other
	case from:
		return load
	case into:
		return store
	case mnemonic[0] == 'V' || strings.HasPrefix(mnemonic, "AES"):
		return arithmetic
	}
	return other
}

// loops counts the instructions of each turn of each loop, without those of loops
// inside, as lines of comments: what bounds a function, in the absence of a clock.
func (f *Function) loops() (lines []string) {
	places := map[string]int{}
	counted := make([]bool, len(f.instructions))
	for end, i := range f.instructions {
		if i.label != "" {
			places[i.label] = end
		}
		// Inner loops end before outer ones, so they are counted first.
		start, backward := places[i.target]
		if !backward {
			continue
		}
		var counts [arithmetic + 1]int
		total := 0
		for k := start; k <= end; k++ {
			if counted[k] || f.instructions[k].label != "" {
				continue
			}
			counted[k] = true
			counts[f.instructions[k].kind]++
			total++
		}
		lines = append(lines, fmt.Sprintf("A turn of %s: instructions %d, on vectors %d, loads %d, stores %d.",
			i.target, total, counts[arithmetic], counts[load], counts[store]))
	}
	return lines
}
