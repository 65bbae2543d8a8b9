package checkpoint

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// Key stands for everything that a state depends on.
type Key [sha256.Size]byte

// KeyOf is the key of a list of parts: different lists have different keys.
func KeyOf(parts ...[]byte) Key {
	h := sha256.New()
	for _, part := range parts {
		var length [8]byte
		binary.LittleEndian.PutUint64(length[:], uint64(len(part)))
		h.Write(length[:])
		h.Write(part)
	}
	return Key(h.Sum(nil))
}

// String is the key in hexadecimal digits.
func (k Key) String() string { return hex.EncodeToString(k[:]) }
