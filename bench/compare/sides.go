package compare

import (
	"fmt"
	"slices"
	"strings"

	"anisgd/bench/machine"
	"anisgd/bench/record"
	"anisgd/bench/suite"
)

// Side is one file, or one of its kernel paths, that is compared with others.
type Side struct {
	Label string
	File  *record.File
	Path  string // "" for whichever there are
}

// candidates are the paths that a side may stand for.
func (s *Side) candidates() []string {
	if s.Path != "" {
		return []string{s.Path}
	}
	return s.File.Paths
}

// Error says why files cannot be compared.
type Error struct{ Reason string }

func (e *Error) Error() string { return e.Reason }

// layers are the comparisons to make: for each the path of every side. Where sides have
// paths in common, each of those is compared with itself; otherwise every side must
// stand for one path.
func layers(sides []Side) ([][]string, error) {
	var all [][]string
	for _, path := range sides[0].candidates() {
		common := true
		for i := range sides {
			common = common && slices.Contains(sides[i].candidates(), path)
		}
		if common {
			all = append(all, slices.Repeat([]string{path}, len(sides)))
		}
	}
	if len(all) > 0 {
		return all, nil
	}
	var single, listed []string
	for i := range sides {
		single = append(single, sides[i].candidates()[0])
		listed = append(listed, sides[i].Label+" has "+strings.Join(sides[i].candidates(), ", "))
		if len(sides[i].candidates()) > 1 {
			single = nil
		}
	}
	if len(single) < len(sides) {
		return nil, &Error{"the files have no kernel path in common: " + strings.Join(listed, "; ") + ". Say which to compare as FILE@PATH"}
	}
	return [][]string{single}, nil
}

// checkChecksums fails if two sides computed different numbers.
func checkChecksums(sides []Side, all [][]string) error {
	for _, layer := range all {
		for i := range sides[1:] {
			var differing []string
			var compared int
			for _, a := range sides[0].File.Series[layer[0]] {
				b := sides[i+1].File.Of(layer[i+1], a.Name)
				if b == nil || !a.HasChecksum || !b.HasChecksum {
					continue
				}
				compared++
				if a.Checksum != b.Checksum {
					differing = append(differing, a.Name)
				}
			}
			if len(differing) > 0 {
				return &Error{checksumReason(&sides[0], &sides[i+1], differing, compared)}
			}
		}
	}
	return nil
}

func checksumReason(a, b *Side, differing []string, compared int) string {
	const shown = 3
	names := strings.Join(differing[:min(shown, len(differing))], ", ")
	if len(differing) > shown {
		names += ", …"
	}
	reason := fmt.Sprintf("%s and %s did not compute the same numbers, so their times mean nothing beside each other: the checksums of %d of %d benchmarks differ (%s).",
		a.Label, b.Label, len(differing), compared, names)
	programA, programB := program(a.File), program(b.File)
	if programA != programB {
		return reason + fmt.Sprintf(" They are from different programs, %s and %s: measure again with one version on both", programA, programB)
	}
	return reason + fmt.Sprintf(" Both are from %s, which gives the same bits on every machine: one of them is faulty, or a file was edited", programA)
}

func program(f *record.File) string {
	return strings.TrimSpace("anisgd " + f.Origin.Version + " " + f.Origin.Commit)
}

// ratesOf are the roofs of a side on a path, as its probes measured them.
func ratesOf(f *record.File, path string) *machine.Rates {
	return suite.RatesOf(f.Origin.Machine.Levels, func(name string) (float64, bool) {
		s := f.Of(path, name)
		if s == nil {
			return 0, false
		}
		return slices.Min(s.Seconds), true
	})
}
