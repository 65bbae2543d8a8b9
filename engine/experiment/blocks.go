package experiment

import (
	"fmt"
	"math"
	"slices"

	"anisgd/engine/model"
)

// blockTable is the table of a block model.
type blockTable struct {
	ends        []int64
	eigenvalues [][]float64 // [block][class]
	entries     [][]float64 // √d times the entries of the mean, [block][class]
}

// readBlocks reads the table of blocks for a number of classes.
func (r *reader) readBlocks(v *value, classes int) *blockTable {
	elements := v.elements("a list of at least one block")
	perClass := fmt.Sprintf("a list of %d numbers, one for each class", classes)
	fields := make([]*fields, len(elements))
	fractionValues := make([]*value, len(elements))
	fractions := make([]float64, len(elements))
	for b, element := range elements {
		fields[b] = element.fields("fraction", "eigenvalues", "mean-energy", "mean-sign")
		fractionValues[b] = fields[b].get("fraction")
		fractions[b] = fractionValues[b].within("a number from 0 to 1", 0, 1)
	}
	normalize(fractionValues, fractions, "fractions")

	table := &blockTable{ends: model.CumulativeCounts(r.dim, fractions)}
	first := int64(0)
	for b, f := range fields {
		modes := table.ends[b] - first
		first = table.ends[b]
		eigenvalues := make([]float64, classes)
		for i, e := range f.get("eigenvalues").exactly(classes, perClass) {
			eigenvalues[i] = e.atLeastZero()
		}
		entries := readBlockEntries(f, classes, modes, r.dim, perClass)
		table.eigenvalues = append(table.eigenvalues, eigenvalues)
		table.entries = append(table.entries, entries)
	}
	return table
}

// readBlockEntries reads the share of one block in the means: ‖μ_i‖² restricted
// to the block, spread evenly over its modes, and a sign.
func readBlockEntries(f *fields, classes int, modes, dim int64, perClass string) []float64 {
	perClassOr := func(v *value) []*value {
		if v.given() {
			return v.exactly(classes, perClass)
		}
		return v.absentElements(classes)
	}
	energies, signs := perClassOr(f.get("mean-energy")), perClassOr(f.get("mean-sign"))
	entries := make([]float64, classes)
	for i := range entries {
		energy, sign := energies[i].atLeastZeroOr(0), signs[i].finiteOr(1)
		if math.Abs(sign) != 1 {
			signs[i].fail("is %s, expected +1 or -1", signs[i].node.text)
		}
		if energy == 0 {
			continue
		}
		if modes == 0 {
			energies[i].fail("is %s in a block without modes at dim %d, expected 0 or a larger fraction", energies[i].node.text, dim)
		}
		entries[i] = sign * math.Sqrt(energy*float64(dim)/float64(modes))
	}
	return entries
}

// covariance is the covariance of one class.
func (t *blockTable) covariance(class int) model.Covariance {
	return model.Stepped{Ends: t.ends, Values: column(t.eigenvalues, class)}
}

// mean is the mean of a class of a block model: its own, if the file gives one,
// or from the energies of the table.
func (t *blockTable) mean(class int, own *value, spec meanSpec) meanSpec {
	entries := column(t.entries, class)
	some := slices.ContainsFunc(entries, func(x float64) bool { return x != 0 })
	switch {
	case own.given() && some:
		own.fail("%s has a mean here and mean-energy in model.blocks, expected one of them", className(class))
	case own.given():
		return spec
	case !some:
		return meanSpec{vector: model.Zero{}}
	}
	// An opposite mean is a multiple of the earlier one: one array serves both.
	for j := range class {
		earlier := column(t.entries, j)
		if slices.EqualFunc(entries, earlier, func(x, y float64) bool { return x == -y }) {
			return meanSpec{vector: model.Scaled{Of: model.SteppedVector{Ends: t.ends, Values: earlier}, By: -1}}
		}
	}
	return meanSpec{vector: model.SteppedVector{Ends: t.ends, Values: entries}}
}

// column is one class's column of a table over the blocks.
func column(table [][]float64, class int) []float64 {
	out := make([]float64, len(table))
	for b, row := range table {
		out[b] = row[class]
	}
	return out
}
