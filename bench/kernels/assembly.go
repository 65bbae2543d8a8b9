package main

import (
	"cmp"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// routine is one function of assembly in this program.
type routine struct {
	name string
	size uint64
}

// printAssembly lists the routines of the kernels and the generator by size.
func printAssembly(w io.Writer) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	list, err := routines(program)
	if err != nil {
		return err
	}
	total := map[string]uint64{}
	fmt.Fprintln(w, "\nassembly by size, bytes")
	for _, r := range list {
		fmt.Fprintf(w, "%8d  %s\n", r.size, r.name)
		for _, path := range []string{"AVX2", "AVX512"} {
			if strings.HasSuffix(r.name, path) {
				total[path] += r.size
			}
		}
	}
	fmt.Fprintf(w, "%8d  all of AVX2\n%8d  all of AVX512\n", total["AVX2"], total["AVX512"])
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
