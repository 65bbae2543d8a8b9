package roofline

import (
	"cmp"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"anisgd/kernels/cpu"
)

// routine is one function of assembly in a program.
type routine struct {
	name string
	size uint64
}

// PrintAssembly lists the routines of the kernels and the generator in a program by
// size, and the sum for each path.
func PrintAssembly(w io.Writer, program string) error {
	list, err := routines(program)
	if err != nil {
		return err
	}
	total := map[cpu.Path]uint64{}
	fmt.Fprintln(w, "assembly by size, bytes")
	for _, r := range list {
		fmt.Fprintf(w, "%8d  %s\n", r.size, r.name)
		for _, path := range cpu.Paths() {
			if strings.HasSuffix(r.name, strings.ToUpper(path.String())) {
				total[path] += r.size
			}
		}
	}
	for _, path := range cpu.Paths() {
		if total[path] > 0 {
			fmt.Fprintf(w, "%8d  all of %v\n", total[path], path)
		}
	}
	return nil
}

// routines finds the assembly of the module in an executable, largest first; none in
// one that is not ELF or has no symbols. The linker marks the symbols of assembly by
// the calling convention, .abi0.
func routines(program string) ([]routine, error) {
	file, err := elf.Open(program)
	var format *elf.FormatError
	if errors.As(err, &format) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	symbols, err := file.Symbols()
	if errors.Is(err, elf.ErrNoSymbols) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("symbols of %s: %w", program, err)
	}
	var list []routine
	for _, s := range symbols {
		name, assembly := strings.CutSuffix(s.Name, ".abi0")
		if !assembly || elf.ST_TYPE(s.Info) != elf.STT_FUNC {
			continue
		}
		if name, ours := strings.CutPrefix(name, "anisgd/"); ours {
			list = append(list, routine{name, s.Size})
		}
	}
	slices.SortFunc(list, func(a, b routine) int {
		return cmp.Or(cmp.Compare(b.size, a.size), strings.Compare(a.name, b.name))
	})
	return list, nil
}
