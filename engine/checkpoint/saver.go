package checkpoint

// Saver is what a computation saves its state with. A File is one.
type Saver interface {
	// Due reports whether it is time to save. It is asked often, and by several
	// goroutines at a time.
	Due() bool
	// Save saves the state that write writes. Whether that succeeded is no concern of
	// the computation, which goes on.
	Save(write func(*Writer))
}

// After is a Saver that writes something of its own before the state.
func After(saver Saver, before func(*Writer)) Saver { return prefixed{saver, before} }

type prefixed struct {
	Saver
	before func(*Writer)
}

func (p prefixed) Save(write func(*Writer)) {
	p.Saver.Save(func(w *Writer) {
		p.before(w)
		write(w)
	})
}
