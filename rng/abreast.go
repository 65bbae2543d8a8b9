package rng

// Abreast is the number of runs whose numbers [Streams] makes side by side.
const Abreast = 8

// PairsAbreast is the length of what one counter gives to runs side by side: two
// numbers each.
const PairsAbreast = 2 * Abreast

// Streams are the streams of Abreast runs, whose numbers come side by side: a counter
// gives to each run the numbers that its own Stream gives, to the bit, and the first
// number of every run lies before the second of every run. It is a value without
// references; any number of goroutines may read one.
type Streams struct {
	// keys of every round, those of the runs of even number before those of odd
	// number: registers hold the one or the other, for words of both to be unpacked in
	// order.
	keys [rounds + 1][Abreast]roundKey
}

// NewStreams computes the round keys of (seed, run, domain) for every run.
func NewStreams(seed uint64, runs *[Abreast]uint32, domain Domain) Streams {
	var s Streams
	for lane, run := range runs {
		one := NewStream(seed, run, domain)
		for round, key := range one.keys {
			s.keys[round][keyPlace(lane)] = key
		}
	}
	return s
}

// keyPlace is where the keys of a lane are.
func keyPlace(lane int) int { return lane%2*(Abreast/2) + lane/2 }

// Uniforms sets dst to the uniforms of counters from the given one on, as many as dst
// has room for: number 2c of run l of the step is
//
//	dst[PairsAbreast*(c-counter) + l],
//
// and number 2c+1 lies Abreast elements behind it. The length is a multiple of
// PairsAbreast.
func (s *Streams) Uniforms(dst []float64, step, counter uint64) {
	s.uniformTiles(dst, step, counter)
}

// Normals sets dst to the normals of counters from the given one on, as many as dst
// has room for: a counter makes the cosine and the sine of its angle, so that number n
// of the step lies PlaceOfNormal(n) elements behind the first normal of counter 0. The
// length is a multiple of PairsAbreast.
func (s *Streams) Normals(dst []float64, step, counter uint64) {
	s.normalTiles(dst, step, counter)
}

// PlaceOfNormal is where the normals of a number begin, for the first run, after those of
// number 0.
func PlaceOfNormal(number int) int {
	tile, within := number/Tile, number%Tile
	return (tile*tileBlocks+within%tileBlocks)*PairsAbreast + within/tileBlocks*Abreast
}

// normalTilesGeneric is Normals in plain Go.
func (s *Streams) normalTilesGeneric(dst []float64, step, counter uint64) {
	for ; len(dst) >= PairsAbreast; dst = dst[PairsAbreast:] {
		for lane := range Abreast {
			dst[lane], dst[Abreast+lane] = normalPair(s.words(lane, step, counter))
		}
		counter++
	}
}

// uniformTilesGeneric is Uniforms in plain Go.
func (s *Streams) uniformTilesGeneric(dst []float64, step, counter uint64) {
	for ; len(dst) >= PairsAbreast; dst = dst[PairsAbreast:] {
		for lane := range Abreast {
			low, high := s.words(lane, step, counter)
			dst[lane], dst[Abreast+lane] = uniform(low), uniform(high)
		}
		counter++
	}
}

// words are those of a counter in one run.
func (s *Streams) words(lane int, step, counter uint64) (low, high uint64) {
	var keys [rounds + 1]roundKey
	for round := range keys {
		keys[round] = s.keys[round][keyPlace(lane)]
	}
	return encrypt(keys[:], counter, step)
}

// Quick is how a χ² law with two degrees of freedom or more accepts nearly all
// normals x without a logarithm: with s = slope·x the variable is factor·(1+s)³ if
// x⁴·bound < (1−u)·(1−|s|); where that does not hold, Accept decides.
func (c *ChiSquared) Quick() (slope, bound, factor float64, exists bool) {
	return c.slope, c.bound, c.scale, c.freedom >= 2
}
