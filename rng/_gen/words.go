package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const wordsParameters = "dst *float64, tiles int, keys *[2]uint64, rounds int, block, step uint64"

const keyBytes = 16

// wordsVAES emits the words of tiles with two counters to a register. The pairs
// are (0,2), (1,3), (4,6), (5,7), so that unpacking low and high words of two
// registers leaves them in the order of the counters.
func wordsVAES(a *assembler) {
	a.function("wordsVAES", wordsParameters,
		"wordsVAES fills tiles with the words that encrypt gives for the counters (block, step),",
		"(block+1, step), …: in each tile 8 low words, then the 8 high ones. It runs AES",
		"rounds on 256 bits. tiles ≥ 1, rounds ≥ 2, block a multiple of 8.")
	pairs := []operand.Mem{
		a.vector("counters02", 0, 0, 2, 0), a.vector("counters13", 1, 0, 3, 0),
		a.vector("counters46", 4, 0, 6, 0), a.vector("counters57", 5, 0, 7, 0),
	}
	words(a, "vaes", a.YMM, pairs, a.vector("nextTile", 8, 0, 8, 0), a.VBROADCASTI128, func(states []reg.VecVirtual, tile operand.Mem) {
		for pair := 0; pair < len(states); pair += 2 {
			even, odd := states[pair], states[pair+1]
			word := a.YMM()
			a.VPUNPCKLQDQ(odd, even, word)
			a.VMOVDQU(word, tile.Offset(pair/2*vectorBytes))
			a.VPUNPCKHQDQ(odd, even, word)
			a.VMOVDQU(word, tile.Offset(halfTile+pair/2*vectorBytes))
		}
	})
	a.VZEROUPPER()
	a.RET()
}

// wordsAESNI emits the words of tiles with one counter to a register.
func wordsAESNI(a *assembler) {
	a.function("wordsAESNI", wordsParameters,
		"wordsAESNI is wordsVAES with AES rounds on 128 bits.")
	names := []string{"counter0", "counter1", "counter2", "counter3", "counter4", "counter5", "counter6", "counter7"}
	var single []operand.Mem
	for i, name := range names {
		single = append(single, a.vector(name, uint64(i), 0))
	}
	load := func(m, x operand.Op) { a.VMOVDQU(m, x) }
	words(a, "aesni", a.XMM, single, a.vector("nextTileSingle", 8, 0), load, func(states []reg.VecVirtual, tile operand.Mem) {
		const registerBytes = 2 * wordBytes
		for pair := 0; pair < len(states); pair += 2 {
			even, odd := states[pair], states[pair+1]
			word := a.XMM()
			a.VPUNPCKLQDQ(odd, even, word)
			a.VMOVDQU(word, tile.Offset(pair/2*registerBytes))
			a.VPUNPCKHQDQ(odd, even, word)
			a.VMOVDQU(word, tile.Offset(halfTile+pair/2*registerBytes))
		}
	})
	a.RET()
}

// words emits the body shared by both widths: register allocates a state,
// offsets are the counters of each state within a tile, next is a tile's step,
// loadKey fills a register with copies of a round key.
func words(a *assembler, label string, register func() reg.VecVirtual, offsets []operand.Mem, next operand.Mem,
	loadKey func(m, v operand.Op), store func(states []reg.VecVirtual, tile operand.Mem)) {
	dst, tiles, keys, rounds := a.load("dst"), a.load("tiles"), a.load("keys"), a.load("rounds")

	// counter holds (block, step) of the tile's first counter in every 128 bits.
	counter := register()
	block, step := a.XMM(), a.XMM()
	a.VMOVQ(a.load("block"), block)
	a.VMOVQ(a.load("step"), step)
	a.VPUNPCKLQDQ(step, block, block)
	if counter.Size() == vectorBytes {
		a.VINSERTI128(operand.U8(1), block, block.AsY(), counter)
	} else {
		a.VMOVDQA(block, counter)
	}
	whitening := register()
	loadKey(operand.Mem{Base: keys}, whitening)

	// The middle keys are 1 … rounds-1, addressed from the last one backwards.
	last, firstRound := a.GP64(), a.GP64()
	a.MOVQ(rounds, last)
	a.SHLQ(operand.U8(4), last)
	a.ADDQ(keys, last)
	a.MOVQ(rounds, firstRound)
	a.SHLQ(operand.U8(4), firstRound)
	a.NEGQ(firstRound)
	a.ADDQ(operand.U32(keyBytes), firstRound)

	a.eachTile(label+"Tile", dst, tiles, func(tile operand.Mem) {
		// block is a multiple of 8, so a counter's offset within the tile may be
		// added by exclusive or, together with the whitening key.
		start := register()
		a.VPXOR(counter, whitening, start)
		a.VPADDQ(next, counter, counter)
		states := make([]reg.VecVirtual, len(offsets))
		for i, offset := range offsets {
			states[i] = register()
			a.VPXOR(offset, start, states[i])
		}
		round, key := a.GP64(), register()
		a.MOVQ(firstRound, round)
		a.Label(label + "Round")
		loadKey(operand.Mem{Base: last, Index: round, Scale: 1}, key)
		for _, state := range states {
			a.VAESENC(key, state, state)
		}
		a.ADDQ(operand.U8(keyBytes), round)
		a.JNZ(operand.LabelRef(label + "Round"))
		loadKey(operand.Mem{Base: last}, key)
		for _, state := range states {
			a.VAESENCLAST(key, state, state)
		}
		store(states, tile)
	})
}
