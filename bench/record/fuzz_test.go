package record

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzRead: any text is a file of results, all of them with times above zero, or an *Error that
// says what is wrong.
func FuzzRead(f *testing.F) {
	text, _, _ := written(f)
	f.Add(text)
	for _, s := range []string{"", "\x00", "# end of results: 0\n", "BenchmarkClock 1 1 ns/op\n", text[:len(text)/2], text + text} {
		f.Add(s)
	}
	for _, edit := range [][2]string{
		{"ns/op", "s/op"}, {"1500 ns/op", "-1500 ns/op"}, {"1500 ns/op", "NaN ns/op"}, {"1500 ns/op", "1e999 ns/op"}, {" checksum", ""},
		{"l1-cache: ", "l1-cache: -"}, {"l1-cache: ", "l1-cache: 1e300"}, {"cores: ", "cores: many "}, {"cpu: ", "cpu: \x1b[31m"}, {"cpu: ", "cpu: \xff"}, {"path: avx2", "path:"}, {"date: 2", "date: x"},
		{"2.81474976710655e+14 checksum", "1e99 checksum"}, {"2.81474976710655e+14 checksum", "-0.5 checksum"},
	} {
		f.Add(strings.ReplaceAll(text, edit[0], edit[1]))
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, err := Read(strings.NewReader(text), "fuzz")
		if err != nil {
			var bad *Error
			if !errors.As(err, &bad) || bad.Reason == "" {
				t.Fatalf("%#v is no *Error with a reason", err)
			}
			return
		}
		if len(file.Paths) == 0 {
			t.Fatal("no paths")
		}
		for _, l := range file.Origin.Machine.Levels {
			if l.Size < 0 || l.Footprint <= 0 {
				t.Fatalf("level %+v", l)
			}
		}
		if strings.ContainsAny(file.Origin.Machine.CPU, "\x00\x1b") || !utf8.ValidString(file.Origin.Machine.CPU) {
			t.Fatalf("a processor %q", file.Origin.Machine.CPU)
		}
		for _, path := range file.Paths {
			for _, s := range file.Series[path] {
				if s.Name == "" || len(s.Seconds) == 0 || s.HasChecksum && s.Checksum >= 1<<48 {
					t.Fatalf("series %+v", s)
				}
				for _, v := range s.Seconds {
					if !(v > 0 && v < 1e300) {
						t.Fatalf("%s: %v s", s.Name, v)
					}
				}
			}
		}
	})
}
