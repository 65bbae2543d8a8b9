package arm64

import "fmt"

// Frame sets aside so many bytes of the stack and returns their address, a multiple
// of 16.
func (f *Function) Frame(bytes int) General {
	f.frameBytes += (bytes + 2*vectorBytes - 1) &^ (vectorBytes - 1)
	d := f.General()
	f.native("MOVD", literal(fmt.Sprintf("$frame-%d(SP)", f.frameBytes)), to{d})
	f.ADDImmediate(vectorBytes-1, d)
	f.native("AND", literal(fmt.Sprintf("$-%d", vectorBytes)), update{d})
	return d
}
