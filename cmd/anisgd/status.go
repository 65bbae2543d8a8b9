package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"anisgd/cmd/anisgd/internal/output"
	"anisgd/engine/experiment"
)

// Exit statuses.
const (
	statusDone        = 0
	statusFailed      = 1
	statusUsage       = 2 // bad usage or bad experiment file; nothing was written
	statusDiverged    = 3 // the dynamics diverged; results up to then were written
	statusInterrupted = 130
)

// failure is an error of a command that has begun to work, with its exit status.
// Errors of other types come from cobra: bad usage.
type failure struct {
	status int
	err    error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// asFailure gives an error its exit status.
func asFailure(err error) error {
	var known *failure
	var badFile *experiment.Error
	var refused *output.Refused
	var damaged *output.DamagedError
	switch {
	case err == nil || errors.As(err, &known):
		return err
	case errors.As(err, &badFile), errors.As(err, &refused), errors.As(err, &damaged):
		return &failure{statusUsage, err}
	case errors.Is(err, context.Canceled):
		return &failure{statusInterrupted, err}
	}
	return &failure{statusFailed, err}
}

// usageError is bad usage found by a command itself.
func usageError(format string, args ...any) error {
	return &failure{statusUsage, fmt.Errorf(format, args...)}
}

// report prints the error of a command for a person and returns the exit status.
func report(stderr io.Writer, command *cobra.Command, err error) int {
	if err == nil {
		return statusDone
	}
	var known *failure
	if errors.As(err, &known) {
		fmt.Fprintf(stderr, "anisgd: %v\n", err)
		return known.status
	}
	fmt.Fprintf(stderr, "anisgd: %v; see `%s --help`\n", err, command.CommandPath())
	return statusUsage
}
