package arm64

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// increase adds x to y, tiles of two vectors at a time.
func increase(f *File) {
	g := f.Function("increase", "y, x *float64, tiles int", "increase adds x to y. tiles ≥ 1.")
	y, x, tiles := g.Argument("y"), g.Argument("x"), g.Argument("tiles")
	g.Label("tile")
	sum, addend := g.Vectors(2), g.Vectors(2)
	g.LoadPair(Memory{y, 0}, sum[0], sum[1])
	g.LoadPair(Memory{x, 0}, addend[0], addend[1])
	for k := range sum {
		g.FADD(D2, addend[k], sum[k], sum[k])
	}
	g.StorePair(sum[0], sum[1], Memory{y, 0})
	g.ADDImmediate(2*vectorBytes, y)
	g.ADDImmediate(2*vectorBytes, x)
	g.SUBImmediate(1, tiles)
	g.CBNZ(tiles, "tile")
	g.RET()
}

const increaseText = `
// func increase(y, x *float64, tiles int)
// A turn of tile: instructions 9, on vectors 2, loads 2, stores 1.
TEXT ·increase(SB), NOSPLIT, $0-24
	MOVD y+0(FP), R0
	MOVD x+8(FP), R1
	MOVD tiles+16(FP), R2

tile:
	FLDPQ (R0), (F0, F1)
	FLDPQ (R1), (F2, F3)
	WORD $0x4e62d400 // fadd v0.2d, v0.2d, v2.2d
	WORD $0x4e63d421 // fadd v1.2d, v1.2d, v3.2d
	FSTPQ (F0, F1), (R0)
	ADD $32, R0
	ADD $32, R1
	SUB $1, R2
	CBNZ R2, tile
	RET
`

func TestSource(t *testing.T) {
	f := NewFile("a test", "p")
	increase(f)
	code, declarations, err := f.Source()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(string(code), increaseText) {
		t.Errorf("got\n%s\nwant\n%s", code, increaseText)
	}
	const stub = "// increase adds x to y. tiles ≥ 1.\n//\n//go:noescape\nfunc increase(y, x *float64, tiles int)\n"
	if !strings.HasSuffix(string(declarations), stub) {
		t.Errorf("got %s", declarations)
	}
}

// A value that a later turn of the loop reads keeps its register through the whole
// loop, though no line below reads it.
func TestValuesLiveAroundLoops(t *testing.T) {
	f := NewFile("a test", "p")
	g := f.Function("spread", "dst *float64, n int", "spread")
	dst, n := g.Argument("dst"), g.Argument("n")
	one := g.BroadcastFloat64(1)
	table := g.Consecutive(2)
	g.ConstantTo(1, 2, table[0])
	g.ConstantTo(3, 4, table[1])
	g.Label("loop")
	first := g.Vector()
	g.Move(one, first)
	g.Store(first, Memory{dst, 0})
	second := g.Vector()
	g.VTBL(first, table, second)
	third := g.Vector()
	g.VTBL(second, table, third)
	g.Store(third, Memory{dst, vectorBytes})
	g.SUBImmediate(1, n)
	g.CBNZ(n, "loop")
	g.RET()
	if _, _, err := f.Source(); err != nil {
		t.Fatal(err)
	}
	for _, v := range []Vector{first, second, third} {
		if v.number == one.number || v.number >= vectorRegisters-2 {
			t.Errorf("register %d is in use: the loop needs it again", v.number)
		}
	}
	if table[0].number != 30 || table[1].number != 31 {
		t.Errorf("the table is in registers %d and %d", table[0].number, table[1].number)
	}
	if first.number != second.number || second.number != third.number {
		t.Errorf("short lives in registers %d, %d, %d", first.number, second.number, third.number)
	}
}

func TestRefusals(t *testing.T) {
	for want, build := range map[string]func(g *Function){
		"out of registers": func(g *Function) {
			dst, all := g.Argument("dst"), g.Vectors(vectorRegisters+1)
			for _, v := range all {
				g.Zero(v)
			}
			for _, v := range all {
				g.Store(v, Memory{dst, 0})
			}
			g.RET()
		},
		"not set":         func(g *Function) { g.Store(g.Vector(), Memory{g.Argument("dst"), 0}); g.RET() },
		"no label":        func(g *Function) { g.CBZ(g.Argument("dst"), "nowhere"); g.RET() },
		"does not return": func(g *Function) { g.Argument("dst") },
		"twice":           func(g *Function) { g.Label("here"); g.Label("here"); g.RET() },
	} {
		f := NewFile("a test", "p")
		build(f.Function("refused", "dst *float64", "refused"))
		if _, _, err := f.Source(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

// TestNativeInstructions has Go assemble one of each that is not a word.
func TestNativeInstructions(t *testing.T) {
	f := NewFile("a test", "p")
	g := f.Function("all", "dst *float64, n int, s float64", "all")
	dst, n, s := g.Argument("dst"), g.Argument("n"), g.FloatArgument("s")
	r, r2 := g.General(), g.General()
	at := Memory{dst, 0}
	g.MOVD(at.Plus(8), r)
	g.StoreMOVD(r, at)
	g.LDP(at.Plus(8), r, r2)
	g.Copy(n, r)
	g.Immediate(1<<40, r)
	g.Address("symbol", r)
	g.ADD(n, r2, r)
	g.ADDShifted(n, 3, r, r)
	g.SUB(n, r, r)
	g.ADDImmediate(5, r)
	g.SUBImmediate(5, r)
	g.ANDImmediate(15, r, r)
	g.LSL(3, r, r)
	g.LSR(3, r, r)
	g.NEG(r, r)
	g.CMP(3, r)
	g.Branch("BGE", "end")
	g.CBZ(r, "end")
	g.PRFM(at, false)
	g.PRFM(at, true)
	v := g.Vectors(4)
	g.Load(at, v[0])
	g.Store(v[0], at)
	g.LoadPair(at, v[0], v[1])
	g.StorePair(v[0], v[1], at)
	g.LoadFloat(at, v[2])
	g.StoreFloat(v[2], at)
	g.LoadSingle(at, v[3])
	g.StoreSingle(v[3], at)
	g.Broadcast(S4, at.Plus(4), v[3])
	g.Move(g.BroadcastFloat32(1), v[3])
	g.Zero(v[3])
	g.VDUP(S4, v[0], 3, v[1])
	g.VDUPGeneral(D2, r, v[1])
	g.Extract(D2, v[1], 1, r)
	g.Insert(D2, r, v[1], 0)
	g.MoveLane(D2, v[1], 0, v[2], 1)
	for _, three := range []func(a Arrangement, m, n, d Vector){
		g.VADD, g.VSUB, g.VCMTST, g.VCMEQ, g.VFMLA, g.VFMLS, g.VZIP1, g.VZIP2, g.VUZP1, g.VUZP2,
	} {
		three(D2, v[0], v[1], v[2])
		three(S4, v[0], v[1], s)
	}
	for _, three := range []func(m, n, d Vector){g.VAND, g.VORR, g.VEOR, g.VBIT, g.VBIF, g.VBSL} {
		three(v[0], v[1], v[2])
	}
	for _, shift := range []func(a Arrangement, shift int, n, d Vector){g.VSHL, g.VUSHR, g.VSLI, g.VSRI} {
		shift(D2, 63, v[0], v[1])
		shift(S4, 31, v[0], v[1])
	}
	g.VEXT(8, v[0], v[1], v[2])
	table := g.Consecutive(2)
	g.LoadPair(at, table[0], table[1])
	g.VTBL(v[0], table, v[1])
	g.AESE(v[0], v[1])
	g.AESMC(v[1], v[1])
	g.Jump("end")
	g.Label("end")
	g.RET()
	if err := assembles(t, f); err != nil {
		t.Error(err)
	}
}

func assembles(t *testing.T, f *File) error {
	code, _, err := f.Source()
	if err != nil {
		return err
	}
	directory := t.TempDir()
	name := filepath.Join(directory, "all_arm64.s")
	if err := os.WriteFile(name, code, 0o644); err != nil {
		return err
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return err
	}
	include := filepath.Join(strings.TrimSpace(string(root)), "pkg", "include")
	assembler := exec.Command("go", "tool", "asm", "-p", "p", "-I", include, "-o", filepath.Join(directory, "all.o"), name)
	assembler.Env = append(os.Environ(), "GOARCH=arm64")
	if output, err := assembler.CombinedOutput(); err != nil {
		t.Errorf("%s\n%s", output, code)
	}
	return nil
}
