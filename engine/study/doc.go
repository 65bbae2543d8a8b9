// Package study runs many experiments: the grid of a phase diagram and the search
// for its boundary. Finished tasks are kept in a store, from which a study that
// was interrupted goes on, and one that is repeated or refined takes what it has
// already.
//
// Results depend on the experiments alone: not on the number of threads, nor on
// the order in which tasks end, nor on what came from the store.
package study
