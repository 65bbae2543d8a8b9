// Package plot draws results as figures for print: the limit as lines, SGD as
// markers (the mean over the runs) on a band (10–90 % of the runs).
//
// A Figure is one or more Charts; a Chart has Curves. Charts are made from
// results by RiskChart and OverlapChart, and written as SVG or PNG. The bytes
// depend on the numbers alone.
package plot
