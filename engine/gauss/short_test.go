package gauss

import "testing"

// skipInShort leaves out of the short form, which also runs under emulation, the tests of estimates and
// by sampling: they take minutes there and tell nothing about an architecture.
func skipInShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("not in the short form")
	}
}
