package arm64

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var rewrite = flag.Bool("update", false, "let llvm-mc write testdata/encodings.txt again")

const expectations = "testdata/encodings.txt"

// everyEncoding emits each encoded instruction for several registers and each of
// its arrangements.
func everyEncoding() []*instruction {
	f := new(Function)
	numbered := func(number int) Vector { return Vector{&register{vector: true, number: number, fixed: true}} }
	general := func(number int) General { return General{&register{number: number, fixed: true}} }
	for _, r := range [][3]int{{0, 0, 0}, {1, 2, 3}, {31, 17, 8}, {16, 31, 24}, {10, 5, 31}} {
		d, n, m := numbered(r[0]), numbered(r[1]), numbered(r[2])
		for _, a := range []Arrangement{D2, S4} {
			for _, three := range []func(a Arrangement, m, n, d Vector){
				f.FADD, f.FSUB, f.FMUL, f.FDIV, f.FMAX, f.FMIN, f.FADDP, f.FCMEQ, f.FCMGE, f.FCMGT, f.USHL,
			} {
				three(a, m, n, d)
			}
			for _, two := range []func(a Arrangement, n, d Vector){f.FABS, f.FNEG, f.FSQRT, f.SCVTF, f.UCVTF, f.CMLTZero} {
				two(a, n, d)
			}
			for index := range a.lanes {
				f.FMLAElement(a, m, index, n, d)
				f.FMLSElement(a, m, index, n, d)
				f.FMULElement(a, m, index, n, d)
			}
			for _, shift := range []int{1, 7, 8, 23, 8<<a.size - 1, 8 << a.size} {
				f.SSHR(a, shift, n, d)
				f.SCVTFFixed(a, shift, n, d)
				f.UCVTFFixed(a, shift, n, d)
			}
		}
		f.FCVTL(n, d)
		f.FCVTL2(n, d)
		f.FCVTN(n, d)
		f.FCVTN2(n, d)
	}
	for _, r := range [][3]int{{0, 0, 0}, {31, 15, 7}, {3, 25, 19}} {
		f.LoadRow(general(r[1]), general(r[2]), numbered(r[0]))
		f.LoadIndexed(general(r[1]), general(r[2]), numbered(r[0]))
		f.StoreIndexed(numbered(r[0]), general(r[1]), general(r[2]))
	}
	return f.instructions
}

// TestEncodings compares the words with those that the assembler of LLVM gave for
// the same text, and where it is installed asks it again.
func TestEncodings(t *testing.T) {
	instructions := everyEncoding()
	if *rewrite {
		var text bytes.Buffer
		fmt.Fprintln(&text, "# A64 instructions and their words, by llvm-mc.")
		var lines []string
		for _, i := range instructions {
			lines = append(lines, i.text())
		}
		for k, word := range assemble(t, lines) {
			fmt.Fprintf(&text, "%08x %s\n", word, lines[k])
		}
		if err := os.WriteFile(expectations, text.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]uint32{}
	text, err := os.ReadFile(expectations)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var word uint32
		if n, _ := fmt.Sscanf(line, "%x", &word); n == 1 {
			_, instruction, _ := strings.Cut(strings.TrimSpace(line), " ")
			want[instruction] = word
		}
	}
	var lines []string
	for _, i := range instructions {
		line := i.text()
		lines = append(lines, line)
		if word, ok := want[line]; !ok || word != i.encode() {
			t.Errorf("%s: %08x, want %08x (%t)", line, i.encode(), word, ok)
		}
	}
	for k, word := range assemble(t, lines) {
		if word != instructions[k].encode() {
			t.Errorf("%s: %08x, llvm-mc gives %08x", lines[k], instructions[k].encode(), word)
		}
	}
}

var wordLine = regexp.MustCompile(`\bWORD \$0x([0-9a-f]{8}) // (.*)`)

// TestGeneratedWords asks the assembler of LLVM for every word in the files that
// were generated with this package.
func TestGeneratedWords(t *testing.T) {
	seen := map[string]uint32{}
	for _, pattern := range []string{"../../*_arm64.s", "../../../rng/*_arm64.s"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, match := range wordLine.FindAllStringSubmatch(string(text), -1) {
				var word uint32
				if _, err := fmt.Sscanf(match[1], "%x", &word); err != nil {
					t.Fatal(err)
				}
				if old, ok := seen[match[2]]; ok && old != word {
					t.Errorf("%s: both %08x and %08x", match[2], old, word)
				}
				seen[match[2]] = word
			}
		}
	}
	var lines []string
	for line := range seen {
		lines = append(lines, line)
	}
	for k, word := range assemble(t, lines) {
		if seen[lines[k]] != word {
			t.Errorf("%s: %08x, llvm-mc gives %08x", lines[k], seen[lines[k]], word)
		}
	}
}

var encoding = regexp.MustCompile(`encoding: \[0x(..),0x(..),0x(..),0x(..)\]`)

// assemble is the words of A64 instructions, by llvm-mc; without it the test stops
// here.
func assemble(t *testing.T, lines []string) []uint32 {
	t.Helper()
	program, err := exec.LookPath("llvm-mc")
	if err != nil {
		t.Skip("llvm-mc (of LLVM) is not installed: compared with the words recorded alone")
	}
	command := exec.Command(program, "-triple=aarch64", "-show-encoding")
	command.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	var complaints bytes.Buffer
	command.Stderr = &complaints
	output, err := command.Output()
	if err != nil {
		t.Fatalf("llvm-mc: %v\n%s", err, complaints.Bytes())
	}
	var words []uint32
	scanner := bufio.NewScanner(bytes.NewReader(output))
	for scanner.Scan() {
		if m := encoding.FindStringSubmatch(scanner.Text()); m != nil {
			var word uint32
			if _, err := fmt.Sscanf(m[4]+m[3]+m[2]+m[1], "%x", &word); err != nil {
				t.Fatal(err)
			}
			words = append(words, word)
		}
	}
	if len(words) != len(lines) {
		t.Fatalf("llvm-mc gives %d words for %d instructions", len(words), len(lines))
	}
	return words
}
