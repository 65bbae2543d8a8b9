// Package checkpoint keeps the state of a long computation in a file, so that the
// computation can go on where it was, in another process, after an interruption, a
// crash or a lost machine.
//
// A File is written whole or not at all: to a temporary name, synced to the disk and
// renamed over the one before, so that at any moment there is one whole checkpoint or
// none. It belongs to a Key, which stands for everything that the state depends on, and
// ends with the SHA-256 of all that is before: a file of another computation, of another
// version of the format, cut short or altered is never taken.
//
// What is in between is written and read in the same order by Writer and Reader, as
// numbers of 64 bits, least significant byte first:
//
//	magic  format version  key  …state…  SHA-256
package checkpoint
