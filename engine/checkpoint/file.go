package checkpoint

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

const (
	magic         = "anisgd checkpoint\n"
	formatVersion = 1
	headerSize    = len(magic) + 8 + sha256.Size
	// temporaryMark is in the names of files that are being written.
	temporaryMark = ".part-"
	// shareOfTime: at most one part in so many of the time is spent saving.
	shareOfTime = 50
)

// File is a checkpoint on the disk. Its methods serve one goroutine, but for Due.
type File struct {
	path  string
	key   Key
	every time.Duration
	// Warn, if not nil, is told errors of Save.
	Warn func(error)
	// Prepare, if not nil, is called before the first time that anything is written;
	// if it fails, Save does.
	Prepare func() error

	prepared bool
	due      atomic.Int64 // nanoseconds since began
	began    time.Time
	saved    bool
}

// NewFile describes a checkpoint at a path that belongs to a key and is to be saved
// every so often; 0: only when somebody calls Save, as an interrupted computation does.
// Nothing is read or written. Directories on the way are made by the first Save.
func NewFile(path string, key Key, every time.Duration) *File {
	f := &File{path: path, key: key, every: every, began: time.Now()}
	f.schedule(0)
	return f
}

// Path is where the checkpoint lies.
func (f *File) Path() string { return f.path }

// Saved reports whether the last Save succeeded.
func (f *File) Saved() bool { return f.saved }

// Due implements Saver. The times between checkpoints are those asked for, but at least
// 50 times as long as the last took to write, and as long after a failure.
func (f *File) Due() bool { return int64(time.Since(f.began)) >= f.due.Load() }

func (f *File) schedule(cost time.Duration) {
	if f.every <= 0 {
		f.due.Store(math.MaxInt64)
		return
	}
	f.due.Store(int64(time.Since(f.began) + max(f.every, shareOfTime*cost)))
}

// Save implements Saver: it replaces the checkpoint by one with the state that write
// writes, or leaves it as it is and tells Warn why.
func (f *File) Save(write func(*Writer)) {
	begin := time.Now()
	err := f.save(write)
	f.saved = err == nil
	f.schedule(time.Since(begin))
	if err != nil && f.Warn != nil {
		f.Warn(fmt.Errorf("the state could not be saved: %w", err))
	}
}

func (f *File) save(write func(*Writer)) (err error) {
	if !f.prepared && f.Prepare != nil {
		if err := f.Prepare(); err != nil {
			return err
		}
	}
	f.prepared = true
	directory := filepath.Dir(f.path)
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return err
	}
	file, err := os.CreateTemp(directory, filepath.Base(f.path)+temporaryMark+"*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			file.Close()
			os.Remove(file.Name())
		}
	}()
	sum := sha256.New()
	w := NewWriter(io.MultiWriter(file, sum))
	w.buffer = append(w.buffer, magic...)
	w.Int(formatVersion)
	w.buffer = append(w.buffer, f.key[:]...)
	write(w)
	if err := w.Flush(); err != nil {
		return err
	}
	if _, err := file.Write(sum.Sum(nil)); err != nil {
		return err
	}
	// CreateTemp makes files private; checkpoints are as readable as results.
	if err := file.Chmod(0o644); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	if err := os.Rename(file.Name(), f.path); err != nil {
		return err
	}
	syncDirectory(directory)
	return nil
}

// syncDirectory makes a renaming last beyond a loss of power, where the file system can
// do that; where it cannot, the checkpoint before is as good.
func syncDirectory(path string) {
	if directory, err := os.Open(path); err == nil {
		_ = directory.Sync()
		directory.Close()
	}
}

// Unusable says why a file is not taken for a checkpoint.
type Unusable struct{ Path, Reason string }

func (u *Unusable) Error() string { return fmt.Sprintf("the checkpoint %s %s", u.Path, u.Reason) }

// Load opens the checkpoint for reading, after all of it has been verified; the caller
// closes what it returns. Without a file the error is fs.ErrNotExist, and *Unusable for
// one that is no checkpoint, or not of this computation. It removes what an interrupted
// Save left.
func (f *File) Load() (*Saved, error) {
	f.removeTemporaries()
	file, err := os.Open(f.path)
	if err != nil {
		return nil, err
	}
	saved, err := f.verify(file)
	if err != nil {
		file.Close()
		return nil, err
	}
	return saved, nil
}

// Recall is Load for who would rather begin anew than fail: it returns nil where there is
// no checkpoint that can be used. Why not is told to Warn, and a file that will never be
// usable is renamed, so that it is kept.
func (f *File) Recall() *Saved {
	saved, err := f.Load()
	var unusable *Unusable
	switch {
	case err == nil:
		return saved
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case errors.As(err, &unusable):
		if path, failure := f.setAside(); failure == nil {
			err = fmt.Errorf("%w; it is kept as %s, and nothing of it is used", err, path)
		}
	}
	if f.Warn != nil {
		f.Warn(err)
	}
	return nil
}

// Saved is a checkpoint that is being read.
type Saved struct {
	*Reader
	file *os.File
	// Time is when it was written.
	Time time.Time
}

// Close ends the reading.
func (s *Saved) Close() error { return s.file.Close() }

// verify reads all of a file and puts a reader at the state in it.
func (f *File) verify(file *os.File) (*Saved, error) {
	unusable := func(format string, arguments ...any) error {
		return &Unusable{f.path, fmt.Sprintf(format, arguments...)}
	}
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	size := info.Size() - int64(headerSize) - sha256.Size
	header := make([]byte, headerSize)
	if _, err := io.ReadFull(file, header); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	if !bytes.HasPrefix(header, []byte(magic)) {
		return nil, unusable("is no checkpoint")
	}
	switch version := binary.LittleEndian.Uint64(header[len(magic):]); {
	case version != formatVersion && size >= 0:
		return nil, unusable("has format %d, and this version of the program reads format %d", version, formatVersion)
	case size < 0:
		return nil, unusable("is cut short")
	}
	sum := sha256.New()
	sum.Write(header)
	if err := checkSum(file, size, sum); err != nil {
		return nil, unusable("is damaged: %v", err)
	}
	if Key(header[len(magic)+8:]) != f.key {
		return nil, unusable("belongs to another experiment or version of the program")
	}
	if _, err := file.Seek(int64(headerSize), io.SeekStart); err != nil {
		return nil, err
	}
	return &Saved{NewReader(bufio.NewReaderSize(file, bufferSize), size), file, info.ModTime()}, nil
}

func checkSum(file io.Reader, size int64, sum hash.Hash) error {
	if _, err := io.CopyN(sum, file, size); err != nil {
		return err
	}
	written := make([]byte, sha256.Size)
	if _, err := io.ReadFull(file, written); err != nil {
		return err
	}
	if !bytes.Equal(written, sum.Sum(nil)) {
		return errors.New("its checksum does not fit")
	}
	return nil
}

// setAside renames the file, and returns its new path.
func (f *File) setAside() (path string, err error) {
	for n := 1; ; n++ {
		path = fmt.Sprintf("%s.aside-%d", f.path, n)
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			return path, os.Rename(f.path, path)
		}
	}
}

// Remove removes the checkpoint, if there is one.
func (f *File) Remove() error {
	f.removeTemporaries()
	if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the checkpoint could not be removed: %w", err)
	}
	return nil
}

func (f *File) removeTemporaries() {
	directory, prefix := filepath.Dir(f.path), filepath.Base(f.path)+temporaryMark
	entries, _ := os.ReadDir(directory)
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), prefix) {
			_ = os.Remove(filepath.Join(directory, entry.Name()))
		}
	}
}
