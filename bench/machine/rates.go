package machine

// Rates are what one core reaches on one kernel path.
type Rates struct {
	Clock float64 // cycles per second
	Peak  float64 // floating-point operations per second, a fused multiply-add counted as two
	AES   float64 // AES rounds of 128 bits per second, with their counters and stores
	// Bytes per second by level: of an inner product, which reads two arrays; of
	// a[i] ← a[i] + s·b[i], which writes what it has read; of a triad, which writes
	// what it has not read.
	Read, Update, Triad map[string]float64
	Levels              []Level
}

// NewRates are rates not measured yet, for a machine with such levels.
func NewRates(levels []Level) Rates {
	return Rates{Read: map[string]float64{}, Update: map[string]float64{}, Triad: map[string]float64{}, Levels: levels}
}

// Work is what a piece of code has to do at least: the model that a roofline is of.
type Work struct {
	// Bytes are those read or written at the level at which arrays of Footprint bytes
	// lie, without what a write reads first.
	Bytes, Footprint float64
	// ReadsOnly takes the bandwidth of reading for the roof, not that of updating.
	ReadsOnly bool
	Flops     float64
	AES       float64 // rounds
}

// The resources that bound a piece of code.
const (
	BoundByArithmetic = "arithmetic"
	BoundByAES        = "AES"
	BoundByBandwidth  = "bandwidth" // of the level that follows it
)

// Bound is the least time that some work takes on a machine, and why.
type Bound struct {
	Seconds  float64
	Resource string // BoundBy…
	Level    string // with bandwidth
}

func (b Bound) String() string {
	if b.Resource == BoundByBandwidth {
		return b.Level + " bandwidth"
	}
	return b.Resource
}

// Bound is the roof of some work: the time of its scarcest resource, zero where nothing
// is known of the work.
func (r *Rates) Bound(w Work) Bound {
	bandwidth := r.Update
	if w.ReadsOnly {
		bandwidth = r.Read
	}
	var scarcest Bound
	for _, b := range []Bound{
		{Resource: BoundByArithmetic, Seconds: quotient(w.Flops, r.Peak)},
		{Resource: BoundByAES, Seconds: quotient(w.AES, r.AES)},
		{Resource: BoundByBandwidth, Level: LevelOf(r.Levels, w.Footprint), Seconds: w.Bytes * secondsPerByte(r.Levels, bandwidth, w.Footprint)},
	} {
		if b.Seconds > scarcest.Seconds {
			scarcest = b
		}
	}
	return scarcest
}

// quotient is 0 where a rate is not known.
func quotient(amount, rate float64) float64 {
	if rate > 0 {
		return amount / rate
	}
	return 0
}
