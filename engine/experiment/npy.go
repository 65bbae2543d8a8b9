package experiment

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
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

// decodeNPY reads a one-dimensional array of finite real numbers from a .npy
// file, of any float or integer type and byte order.
//
// It is written here rather than left to npyio, which indexes out of range on
// headers that are cut short and takes missing data for zeros.
func decodeNPY(data []byte) ([]float64, error) {
	header, data, err := splitNPY(data)
	if err != nil {
		return nil, err
	}
	shape := npyShape.FindStringSubmatch(header)
	if shape == nil {
		return nil, errors.New("the .npy header has no shape")
	}
	sizes := strings.FieldsFunc(shape[1], func(c rune) bool { return strings.ContainsRune(", \t\n", c) })
	if len(sizes) != 1 {
		return nil, fmt.Errorf("the array has shape (%s), with %d dimensions", strings.TrimSpace(shape[1]), len(sizes))
	}
	n, err := strconv.Atoi(sizes[0])
	if err != nil {
		return nil, fmt.Errorf("the array has an impossible length, %s", sizes[0])
	}
	size, read, err := npyReader(header)
	if err != nil {
		return nil, err
	}
	if len(data)%size != 0 || len(data)/size != n {
		return nil, fmt.Errorf("the file holds %d bytes of data where %d numbers take %d each", len(data), n, size)
	}
	values := make([]float64, n)
	for i := range values {
		values[i] = read(data[i*size:])
		if math.IsNaN(values[i]) || math.IsInf(values[i], 0) {
			return nil, fmt.Errorf("entry %d (from 0) is %v, not a finite number", i, values[i])
		}
	}
	return values, nil
}

// splitNPY separates the header of a .npy file from its data.
func splitNPY(data []byte) (header string, rest []byte, err error) {
	const magic = "\x93NUMPY"
	rest, found := bytes.CutPrefix(data, []byte(magic))
	if !found || len(rest) < 6 {
		return "", nil, errors.New("not a .npy file")
	}
	major, rest := rest[0], rest[2:]
	var length int64
	switch major {
	case 1:
		length, rest = int64(binary.LittleEndian.Uint16(rest)), rest[2:]
	case 2, 3:
		length, rest = int64(binary.LittleEndian.Uint32(rest)), rest[4:]
	default:
		return "", nil, fmt.Errorf("version %d of the .npy format is unknown", major)
	}
	if length > int64(len(rest)) {
		return "", nil, errors.New("the .npy header is cut short")
	}
	return string(rest[:length]), rest[length:], nil
}

// npyReader gives the size of a number of the type that a header names, and how
// to read one.
func npyReader(header string) (size int, read func(b []byte) float64, err error) {
	kind := npyType.FindStringSubmatch(header)
	if kind == nil {
		return 0, nil, errors.New("the array is not one of plain numbers")
	}
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
