package await

import (
	"fmt"
	"testing"
	"time"
	"unsafe"

	"github.com/yunfan-cloud/yunfan/internal/poll"
)

// A wait may hold a hundred thousand IDs.
func TestAPendingIDIsCheap(t *testing.T) {
	if got := unsafe.Sizeof(entry[[1000]byte]{}); got > 32 {
		t.Errorf("an entry has %d bytes, want at most 32", got)
	}
}

func TestASightingOfAPendingIDAllocatesNothing(t *testing.T) {
	words := []string{"new", "starting"} // the cloud shows one after the other
	n := 0
	w := New(Config[int]{IDs: []string{"a"}, Booting: true, Read: func(*int, bool) Sighting {
		n++
		return Sighting{State: words[n%2], Raw: words[n%2], Phase: Pending}
	}})
	ev := poll.Event[int]{ID: "a", Kind: poll.Seen, At: time.Now()}
	if got := testing.AllocsPerRun(100, func() { w.observe(ev) }); got != 0 {
		t.Errorf("%v allocations, want none", got)
	}
}

func TestWordsAreSharedAndCounted(t *testing.T) {
	var l words
	if got := l.of(0); got != (word{}) {
		t.Errorf("before any word: got %v, want none", got)
	}
	a, b := l.add("new", "BUILD"), l.add("new", "QUEUED")
	if a == b {
		t.Errorf("two words have the number %d", a)
	}
	if got := l.add("new", "BUILD"); got != a {
		t.Errorf("got number %d for a known word, want %d", got, a)
	}
	if got, want := l.of(b), (word{"new", "QUEUED"}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := l.add("", ""); got != 0 {
		t.Errorf("got number %d for no word, want 0", got)
	}
}

// A cloud that makes up words takes no more work than one that repeats them.
func TestManyWords(t *testing.T) {
	var l words
	for n := range 10_000 {
		if got := l.of(l.add("new", fmt.Sprint(n))).raw; got != fmt.Sprint(n) {
			t.Fatalf("got %q, want %d", got, n)
		}
	}
}
