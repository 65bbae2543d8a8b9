// Package sweep runs scaling studies: the experiments of a sweep, in tasks whose
// results are kept in a store.
//
// A task is the limit of a point, or some of its runs of SGD. Its name stands for all
// that its results depend on, so that a sweep that is repeated, enlarged or shared
// out over machines computes what is missing and nothing else. Results depend on the
// experiments alone: not on how runs are cut into tasks, nor on where or in which
// order the tasks are done.
package sweep
