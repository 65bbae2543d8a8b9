package rng

import "math/bits"

// roundKey holds 128 bits, low word first.
type roundKey [2]uint64

// The Weyl increments of ARS, the golden ratio and √3-1 in units of 2^-64.
const (
	weylLow  = 0x9e3779b97f4a7c15
	weylHigh = 0xbb67ae8584caa73b
)

// expandKey fills keys with the Weyl sequence that starts at (low, high): one key
// to whiten the counter with, then one for each round.
func expandKey(keys []roundKey, low, high uint64) {
	for i := range keys {
		keys[i] = roundKey{low, high}
		low += weylLow
		high += weylHigh
	}
}

// encrypt is ARS4x32 with len(keys)-1 rounds on the counter (low, high): AES
// rounds without AES's own key schedule, the last one without mixing columns.
func encrypt(keys []roundKey, low, high uint64) (uint64, uint64) {
	low ^= keys[0][0]
	high ^= keys[0][1]
	last := len(keys) - 1
	a, b, c, d := uint32(low), uint32(low>>32), uint32(high), uint32(high>>32)
	for i := 1; i < last; i++ {
		key := &keys[i]
		a, b, c, d =
			mixedColumn(a, b, c, d)^uint32(key[0]),
			mixedColumn(b, c, d, a)^uint32(key[0]>>32),
			mixedColumn(c, d, a, b)^uint32(key[1]),
			mixedColumn(d, a, b, c)^uint32(key[1]>>32)
	}
	low = uint64(column(a, b, c, d)) | uint64(column(b, c, d, a))<<32
	high = uint64(column(c, d, a, b)) | uint64(column(d, a, b, c))<<32
	return low ^ keys[last][0], high ^ keys[last][1]
}

// mixedColumn is one column of the state after substituting bytes, shifting rows
// and mixing columns; the arguments are the old columns from the new one's own on,
// each with row 0 in its lowest byte.
func mixedColumn(a, b, c, d uint32) uint32 {
	return substituteAndMix[0][uint8(a)] ^ substituteAndMix[1][uint8(b>>8)] ^
		substituteAndMix[2][uint8(c>>16)] ^ substituteAndMix[3][uint8(d>>24)]
}

// column is mixedColumn without mixing.
func column(a, b, c, d uint32) uint32 {
	return uint32(substitute[uint8(a)]) | uint32(substitute[uint8(b>>8)])<<8 |
		uint32(substitute[uint8(c>>16)])<<16 | uint32(substitute[uint8(d>>24)])<<24
}

var (
	// substitute is the substitution box of AES (FIPS 197, section 5.1.1).
	substitute = substitutionBox()
	// substituteAndMix[r][x] is the contribution of a byte x in row r to its
	// mixed column (FIPS 197, section 5.1.3).
	substituteAndMix = mixingTables()
)

// substitutionBox walks the multiplicative group of GF(2^8) with a generator, 3,
// and its inverse in step, so that the inverse of every p is at hand as q.
func substitutionBox() [256]uint8 {
	box := [256]uint8{0: 0x63}
	for p, q := uint8(1), uint8(1); ; {
		affine := q ^ bits.RotateLeft8(q, 1) ^ bits.RotateLeft8(q, 2) ^ bits.RotateLeft8(q, 3) ^ bits.RotateLeft8(q, 4)
		box[p] = affine ^ 0x63
		p ^= double(p)
		// Division by 3 is multiplication by 0xf6 = x^7+x^6+x^5+x^4+x^2+x.
		q ^= q << 1
		q ^= q << 2
		q ^= q << 4
		if q&0x80 != 0 {
			q ^= 0x09
		}
		if p == 1 {
			return box
		}
	}
}

// double multiplies by x in GF(2^8) modulo x^8+x^4+x^3+x+1.
func double(p uint8) uint8 {
	if p&0x80 != 0 {
		return p<<1 ^ 0x1b
	}
	return p << 1
}

func mixingTables() (tables [4][256]uint32) {
	for x := range 256 {
		s := substitute[x]
		twice := double(s)
		mixed := uint32(twice) | uint32(s)<<8 | uint32(s)<<16 | uint32(twice^s)<<24
		for row := range tables {
			tables[row][x] = bits.RotateLeft32(mixed, 8*row)
		}
	}
	return tables
}
