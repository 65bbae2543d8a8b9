//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestStoppedAndContinued stops the program again and again (Ctrl-Z, a laptop that sleeps) and
// lets it go on: the bytes are those of an undisturbed run.
func TestStoppedAndContinued(t *testing.T) {
	skipInShort(t)
	directory, file := workspace(t, interruptible)
	begin := time.Now()
	mustInvoke(t, 0, directory, "run", file, "--out", "whole")
	took := time.Since(begin)
	command := exec.Command(binary, "run", file, "--out", "r", "--quiet")
	command.Dir = directory
	command.Stderr = os.Stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	stops := 0
	for running := true; running; {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatal(err)
			}
			running = false
		case <-time.After(took / 8):
			if command.Process.Signal(syscall.SIGSTOP) == nil {
				stops++
			}
			time.Sleep(20 * time.Millisecond)
			_ = command.Process.Signal(syscall.SIGCONT) // it may have ended before the stop
		}
	}
	if stops < 2 {
		t.Errorf("stopped %d times", stops)
	}
	sameFiles(t, directory, "r", "whole")
}

// TestHungUp closes the terminal on a run: it saves its state and goes on when it is asked again. Under
// nohup it does not notice.
func TestHungUp(t *testing.T) {
	skipInShort(t)
	directory, file := workspace(t, interruptible)
	o := interrupted(t, directory, syscall.SIGHUP, time.After(200*time.Millisecond), "run", file, "--out", "r")
	if o.status != statusInterrupted || !strings.Contains(o.stderr, "interrupted") {
		t.Fatalf("status %d: %s", o.status, o.stderr)
	}
	command := exec.Command("nohup", binary, "run", file, "--out", "r", "--quiet")
	command.Dir = directory
	if err := command.Start(); err != nil {
		t.Skipf("no nohup: %v", err)
	}
	time.Sleep(200 * time.Millisecond)
	_ = command.Process.Signal(syscall.SIGHUP)
	if err := command.Wait(); err != nil {
		t.Fatalf("under nohup: %v", err)
	}
	mustInvoke(t, 0, directory, "run", file, "--out", "whole")
	sameFiles(t, directory, "r", "whole")
}

// TestPipesAsFiles reads an experiment from a pipe, as `anisgd run <(generate)` does, and ends on a
// signal where nobody writes into it.
func TestPipesAsFiles(t *testing.T) {
	directory, file := workspace(t, interruptible)
	pipe := filepath.Join(directory, "pipe.yaml")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skipf("no pipes here: %v", err)
	}
	for _, command := range []string{"run", "phase", "sweep", "check"} {
		o := interrupted(t, directory, syscall.SIGTERM, time.After(300*time.Millisecond), command, pipe)
		if o.status != statusInterrupted || !strings.Contains(o.stderr, "anisgd: ") {
			t.Errorf("%s: status %d: %s", command, o.status, o.stderr)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		if out, err := os.OpenFile(pipe, os.O_WRONLY, 0); err == nil {
			_, _ = out.Write(text)
			_ = out.Close()
		}
	}()
	mustInvoke(t, 0, directory, "check", pipe)
}
