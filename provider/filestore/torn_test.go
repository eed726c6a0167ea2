package filestore_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/filestore"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// opened returns a store in a new directory, with a claim of an operation.
func opened(t *testing.T) (s *filestore.Store, dir string, c store.Claim) {
	t.Helper()
	dir = t.TempDir()
	s, err := filestore.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err = s.Claim(t.Context(), store.Entry{ID: "web"}, "a", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return s, filepath.Join(dir, "op-web"), c
}

func save(t *testing.T, s store.Store, c store.Claim, obsolete, seq int64, text string) {
	t.Helper()
	ch := store.Change{Obsolete: obsolete, Records: []store.Record{{Seq: seq, Data: []byte(text)}}}
	if err := s.Save(t.Context(), c, ch); err != nil {
		t.Fatal(err)
	}
}

func texts(t *testing.T, s store.Store) (list []string) {
	t.Helper()
	_, records, err := s.Load(t.Context(), "web")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		list = append(list, string(r.Data))
	}
	return list
}

// files returns the files of an operation whose names begin with a text.
func files(t *testing.T, dir, prefix string) (paths []string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		if strings.HasPrefix(f.Name(), prefix) {
			paths = append(paths, filepath.Join(dir, f.Name()))
		}
	}
	return paths
}

// A process that is killed while it writes leaves a record that ends anywhere. It is skipped, by
// the next process too, which goes on behind it.
func TestATornRecordIsSkipped(t *testing.T) {
	s, dir, c := opened(t)
	save(t, s, c, 0, 1, "one")
	log := files(t, dir, "log-")[0]
	whole, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n < len(whole); n++ { // the begin of another record
		torn := append(bytes.Clone(whole), whole[:n]...)
		if err := os.WriteFile(log, torn, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := texts(t, s); !slices.Equal(got, []string{"one"}) {
			t.Errorf("%d bytes of a record: got %q, want one", n, got)
		}
	}
	if err := s.Release(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	next, err := s.Claim(t.Context(), store.Entry{ID: "web"}, "b", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	save(t, s, next, 0, next.Fence<<32, "two")
	if got := texts(t, s); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("afterwards: got %q, want one and two", got)
	}
}

// What a save that failed has left, on a full disk, is written over by the next one.
func TestTheRestOfAFailedSaveIsWrittenOver(t *testing.T) {
	s, dir, c := opened(t)
	save(t, s, c, 0, 1, "one")
	other, err := s.Claim(t.Context(), store.Entry{ID: "mail"}, "a", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	save(t, s, other, 0, 8, "xxx") // as long as the record that is saved next
	save(t, s, other, 0, 9, "yyy")
	rest, err := os.ReadFile(files(t, filepath.Join(filepath.Dir(dir), "op-mail"), "log-")[0])
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(files(t, dir, "log-")[0], os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(append(rest, "and half a record"...)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	save(t, s, c, 0, 2, "two")
	if got := texts(t, s); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("got %q, want one and two", got)
	}
	save(t, s, c, 0, 3, "three")
	if got := texts(t, s); !slices.Equal(got, []string{"one", "two", "three"}) {
		t.Errorf("got %q, want one, two and three", got)
	}
}

// A record that was saved and cannot be read is an error: an older state would create again.
func TestADamagedRecordIsAnError(t *testing.T) {
	s, dir, c := opened(t)
	save(t, s, c, 0, 1, "one")
	save(t, s, c, 0, 2, "two")
	log := files(t, dir, "log-")[0]
	whole, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{0, 5, 10, 17, len(whole) - 1} {
		bad := bytes.Clone(whole)
		bad[at] ^= 1
		if err := os.WriteFile(log, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, list, err := s.Load(t.Context(), "web"); err == nil {
			t.Errorf("byte %d: got %d records, want an error", at, len(list))
		}
	}
}

// A directory does not grow with what is not needed any more.
func TestObsoleteFilesAreRemoved(t *testing.T) {
	s, dir, c := opened(t)
	for n := range 10 {
		for i := range 10 {
			save(t, s, c, 0, c.Fence<<32+int64(10*n+i), strings.Repeat("x", 1000))
		}
		if err := s.Release(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		next, err := s.Claim(t.Context(), store.Entry{ID: "web"}, "b", time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		c = next
		save(t, s, c, c.Fence<<32, c.Fence<<32, fmt.Sprint("all-", n))
	}
	if got := texts(t, s); !slices.Equal(got, []string{"all-9"}) {
		t.Errorf("got %d records, want the last", len(got))
	}
	if got := files(t, dir, ""); len(got) != 2 {
		t.Errorf("got the files %q, want a claim and a log", got)
	}
}

// Nobody else can read what is stored.
func TestFilesArePrivate(t *testing.T) {
	s, dir, c := opened(t)
	save(t, s, c, 0, 1, "one")
	for _, path := range append(files(t, dir, ""), dir) {
		i, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if i.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: got mode %v, want none for others", path, i.Mode())
		}
	}
}

func TestImpossibleIDsAreRefused(t *testing.T) {
	s, _, _ := opened(t)
	for _, id := range []string{"", "..", "a/b", "a b", "é", "=a", strings.Repeat("x", 65)} {
		if _, err := s.Claim(t.Context(), store.Entry{ID: id}, "a", time.Hour); err == nil {
			t.Errorf("%q: got no error, want one", id)
		}
	}
}
