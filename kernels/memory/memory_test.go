package memory

import "testing"

func TestFloats(t *testing.T) {
	for _, n := range []int{0, 1, 1000, 1 << 19, 1<<19 + 1, 3<<19 - 1, 5 << 18} {
		for _, room := range []int{0, 1, 16} {
			s := FloatsWithRoom(n, n+room)
			if len(s) != n || cap(s) != n+room {
				t.Fatalf("length %d and capacity %d, want %d and %d", len(s), cap(s), n, n+room)
			}
			for i := range s[:cap(s)] {
				if s[:cap(s)][i] != 0 {
					t.Fatalf("element %d is not zero", i)
				}
				s[:cap(s)][i] = float64(i)
			}
			for i, v := range s {
				if v != float64(i) {
					t.Fatalf("element %d lost its value", i)
				}
			}
		}
	}
}
