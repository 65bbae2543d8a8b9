package output

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestKindOf(t *testing.T) {
	for content, want := range map[string]struct {
		kind   Kind
		reason string // of the damage
	}{
		`{"program": "anisgd", "kind": "phase"}`:             {kind: Phase},
		`{"program": "anisgd", "kind": "sweep", "extra": 1}`: {kind: Sweep},
		`{"program": "other", "kind": "phase"}`:              {},
		`{}`:                                                 {},
		`null`:                                               {},
		``:                                                   {reason: "damaged"},
		`{"program": "anisgd", "kind": "pha`:                 {reason: "damaged"},
		`{"program": "anisgd", "kind": 3}`:                   {reason: "damaged"},
		`[]`:                                                 {reason: "damaged"},
		"\x00\x00":                                           {reason: "damaged"},
		`{"program": "anisgd", "kind": "of later"}`: {kind: "of later"},
		`{"program": "anisgd"}`:                     {reason: "damaged"},
	} {
		directory := t.TempDir()
		if err := os.WriteFile(filepath.Join(directory, SummaryFile), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		kind, err := KindOf(directory)
		var damaged *DamagedError
		switch {
		case want.reason == "" && (err != nil || kind != want.kind):
			t.Errorf("%s: %q, %v, want %q", content, kind, err, want.kind)
		case want.reason != "" && (!errors.As(err, &damaged) || !strings.Contains(damaged.Reason, want.reason)):
			t.Errorf("%s: %v, want %q", content, err, want.reason)
		}
		var refused *Refused
		if _, err := Open(directory, Phase); (err == nil) != (want.kind == Phase) || err != nil && !errors.As(err, &refused) {
			t.Errorf("%s: opened as a phase diagram: %v", content, err)
		}
	}
	if kind, err := KindOf(filepath.Join(t.TempDir(), "absent")); kind != "" || err != nil {
		t.Errorf("of a directory that is not there: %q, %v", kind, err)
	}
}

// FuzzParseMarker: any text is the summary of a known kind of results, that of another program, or an error.
func FuzzParseMarker(f *testing.F) {
	for _, text := range []string{"", "null", "[]", `{"program": "anisgd", "kind": "run", "files": ["limit.csv", "../x"]}`, `{"program": "other"}`, `{"files": {}}`, `{"program": "anisgd", "program": "x"}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		found, err := parseMarker(content)
		switch {
		case err != nil && (found != nil || err.Error() == ""):
			t.Fatalf("%+v with %v", found, err)
		case found != nil && (found.Program != Program || found.Kind == ""):
			t.Fatalf("%+v", found)
		}
	})
}
