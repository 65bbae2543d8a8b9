package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// filesOf is a task whose content follows from its number.
func filesOf(n int) map[string][]byte {
	return map[string][]byte{
		"task.json": fmt.Appendf(nil, "{\"number\": %d}\n", n),
		"rows.csv":  bytes.Repeat(fmt.Appendf(nil, "%d,%d\n", n, n*n), 2000),
	}
}

func nameOf(n int) string { return fmt.Sprintf("task-%04d", n) }

func sameFiles(a, b map[string][]byte) bool { return maps.EqualFunc(a, b, bytes.Equal) }

func TestTasksAreKept(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "out", "tasks")
	s := openStore(t, directory)
	if s.Has(nameOf(1)) {
		t.Error("an empty store has a task")
	}
	if _, err := s.Read(nameOf(1)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading from an empty store: %v", err)
	}
	for _, n := range []int{2, 1, 2} { // twice the same is no error
		if err := s.Write(nameOf(n), filesOf(n)); err != nil {
			t.Fatal(err)
		}
	}
	s = openStore(t, directory)
	names, err := s.Names()
	if err != nil || !slices.Equal(names, []string{nameOf(1), nameOf(2)}) {
		t.Fatalf("%v, %v", names, err)
	}
	for n := 1; n <= 2; n++ {
		if files, err := s.Read(nameOf(n)); err != nil || !sameFiles(files, filesOf(n)) || !s.Has(nameOf(n)) {
			t.Errorf("task %d: %v, %v", n, slices.Collect(maps.Keys(files)), err)
		}
	}
	entries, err := os.ReadDir(directory)
	if err != nil || len(entries) != 3 { // with store.json
		t.Errorf("%v, %v", entries, err)
	}
	if err := s.Remove(nameOf(1)); err != nil || s.Has(nameOf(1)) {
		t.Errorf("removed: %v", err)
	}
}

// TestDamagedTasks cuts, alters and removes files: what is read is what was
// written, or an error.
func TestDamagedTasks(t *testing.T) {
	directory := t.TempDir()
	s := openStore(t, directory)
	files := map[string][]byte{"a.csv": []byte("1,2\n"), "task.json": []byte("{}\n")}
	for _, name := range []string{"a.csv", "task.json", sumsFile} {
		if err := s.Write("task", files); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(directory, "task", name)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for n := range whole {
			altered := slices.Clone(whole)
			altered[n] ^= 1
			for what, content := range map[string][]byte{"cut": whole[:n], "altered": altered} {
				if err := os.WriteFile(path, content, 0o644); err != nil {
					t.Fatal(err)
				}
				if _, err := s.Read("task"); !errors.Is(err, ErrDamaged) {
					t.Fatalf("%s %s at byte %d: %v", name, what, n, err)
				}
			}
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Read("task"); !errors.Is(err, ErrDamaged) {
			t.Errorf("without %s: %v", name, err)
		}
		// It can be written again.
		if err := s.Write("task", files); err != nil {
			t.Fatal(err)
		}
		if again, err := s.Read("task"); err != nil || !sameFiles(again, files) {
			t.Errorf("written again: %v, %v", again, err)
		}
	}
	if names := tasksIn(t, directory); len(names) != 1 {
		t.Errorf("tasks %v", names)
	}
}

func TestStoresOfOthers(t *testing.T) {
	for content, want := range map[string]string{
		`{"program": "anisgd", "schema": 999}`: "has version 999",
		`{"program": "other", "schema": 1}`:    "is no store",
		`[]`:                                   "is no store",
	} {
		directory := t.TempDir()
		if err := os.WriteFile(filepath.Join(directory, schemaFile), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(directory); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", content, err)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file); err == nil {
		t.Error("a file is taken for a store")
	}
}

// TestSchemaFileIsMadeAgain: a store copied task by task is one.
func TestSchemaFileIsMadeAgain(t *testing.T) {
	directory := t.TempDir()
	s := openStore(t, directory)
	if err := s.Write(nameOf(1), filesOf(1)); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(directory, schemaFile)); err != nil {
		t.Fatal(err)
	}
	s = openStore(t, directory)
	if !s.Has(nameOf(1)) {
		t.Error("the task is lost")
	}
	if err := s.Write(nameOf(2), filesOf(2)); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(directory, schemaFile)); err != nil {
		t.Error(err)
	}
}

func TestClean(t *testing.T) {
	directory := t.TempDir()
	for name, age := range map[string]time.Duration{temporaryPrefix + "old": 2 * abandoned, temporaryPrefix + "new": 0, ".other": 2 * abandoned} {
		path := filepath.Join(directory, name)
		if err := os.Mkdir(path, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Time{}, time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	openStore(t, directory).Clean()
	entries, err := os.ReadDir(directory)
	if err != nil || len(entries) != 2 || entries[0].Name() != ".other" {
		t.Errorf("left: %v, %v", entries, err)
	}
}

// TestClaims: of many that want a task one has it at a time, and files that it leaves
// are there for the next.
func TestClaims(t *testing.T) {
	directory := t.TempDir()
	s := openStore(t, directory)
	claim, taken, err := s.Claim("task")
	if err != nil || taken {
		t.Fatal(taken, err)
	}
	if _, taken, err := s.Claim("task"); err != nil || !taken {
		t.Errorf("claimed twice: %v, %v", taken, err)
	}
	if other, taken, err := s.Claim("other"); err != nil || taken {
		t.Errorf("another task is taken: %v, %v", taken, err)
	} else {
		other.Release(true)
	}
	if err := os.WriteFile(claim.Path("checkpoint"), []byte("half"), 0o644); err != nil {
		t.Fatal(err)
	}
	claim.Release(false)
	claim, taken, err = s.Claim("task")
	if err != nil || taken {
		t.Fatal(taken, err)
	}
	if content, err := os.ReadFile(claim.Path("checkpoint")); err != nil || string(content) != "half" {
		t.Errorf("left: %q, %v", content, err)
	}
	claim.Release(true)

	var all sync.WaitGroup
	var mutex sync.Mutex
	for range 8 {
		all.Go(func() {
			for range 200 {
				claim, taken, err := s.Claim("contended")
				if err != nil {
					t.Error(err)
					return
				}
				if taken {
					continue
				}
				if !mutex.TryLock() {
					t.Error("two hold a claim")
					return
				}
				time.Sleep(time.Microsecond)
				mutex.Unlock()
				claim.Release(rand.IntN(2) == 0)
			}
		})
	}
	all.Wait()
	if left, err := os.ReadDir(filepath.Join(directory, runningFolder)); err != nil || len(left) != 0 {
		t.Errorf("left of released claims: %v, %v", left, err)
	}
}

// TestMain lets the tests run this binary as another program that writes tasks until
// it is killed.
func TestMain(m *testing.M) {
	directory := os.Getenv("ANISGD_TEST_WRITE_TASKS")
	if directory == "" {
		os.Exit(m.Run())
	}
	s, err := Open(directory)
	for n := 0; err == nil; n++ {
		name := nameOf(n % 50)
		var claim *Claim
		var taken bool
		if claim, taken, err = s.Claim(name); err != nil || taken {
			continue
		}
		err = s.Write(name, filesOf(n%50))
		claim.Release(true)
		if n >= 50 {
			err = errors.Join(err, s.Remove(name))
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// TestKilledWriters kills pairs of programs that write to one store, at random
// moments: every task that is there is whole, and nobody is kept from going on.
func TestKilledWriters(t *testing.T) {
	if testing.Short() {
		t.Skip("runs itself, which an emulator cannot")
	}
	kills := 40
	if testing.Short() {
		kills = 8
	}
	directory := t.TempDir()
	random := rand.New(rand.NewPCG(1, 2))
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for range kills {
		var writers []*exec.Cmd
		messages := make([]bytes.Buffer, 2)
		for k := range messages {
			writer := exec.Command(program)
			writer.Env = append(os.Environ(), "ANISGD_TEST_WRITE_TASKS="+directory)
			writer.Stderr = &messages[k]
			if err := writer.Start(); err != nil {
				t.Fatal(err)
			}
			writers = append(writers, writer)
		}
		time.Sleep(time.Duration(random.IntN(60)) * time.Millisecond)
		for k, writer := range writers {
			if err := writer.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			if err := writer.Wait(); err == nil || messages[k].Len() > 0 {
				t.Fatalf("a writer ended by itself: %v, %s", err, messages[k].String())
			}
		}
		s := openStore(t, directory)
		names, err := s.Names()
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			var n int
			fmt.Sscanf(name, "task-%d", &n)
			if files, err := s.Read(name); err != nil || !sameFiles(files, filesOf(n)) {
				t.Fatalf("%s after a kill: %v", name, err)
			}
			seen++
		}
	}
	if seen == 0 {
		t.Error("no writer came to write a task")
	}
	s := openStore(t, directory)
	for n := range 50 {
		claim, taken, err := s.Claim(nameOf(n))
		if err != nil || taken {
			t.Fatalf("task %d is still claimed, or %v", n, err)
		}
		claim.Release(true)
	}
}
