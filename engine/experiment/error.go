package experiment

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Error is what is wrong with an experiment file: where, at which key, and what
// was expected there instead.
type Error struct {
	// File is the origin of the text: a path, the name of a preset, or the
	// --set argument that gave the value.
	File string
	// Line and Column, both from 1, are where the value (or key) stands; the
	// column counts characters. Both are 0 for a --set argument and for a file
	// that cannot be read.
	Line, Column int
	// Key is the path of the value, such as model.classes.0.prior; empty where
	// the error is about the file as a whole.
	Key     string
	Message string
}

// Error is "file:line:column: key: message", on one line whatever characters names and keys have.
func (e *Error) Error() string {
	text := e.File
	if e.Line > 0 {
		text += fmt.Sprintf(":%d:%d", e.Line, e.Column)
	}
	if e.Key != "" {
		const longest = 200 // a key may be as long as the file
		text += ": " + abridge(e.Key, longest)
	}
	return oneLine(text + ": " + e.Message)
}

// oneLine escapes line breaks and what else is not printed, as Go does in quotes.
func oneLine(text string) string {
	var out strings.Builder
	for _, c := range text {
		if unicode.IsPrint(c) {
			out.WriteRune(c)
			continue
		}
		out.WriteString(strings.Trim(strconv.QuoteRune(c), "'"))
	}
	return out.String()
}

// position is where a node stands in the text it comes from.
type position struct {
	file         string
	line, column int
}

// fail reports an error in the file. It unwinds the reader by a panic, which
// recoverError turns into an error value at every entry of the package: reading
// is a deep recursion of many small steps, each of which can only go on with a
// valid value.
func fail(at position, key, format string, args ...any) {
	panic(errorAt(at, key, format, args...))
}

func errorAt(at position, key, format string, args ...any) *Error {
	return &Error{
		File: at.file, Line: at.line, Column: at.column,
		Key: key, Message: fmt.Sprintf(format, args...),
	}
}

// recoverError, deferred, turns a call of fail into an error; any other panic is
// a bug and goes on.
func recoverError(err *error) {
	cause := recover()
	if cause == nil {
		return
	}
	bad, ok := cause.(*Error)
	if !ok {
		panic(cause)
	}
	*err = bad
}
