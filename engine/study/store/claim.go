package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// runningFolder holds a directory for every task that is being computed.
const runningFolder = ".running"

// lockFile is locked while a program has a claim.
const lockFile = "lock"

// Claim is the right of one program to compute a task, while others that share the
// store leave it alone. It ends with the program at the latest, however that ends.
// Claims save work, no more: two programs that compute one task, as they may where
// the file system has no locks, write the same results.
type Claim struct {
	directory string
	lock      *os.File
}

// Claim claims a task; taken tells that another program has it.
func (s *Store) Claim(name string) (claim *Claim, taken bool, err error) {
	if err := s.prepare(); err != nil {
		return nil, false, fmt.Errorf("cannot write to the store: %w", err)
	}
	c := &Claim{directory: filepath.Join(s.directory, runningFolder, name)}
	for {
		err := os.MkdirAll(c.directory, 0o755)
		if errors.Is(err, os.ErrExist) {
			continue // another program made and removed it meanwhile; a file there is another error
		}
		if err != nil {
			return nil, false, fmt.Errorf("cannot write to the store: %w", err)
		}
		path := filepath.Join(c.directory, lockFile)
		lock, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
		if errors.Is(err, os.ErrNotExist) {
			continue // whoever had the claim has removed the directory just now
		}
		if err != nil {
			return nil, false, fmt.Errorf("cannot write to the store: %w", err)
		}
		if !tryLock(lock) {
			lock.Close()
			return nil, true, nil
		}
		// The file that is locked may have been removed with the claim before.
		mine, err := lock.Stat()
		there, missing := os.Stat(path)
		if err == nil && missing == nil && os.SameFile(mine, there) {
			c.lock = lock
			return c, false, nil
		}
		lock.Close()
	}
}

// Path is where a file lies that is kept from one attempt at the task to the next,
// such as a checkpoint.
func (c *Claim) Path(file string) string { return filepath.Join(c.directory, file) }

// Release ends the claim. Files of the attempt are kept unless the task is done.
func (c *Claim) Release(done bool) {
	entries, err := os.ReadDir(c.directory)
	if done || err == nil && len(entries) == 1 { // nothing but the lock
		// Renamed first: what is removed is never another program's next claim.
		ended, err := os.MkdirTemp(filepath.Dir(filepath.Dir(c.directory)), temporaryPrefix+"*")
		if err == nil {
			os.Rename(c.directory, filepath.Join(ended, "claim"))
			os.RemoveAll(ended)
		}
	}
	c.lock.Close()
}
