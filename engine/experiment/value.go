package experiment

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// value is one place of an experiment file while it is read: what stands there,
// and the resolved form that is recorded for it. Its methods fail with the
// position and the key path where the file does not hold what they read, and
// record what they return, so that the resolved experiment is a by-product of
// reading.
type value struct {
	node *node    // nil where the file leaves the key out
	at   position // of the node, or of the map without it
	path string
	out  *node
}

// newValue is the root of a tree.
func newValue(root *node) *value {
	return &value{node: root, at: root.at, out: &node{}}
}

// given reports whether the file has a value here.
func (v *value) given() bool { return v.node != nil }

func (v *value) fail(format string, args ...any) { fail(v.at, v.path, format, args...) }

// record sets the resolved form of a scalar.
func (v *value) record(text string) { *v.out = node{kind: scalar, text: text} }

// require fails if the key is missing.
func (v *value) require(want string) {
	if v.node == nil {
		v.fail("is missing, expected %s", want)
	}
}

// unexpected fails because the value is not of the wanted kind.
func (v *value) unexpected(want string) {
	v.require(want)
	v.fail("is %s, expected %s", v.node.describe(), want)
}

// fields reads a map with some of the given keys; any other key is an error. A
// map that the file leaves out is empty.
func (v *value) fields(keys ...string) *fields {
	if v.node != nil {
		if v.node.kind != mapping {
			v.unexpected("a map with keys " + strings.Join(keys, ", "))
		}
		for _, e := range v.node.entries {
			if !slices.Contains(keys, e.key) {
				near, known := suggest(e.key, keys), keys
				if v.path == "" {
					near, known = suggestPlace(e.key), slices.Concat(keys, layoutKeys)
				}
				fail(e.at, join(v.path, e.key), "unknown key%s, expected one of %s", near, strings.Join(known, ", "))
			}
		}
	}
	*v.out = node{kind: mapping}
	for _, key := range keys {
		v.out.entries = append(v.out.entries, entry{key: key, value: &node{}})
	}
	return &fields{v}
}

// empty reads a map without keys.
func (v *value) empty() {
	const want = "an empty map, {}"
	if v.node.kind != mapping {
		v.unexpected(want)
	}
	if len(v.node.entries) > 0 {
		e := v.node.entries[0]
		fail(e.at, join(v.path, e.key), "means nothing here, expected %s", want)
	}
	*v.out = node{kind: mapping}
}

// fields are the values of a map.
type fields struct{ *value }

// get is the value of one of the keys, given or not.
func (f *fields) get(key string) *value {
	out := f.out.entries[f.out.index(key)].value
	v := &value{at: f.at, path: join(f.path, key), out: out}
	if f.node != nil {
		if i := f.node.index(key); i >= 0 {
			v.node, v.at = f.node.entries[i].value, f.node.entries[i].value.at
		}
	}
	return v
}

// has reports whether the map has a key.
func (f *fields) has(key string) bool { return f.node != nil && f.node.index(key) >= 0 }

// forbid fails at the first of some keys that the map has.
func (f *fields) forbid(why string, keys ...string) {
	for _, key := range keys {
		if f.has(key) {
			e := f.node.entries[f.node.index(key)]
			fail(e.at, join(f.path, key), "means nothing here, expected it only %s", why)
		}
	}
}

// elements reads a list of at least one element.
func (v *value) elements(want string) []*value {
	if v.node == nil || v.node.kind != list {
		v.unexpected(want)
	}
	if len(v.node.items) == 0 {
		v.fail("is an empty list, expected %s", want)
	}
	*v.out = node{kind: list}
	values := make([]*value, len(v.node.items))
	for i, item := range v.node.items {
		values[i] = &value{node: item, at: item.at, path: join(v.path, strconv.Itoa(i)), out: &node{}}
		v.out.items = append(v.out.items, values[i].out)
	}
	return values
}

// exactly reads a list of n elements.
func (v *value) exactly(n int, want string) []*value {
	values := v.elements(want)
	if len(values) != n {
		v.fail("has %d elements, expected %s", len(values), want)
	}
	return values
}

// absentElements are n elements of a list that the file leaves out.
func (v *value) absentElements(n int) []*value {
	*v.out = node{kind: list}
	values := make([]*value, n)
	for i := range values {
		values[i] = &value{at: v.at, path: join(v.path, strconv.Itoa(i)), out: &node{}}
		v.out.items = append(v.out.items, values[i].out)
	}
	return values
}

// word reads text that is one of the given words. Words of later versions are
// told apart from misspelt ones.
func (v *value) word(words, later []string) string {
	want := oneOf(words)
	if v.node == nil || v.node.kind != scalar {
		v.unexpected(want)
	}
	switch text := v.node.text; {
	case slices.Contains(words, text):
		v.record(text)
	case slices.Contains(later, text):
		v.fail("%s is not available in this version, expected %s", text, want)
	default:
		v.fail("is %s%s, expected %s", v.node.describe(), suggest(text, words), want)
	}
	return v.node.text
}

// wordOr is word with a default.
func (v *value) wordOr(missing string, words, later []string) string {
	if v.node == nil {
		v.record(missing)
		return missing
	}
	return v.word(words, later)
}

// text reads any text, numbers included.
func (v *value) text(want string) string {
	if v.node == nil || v.node.kind != scalar {
		v.unexpected(want)
	}
	*v.out = node{kind: scalar, text: v.node.text, quoted: true}
	return v.node.text
}

// Numbers of YAML 1.2's core schema, and its infinities and not-a-numbers.
var (
	numberForm    = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)
	notFiniteForm = regexp.MustCompile(`^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$`)
)

// number reads a finite number.
func (v *value) number(want string) float64 {
	x := v.parseNumber(want)
	v.record(formatNumber(x))
	return x
}

func (v *value) parseNumber(want string) float64 {
	if v.node == nil || v.node.kind != scalar || v.node.quoted {
		v.unexpected(want)
	}
	text := v.node.text
	if notFiniteForm.MatchString(text) {
		v.fail("is %s, expected %s", text, want)
	}
	if !numberForm.MatchString(text) {
		v.unexpected(want)
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		v.fail("is %s, beyond the range of float64, expected %s", shorten(text), want)
	}
	return x
}

// finite reads any finite number.
func (v *value) finite() float64 { return v.number("a finite number") }

// finiteOr is finite with a default.
func (v *value) finiteOr(missing float64) float64 {
	if v.node == nil {
		v.record(formatNumber(missing))
		return missing
	}
	return v.finite()
}

// atLeastZero reads a finite number ≥ 0.
func (v *value) atLeastZero() float64 { return v.within("a finite number ≥ 0", 0, math.MaxFloat64) }

// atLeastZeroOr is atLeastZero with a default.
func (v *value) atLeastZeroOr(missing float64) float64 {
	if v.node == nil {
		v.record(formatNumber(missing))
		return missing
	}
	return v.atLeastZero()
}

// positive reads a finite number > 0.
func (v *value) positive() float64 {
	return v.within("a finite number > 0", math.SmallestNonzeroFloat64, math.MaxFloat64)
}

// positiveOr is positive with a default.
func (v *value) positiveOr(missing float64) float64 {
	if v.node == nil {
		v.record(formatNumber(missing))
		return missing
	}
	return v.positive()
}

// within reads a number in [lo, hi].
func (v *value) within(want string, lo, hi float64) float64 {
	x := v.number(want)
	if !(x >= lo && x <= hi) {
		v.fail("is %s, expected %s", shorten(v.node.text), want)
	}
	return x
}

// integer reads an integer in [lo, hi], in any form of a number: 1000 or 1e3.
// Bounds are within ±2^53.
func (v *value) integer(lo, hi int64) int64 {
	want := "an integer from " + strconv.FormatInt(lo, 10) + " to " + strconv.FormatInt(hi, 10)
	x := v.parseNumber(want)
	if x != math.Trunc(x) {
		v.fail("is %s, not an integer, expected %s", shorten(v.node.text), want)
	}
	if x < float64(lo) || x > float64(hi) {
		v.fail("is %s, expected %s", shorten(v.node.text), want)
	}
	v.record(strconv.FormatInt(int64(x), 10))
	return int64(x)
}

// integerOr is integer with a default.
func (v *value) integerOr(missing, lo, hi int64) int64 {
	if v.node == nil {
		v.record(strconv.FormatInt(missing, 10))
		return missing
	}
	return v.integer(lo, hi)
}

// seed reads an unsigned 64-bit integer; missing is its default.
func (v *value) seed(missing uint64) uint64 {
	if v.node == nil {
		v.record(strconv.FormatUint(missing, 10))
		return missing
	}
	const want = "an integer from 0 to 2^64 − 1"
	x := v.parseNumber(want)
	seed, err := strconv.ParseUint(strings.TrimPrefix(v.node.text, "+"), 10, 64)
	if err != nil { // another form, such as 1e6
		if x != math.Trunc(x) || x < 0 || x >= 1<<64 {
			v.fail("is %s, expected %s", shorten(v.node.text), want)
		}
		seed = uint64(x)
	}
	v.record(strconv.FormatUint(seed, 10))
	return seed
}

// formatNumber is the shortest decimal form that reads back to the same number.
func formatNumber(x float64) string {
	if x == math.Trunc(x) && math.Abs(x) < 1e15 {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	text := strconv.FormatFloat(x, 'g', -1, 64)
	return strings.NewReplacer("e-0", "e-", "e+0", "e+").Replace(text)
}
