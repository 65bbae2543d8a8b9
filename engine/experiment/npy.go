package experiment

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// The header of a .npy file is a Python dictionary literal with these three
// keys, in any order (NumPy enhancement proposal 1).
var (
	npyType  = regexp.MustCompile(`['"]descr['"]\s*:\s*['"]([<>|=]?)([a-zA-Z])([0-9]+)['"]`)
	npyShape = regexp.MustCompile(`['"]shape['"]\s*:\s*\(([0-9,\s]*)\)`)
)

// longestNPYHeader is beyond any header of a one-dimensional array; NumPy's are shorter than 200 bytes.
const longestNPYHeader = 1 << 16

// npyHeader is what the header of a .npy file says about a one-dimensional array of real
// numbers, of any float or integer type and byte order.
//
// It is read here rather than left to npyio, which indexes out of range on
// headers that are cut short and takes missing data for zeros.
type npyHeader struct {
	text   []byte // from the beginning of the file to that of the data
	length int64  // numbers
	size   int    // bytes of a number
	read   func(b []byte) float64
}

// readNPYHeader reads the header of a .npy file and nothing beyond it.
func readNPYHeader(in io.Reader) (*npyHeader, error) {
	text, dictionary, err := splitNPY(in)
	if err != nil {
		return nil, err
	}
	shapes := npyShape.FindAllStringSubmatch(dictionary, -1)
	if len(shapes) != 1 {
		return nil, errors.New("the .npy header has no shape, or several, or not one of numbers")
	}
	sizes := strings.FieldsFunc(shapes[0][1], func(c rune) bool { return strings.ContainsRune(", \t\n", c) })
	if len(sizes) != 1 {
		return nil, fmt.Errorf("the array has shape (%s), with %d dimensions", strings.Join(sizes, ", "), len(sizes))
	}
	h := &npyHeader{text: text}
	if h.length, err = strconv.ParseInt(sizes[0], 10, 64); err != nil || h.length > maximalDim {
		return nil, fmt.Errorf("the array has an impossible length, %s", shorten(sizes[0]))
	}
	h.size, h.read, err = npyReader(dictionary)
	return h, err
}

// decode reads the numbers of an array, which must be finite; the data is of the size that the
// header says.
func (h *npyHeader) decode(data []byte) ([]float64, error) {
	values := make([]float64, h.length)
	for i := range values {
		values[i] = h.read(data[i*h.size:])
		if math.IsNaN(values[i]) || math.IsInf(values[i], 0) {
			return nil, fmt.Errorf("entry %d (from 0) is %v, not a finite number", i, values[i])
		}
	}
	return values, nil
}

// splitNPY reads a .npy file to the beginning of the data: all of that, and the dictionary in it.
func splitNPY(in io.Reader) (text []byte, dictionary string, err error) {
	const magic = "\x93NUMPY"
	text = make([]byte, len(magic)+2) // with the version
	if _, err := io.ReadFull(in, text); err != nil && !endedEarly(err) {
		return nil, "", err
	}
	if !bytes.HasPrefix(text, []byte(magic)) {
		return nil, "", errors.New("not a .npy file")
	}
	var size []byte // of the dictionary
	switch major := text[len(magic)]; major {
	case 1:
		size = make([]byte, 2)
	case 2, 3:
		size = make([]byte, 4)
	default:
		return nil, "", fmt.Errorf("version %d of the .npy format is unknown", major)
	}
	if _, err = io.ReadFull(in, size); err == nil {
		length := uint32(binary.LittleEndian.Uint16(size))
		if len(size) == 4 {
			length = binary.LittleEndian.Uint32(size)
		}
		if length > longestNPYHeader {
			return nil, "", fmt.Errorf("the .npy header has %d bytes, which is impossible", length)
		}
		text = append(text, size...)
		text = append(text, make([]byte, length)...)
		_, err = io.ReadFull(in, text[len(text)-int(length):])
		dictionary = string(text[len(text)-int(length):])
	}
	if endedEarly(err) {
		err = errors.New("the .npy header is cut short")
	}
	return text, dictionary, err
}

// endedEarly reports whether an error of reading is the end of the file.
func endedEarly(err error) bool { return err == io.EOF || err == io.ErrUnexpectedEOF }

// npyReader gives the size of a number of the type that a header names, and how
// to read one.
func npyReader(header string) (size int, read func(b []byte) float64, err error) {
	kinds := npyType.FindAllStringSubmatch(header, -1)
	if len(kinds) != 1 {
		return 0, nil, errors.New("the array is not one of plain numbers")
	}
	kind := kinds[0]
	var order binary.ByteOrder = binary.LittleEndian
	if kind[1] == ">" {
		order = binary.BigEndian
	}
	switch kind[2] + kind[3] {
	case "f8":
		return 8, func(b []byte) float64 { return math.Float64frombits(order.Uint64(b)) }, nil
	case "f4":
		return 4, func(b []byte) float64 { return float64(math.Float32frombits(order.Uint32(b))) }, nil
	case "i8":
		return 8, func(b []byte) float64 { return float64(int64(order.Uint64(b))) }, nil
	case "i4":
		return 4, func(b []byte) float64 { return float64(int32(order.Uint32(b))) }, nil
	case "i2":
		return 2, func(b []byte) float64 { return float64(int16(order.Uint16(b))) }, nil
	case "i1":
		return 1, func(b []byte) float64 { return float64(int8(b[0])) }, nil
	case "u8":
		return 8, func(b []byte) float64 { return float64(order.Uint64(b)) }, nil
	case "u4":
		return 4, func(b []byte) float64 { return float64(order.Uint32(b)) }, nil
	case "u2":
		return 2, func(b []byte) float64 { return float64(order.Uint16(b)) }, nil
	case "u1":
		return 1, func(b []byte) float64 { return float64(b[0]) }, nil
	}
	return 0, nil, fmt.Errorf("the array has type %s%s%s, neither a float32, a float64 nor an integer type", kind[1], kind[2], kind[3])
}
