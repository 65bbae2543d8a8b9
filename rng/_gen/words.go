package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const keyBytes = 16

// wordsVAES emits the words of tiles with AES rounds on whole registers.
func wordsVAES(a *assembler) {
	if a.vectorBytes == zmmBytes {
		words(a, "wordsVAES512", a.vectorBytes,
			fmt.Sprintf("wordsVAES512 is wordsVAES with AES rounds on 512 bits, for %d rounds.", rounds))
		return
	}
	words(a, "wordsVAES", a.vectorBytes,
		"wordsVAES fills tiles with the words that encrypt gives for the counters (block, step),",
		"(block+1, step), …: in each tile 8 low words, then the 8 high ones. It runs AES",
		"rounds on 256 bits. tiles ≥ 1, rounds ≥ 2, block a multiple of 8.")
}

// wordsAESNI emits the words of tiles with one counter to a register.
func wordsAESNI(a *assembler) {
	words(a, "wordsAESNI", xmmBytes, "wordsAESNI is wordsVAES with AES rounds on 128 bits.")
}

// rounds of package rng's streams.
const rounds = 7

// words emits the function for registers of the given width. Two registers hold
// the counters of even and of odd blocks, so that unpacking their low and their
// high words leaves these in the order of the counters.
func words(a *assembler, name string, width int, doc ...string) {
	// AVX-512 has registers enough for the keys of a fixed number of rounds.
	held := width == zmmBytes
	parameters := "dst *uint64, tiles int, keys *[2]uint64, rounds int, block, step uint64"
	if held {
		parameters = "dst *uint64, tiles int, keys *[2]uint64, block, step uint64"
	}
	a.function(name, parameters, doc...)
	var register func() reg.VecVirtual
	var loadKey func(m, v operand.Op)
	exclusiveOr := func(x, y, to operand.Op) { a.VPXOR(x, y, to) }
	switch width {
	case xmmBytes:
		register, loadKey = a.xmm, func(m, v operand.Op) { a.VMOVDQU(m, v) }
	case ymmBytes:
		register, loadKey = a.ymm, a.VBROADCASTI128
	case zmmBytes:
		register, loadKey = a.zmm, func(m, v operand.Op) { a.VBROADCASTI32X4(m, v) }
		exclusiveOr = func(x, y, to operand.Op) { a.VPXORQ(x, y, to) }
	}
	// perRegister counters fit into a register.
	perRegister := width / (2 * wordBytes)
	var offsets []operand.Mem
	for first := 0; first < tileBlocks; first += 2 * perRegister {
		for parity := range 2 {
			var counters []uint64
			for i := range perRegister {
				counters = append(counters, uint64(first+2*i+parity), 0)
			}
			offsets = append(offsets, a.vector(fmt.Sprintf("%sCounters%d", name, first+parity), counters...))
		}
	}
	var advance []uint64
	for range perRegister {
		advance = append(advance, tileBlocks, 0)
	}
	next := a.vector(name+"Next", advance...)

	dst, tiles, keys := a.load("dst"), a.load("tiles"), a.load("keys")

	// counter holds (block, step) of the tile's first counter in every 128 bits.
	counter := register()
	block, step := a.XMM(), a.XMM()
	a.VMOVQ(a.load("block"), block)
	a.VMOVQ(a.load("step"), step)
	a.VPUNPCKLQDQ(step, block, block)
	switch width {
	case xmmBytes:
		a.VMOVDQA(block, counter)
	case ymmBytes:
		a.VINSERTI128(operand.U8(1), block, block.AsY(), counter)
	case zmmBytes:
		a.VSHUFI64X2(operand.U8(0), block.AsZ(), block.AsZ(), counter)
	}
	whitening := register()
	loadKey(operand.Mem{Base: keys}, whitening)

	encrypt := encryptInLoop
	if held {
		encrypt = encryptUnrolled
	}
	rounds := encrypt(a, name, keys, register, loadKey)

	a.eachTile(name+"Tile", dst, tiles, func(tile operand.Mem) {
		// block is a multiple of 8, so a counter's offset within the tile may be
		// added by exclusive or, together with the whitening key.
		start := register()
		exclusiveOr(counter, whitening, start)
		a.VPADDQ(next, counter, counter)
		states := make([]reg.VecVirtual, len(offsets))
		for i, offset := range offsets {
			states[i] = register()
			exclusiveOr(offset, start, states[i])
		}
		rounds(states)
		for pair := 0; pair < len(states); pair += 2 {
			even, odd := states[pair], states[pair+1]
			word := register()
			a.VPUNPCKLQDQ(odd, even, word)
			a.VMOVUPD(word, tile.Offset(pair/2*width))
			a.VPUNPCKHQDQ(odd, even, word)
			a.VMOVUPD(word, tile.Offset(halfTile+pair/2*width))
		}
	})
	if width > xmmBytes {
		a.VZEROUPPER()
	}
	a.RET()
}

// encryptInLoop returns what emits the rounds but for the whitening, for the number
// of them the function is called with.
func encryptInLoop(a *assembler, name string, keys reg.Register, register func() reg.VecVirtual,
	loadKey func(m, v operand.Op)) func(states []reg.VecVirtual) {
	// The middle keys are 1 … rounds-1, addressed from the last one backwards.
	last, firstRound := a.load("rounds"), a.GP64()
	a.SHLQ(operand.U8(4), last)
	a.MOVQ(last, firstRound)
	a.ADDQ(keys, last)
	a.NEGQ(firstRound)
	a.ADDQ(operand.U32(keyBytes), firstRound)
	return func(states []reg.VecVirtual) {
		round, key := a.GP64(), register()
		a.MOVQ(firstRound, round)
		a.Label(name + "Round")
		loadKey(operand.Mem{Base: last, Index: round, Scale: 1}, key)
		for _, state := range states {
			a.VAESENC(key, state, state)
		}
		a.ADDQ(operand.U8(keyBytes), round)
		a.JNZ(operand.LabelRef(name + "Round"))
		loadKey(operand.Mem{Base: last}, key)
		for _, state := range states {
			a.VAESENCLAST(key, state, state)
		}
	}
}

// encryptUnrolled is encryptInLoop for the rounds of the streams, with their keys in
// registers.
func encryptUnrolled(a *assembler, _ string, keys reg.Register, register func() reg.VecVirtual,
	loadKey func(m, v operand.Op)) func(states []reg.VecVirtual) {
	var held []reg.VecVirtual
	for round := 1; round <= rounds; round++ {
		key := register()
		loadKey(operand.Mem{Base: keys, Disp: round * keyBytes}, key)
		held = append(held, key)
	}
	return func(states []reg.VecVirtual) {
		for round, key := range held {
			for _, state := range states {
				if round < rounds-1 {
					a.VAESENC(key, state, state)
				} else {
					a.VAESENCLAST(key, state, state)
				}
			}
		}
	}
}
