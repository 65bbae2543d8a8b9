// Package cpu finds out what the processor can do and chooses the kernel path.
//
// A path is one implementation of every kernel of the module: plain Go
// (Generic, the specification) or assembly for one family of instruction sets.
// All paths give the same bits, so the choice is one of speed alone. It is made
// once at start, from CPUID or what the operating system tells of the processor,
// and can be overridden by the environment variable ANISGD_KERNEL or by Use.
package cpu

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/klauspost/cpuid/v2"
)

// Path names one implementation of the kernels.
type Path uint8

const (
	// Generic is plain Go, the specification of every kernel.
	Generic Path = iota
	// AVX2 needs AVX2, FMA, and VAES or AES-NI.
	AVX2
	// AVX512 needs what AVX2 needs, and AVX-512 F, DQ, BW and VL.
	AVX512
	// NEON, of arm64, needs Advanced SIMD and its AES instructions.
	NEON
)

// Environment is the variable that overrides the choice of the path; its values
// are those of ParsePath, and "auto".
const Environment = "ANISGD_KERNEL"

// paths lists every path the module knows, those of an architecture with the
// narrowest registers first.
var paths = []Path{Generic, AVX2, AVX512, NEON}

// Paths lists every path the module knows, whether it can run here or not; those of
// one architecture with the narrowest registers first.
func Paths() []Path { return slices.Clone(paths) }

func (p Path) String() string {
	switch p {
	case Generic:
		return "generic"
	case AVX2:
		return "avx2"
	case AVX512:
		return "avx512"
	case NEON:
		return "neon"
	}
	return fmt.Sprintf("Path(%d)", uint8(p))
}

// ParsePath is the inverse of Path.String.
func ParsePath(name string) (Path, error) {
	for _, p := range paths {
		if p.String() == name {
			return p, nil
		}
	}
	return Generic, fmt.Errorf("unknown kernel path %q: expected auto, %s", name, Names(paths))
}

// HasVAES reports whether AES rounds work on 256-bit registers; otherwise the
// AVX2 path runs them on 128 bits with AES-NI. Decided once, at start.
var HasVAES = cpuid.CPU.Supports(cpuid.VAES, cpuid.AVX2)

var (
	selected = Generic
	reason   string
)

func init() {
	name := os.Getenv(Environment)
	if name == "" || name == "auto" {
		selectBest()
		return
	}
	if err := useNamed(name, "set by "+Environment); err != nil {
		// A library cannot refuse to start: it says so and goes on with what
		// auto would have chosen. The command line checks again and fails.
		selectBest()
		reason = fmt.Sprintf("%s ignored (%v); %s", Environment, err, reason)
		environmentError = fmt.Errorf("%s=%s: %w", Environment, name, err)
	}
}

var environmentError error

// EnvironmentError is the reason why the value of ANISGD_KERNEL could not be
// honoured at start, or nil.
func EnvironmentError() error { return environmentError }

// Selected is the path every kernel takes. It is constant after start but for
// Use and Override.
func Selected() Path { return selected }

// Runs reports whether code for path p runs on the selected path: for each
// operation a path takes its own code or, where there is none, that of the widest
// path of its architecture below it, which is Generic in the end. So a kernel with
// code for AVX2 alone asks Runs(AVX2).
func Runs(p Path) bool {
	return p == selected || p == Generic || p == AVX2 && selected == AVX512
}

// Reason says in words why Selected was chosen.
func Reason() string { return reason }

// Available lists the paths that can run here, narrowest registers first; Generic
// always can.
func Available() []Path {
	var list []Path
	for _, p := range paths {
		if Missing(p) == "" {
			list = append(list, p)
		}
	}
	return list
}

// Missing says what keeps a path from running here ("" if it can run), as a
// phrase that follows the path's name.
func Missing(p Path) string {
	if p == Generic {
		return ""
	}
	features, built := required[p]
	if !built {
		return "is not part of this build (" + buildKind + ")"
	}
	var absent []string
	for _, f := range features {
		if !cpuid.CPU.Supports(f) {
			absent = append(absent, f.String())
		}
	}
	if len(absent) > 0 {
		return "needs " + strings.Join(absent, ", ") + ", which this processor lacks"
	}
	return ""
}

// Use chooses the path by its name, or the best one for "auto". It must be
// called before any kernel runs, from one goroutine. The error says what the
// path needs, or which names exist.
func Use(name string) error {
	if name == "auto" || name == "" {
		selectBest()
		return nil
	}
	return useNamed(name, "asked for")
}

func useNamed(name, why string) error {
	p, err := ParsePath(name)
	if err != nil {
		return err
	}
	if m := Missing(p); m != "" {
		return fmt.Errorf("kernel path %s %s; available here: %s", p, m, Names(Available()))
	}
	selected, reason = p, why
	return nil
}

// Override switches to a path that must be available and returns the function
// that restores the former one. It is for tests and benchmarks: no kernel may
// run on another goroutine meanwhile.
func Override(p Path) (restore func()) {
	if m := Missing(p); m != "" {
		panic(fmt.Sprintf("cpu: path %s %s", p, m))
	}
	old, oldReason := selected, reason
	selected, reason = p, "overridden"
	return func() { selected, reason = old, oldReason }
}

// Model is the processor's own name, as CPUID or the operating system gives it; it
// may be empty.
func Model() string { return strings.TrimSpace(cpuid.CPU.BrandName) }

// Generation is the processor's family and model number, by which processors are told
// apart whose names a virtual machine has cut short; zero where there are none.
func Generation() (family, model int) { return cpuid.CPU.Family, cpuid.CPU.Model }

// Features lists the instruction sets found that matter to the kernels.
func Features() []string {
	var list []string
	for _, f := range []cpuid.FeatureID{
		cpuid.SSE2, cpuid.SSE42, cpuid.AVX, cpuid.AVX2, cpuid.FMA3, cpuid.AESNI, cpuid.VAES,
		cpuid.AVX512F, cpuid.AVX512DQ, cpuid.AVX512BW, cpuid.AVX512VL, cpuid.ASIMD, cpuid.AESARM,
	} {
		if cpuid.CPU.Supports(f) {
			list = append(list, f.String())
		}
	}
	return list
}

// Names is a list of paths as one writes it: "generic, avx2".
func Names(list []Path) string {
	parts := make([]string, len(list))
	for i, p := range list {
		parts[i] = p.String()
	}
	return strings.Join(parts, ", ")
}
