package experiment

import "slices"

// form is one way to write a value of type T: a word, such as zero, or a map
// with one key, such as {power-law: {exponent: 1, scale: 2}}.
type form[T any] struct {
	name  string
	bare  bool // the form is the word alone
	empty bool // the form is a key that holds an empty map
	// read reads what the key holds, or for bare forms the word itself.
	read func(r *reader, v *value) T
}

// readForm reads a value in one of its forms.
func readForm[T any](r *reader, v *value, forms []form[T]) T {
	want := "one of " + formNames(forms)
	v.require(want)
	var name string
	var argument *value
	switch v.node.kind {
	case scalar:
		name, argument = v.node.text, v
	case mapping:
		if len(v.node.entries) != 1 {
			for _, e := range v.node.entries {
				if !slices.ContainsFunc(forms, func(f form[T]) bool { return f.name == e.key }) {
					fail(e.at, join(v.path, e.key), "unknown form%s, expected %s", suggest(e.key, namesOf(forms)), want)
				}
			}
			v.fail("is a map with %d keys, expected %s", len(v.node.entries), want)
		}
		e := v.node.entries[0]
		name = e.key
		argument = &value{node: e.value, at: e.value.at, path: join(v.path, name), out: &node{}}
		v.out.kind, v.out.entries = mapping, []entry{{key: name, value: argument.out}}
	default:
		v.unexpected(want)
	}
	names := namesOf(forms)
	for _, f := range forms {
		if f.name != name || f.bare != (v.node.kind == scalar) {
			continue
		}
		switch {
		case f.bare:
			v.record(name)
		case f.empty:
			argument.empty()
		}
		return f.read(r, argument)
	}
	if v.node.kind == mapping {
		fail(v.node.entries[0].at, argument.path, "unknown form%s, expected %s", suggest(name, names), want)
	}
	near := suggest(name, names)
	for _, f := range forms { // the word is right, and what it holds is missing
		if f.name == name {
			near = ""
		}
	}
	panic(errorAt(v.at, v.path, "is %s%s, expected %s", v.node.describe(), near, want))
}

// namesOf are the words and keys of forms.
func namesOf[T any](forms []form[T]) []string {
	var names []string
	for _, f := range forms {
		names = append(names, f.name)
	}
	return names
}

// formNames lists forms: "zero, {values: …} or {file: …}".
func formNames[T any](forms []form[T]) string {
	var names []string
	for _, f := range forms {
		switch {
		case f.bare:
			names = append(names, f.name)
		case f.empty:
			names = append(names, "{"+f.name+": {}}")
		default:
			names = append(names, "{"+f.name+": …}")
		}
	}
	return oneOf(names)
}
