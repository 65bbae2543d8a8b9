package arm64

import "fmt"

const vectorRegisters = 32

// generalRegisters are the numbers of the general registers that a function of
// Go's stable calling convention may use freely: not those of the linker (16, 17),
// the platform (18), the closure (26), the assembler (27), the goroutine (28), the
// frame and the return address (29, 30).
var generalRegisters = []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 19, 20, 21, 22, 23, 24, 25}

type registers map[*register]bool

// allocate gives every register a number: registers in use at the same time get
// different ones.
func (f *Function) allocate() error {
	after, err := f.usedAfter()
	if err != nil {
		return err
	}
	neighbours := map[*register]registers{}
	for k, i := range f.instructions {
		for _, w := range i.writes {
			if neighbours[w] == nil {
				neighbours[w] = registers{}
			}
			for _, others := range []registers{after[k], setOf(i.writes)} {
				for r := range others {
					if r == w || r.vector != w.vector {
						continue
					}
					neighbours[w][r] = true
					if neighbours[r] == nil {
						neighbours[r] = registers{}
					}
					neighbours[r][w] = true
				}
			}
		}
	}
	var vectors []int
	for n := range vectorRegisters - f.reserved {
		vectors = append(vectors, n)
	}
	numbered := registers{}
	for _, i := range f.instructions {
		for _, w := range i.writes {
			if numbered[w] || w.fixed {
				continue
			}
			taken := map[int]bool{}
			for r := range neighbours[w] {
				if numbered[r] {
					taken[r.number] = true
				}
			}
			choice := generalRegisters
			if w.vector {
				choice = vectors
			}
			for len(choice) > 0 && taken[choice[0]] {
				choice = choice[1:]
			}
			if len(choice) == 0 {
				return fmt.Errorf("out of registers (vector: %t)", w.vector)
			}
			w.number, numbered[w] = choice[0], true
		}
	}
	return nil
}

func setOf(list []*register) registers {
	set := registers{}
	for _, r := range list {
		set[r] = true
	}
	return set
}

// usedAfter is, for every instruction, the registers whose values are still to be
// read when it is done: the usual backward iteration to a fixed point.
func (f *Function) usedAfter() ([]registers, error) {
	places := map[string]int{}
	for k, i := range f.instructions {
		if i.label != "" {
			if _, twice := places[i.label]; twice {
				return nil, fmt.Errorf("label %s is there twice", i.label)
			}
			places[i.label] = k
		}
	}
	before, after := make([]registers, len(f.instructions)), make([]registers, len(f.instructions))
	for changed := true; changed; {
		changed = false
		for k := len(f.instructions) - 1; k >= 0; k-- {
			i := f.instructions[k]
			used := registers{}
			if !i.leaves {
				if k+1 == len(f.instructions) {
					return nil, fmt.Errorf("the function does not return")
				}
				add(used, before[k+1])
			}
			if i.target != "" {
				place, ok := places[i.target]
				if !ok {
					return nil, fmt.Errorf("no label %s", i.target)
				}
				add(used, before[place])
			}
			after[k] = used
			start := registers{}
			add(start, used)
			for _, w := range i.writes {
				delete(start, w)
			}
			add(start, setOf(i.reads))
			// The sets only grow from one round to the next.
			if len(start) != len(before[k]) {
				before[k], changed = start, true
			}
		}
	}
	if len(before) > 0 && len(before[0]) > 0 {
		return nil, fmt.Errorf("%d registers are read that were not set", len(before[0]))
	}
	return after, nil
}

func add(set, more registers) {
	for r := range more {
		set[r] = true
	}
}
