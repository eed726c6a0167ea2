package main

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// screen is where the program writes: text that stays and, below it on a terminal, a frame that is drawn
// again in place. It is safe for concurrent use.
type screen struct {
	out    io.Writer
	size   func() (width, height int) // of the terminal as it is now; nil for other output
	frames bool                       // the terminal can draw again in place
	color  bool

	mu    sync.Mutex
	drawn []string          // the frame on the terminal
	last  map[string]string // other output: what was said of each cloud
}

func newScreen(out io.Writer) *screen {
	s := &screen{out: out, last: map[string]string{}}
	f, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return s
	}
	s.frames = os.Getenv("TERM") != "dumb"
	s.color = os.Getenv("NO_COLOR") == ""
	s.size = func() (int, int) {
		width, height, err := term.GetSize(int(f.Fd()))
		if err != nil || width < 1 || height < 1 {
			return 80, 24
		}
		return width, height
	}
	return s
}

// dimensions returns how wide text may be, and how many lines are in sight; 0 lines is any number.
func (s *screen) dimensions() (width, height int) {
	if s.size == nil {
		return readable, 0
	}
	width, height = s.size()
	if !s.frames {
		height = 0
	}
	return max(width-1, 1), height
}

// readable is how wide text is on a wide terminal.
const readable = 100

// print writes text that stays, above the frame.
func (s *screen) print(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	width, _ := s.dimensions()
	b := s.erased()
	for _, l := range wrap(text, min(width, readable)) {
		b += l + "\n"
	}
	_, _ = io.WriteString(s.out, b+s.styled(s.drawn))
}

// show draws the progress: the frame on a terminal, or lines about what has changed.
func (s *screen) show(rows []row) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.frames {
		for _, l := range plain(rows, s.last) {
			if s.size != nil {
				width, _ := s.dimensions()
				l = strings.Join(wrap(l, width), "\n")
			}
			fmt.Fprintln(s.out, l)
		}
		return
	}
	b := s.erased()
	width, height := s.size()
	s.drawn = frame(rows, width, height)
	_, _ = io.WriteString(s.out, b+s.styled(s.drawn))
}

// erased moves to the first line of the frame and clears what follows. A terminal that has become
// narrower has broken the lines of the frame.
func (s *screen) erased() string {
	if len(s.drawn) == 0 {
		return ""
	}
	width, _ := s.size()
	lines := 0
	for _, l := range s.drawn {
		lines += max(1, (columns(l)+width-1)/width)
	}
	return fmt.Sprintf("\r\x1b[%dA\x1b[J", lines)
}

// bars are the parts of a bar: instances that run, and instances on their way.
var bars = regexp.MustCompile(`\[(#*)(-*)( *)\]`)

// styled returns the lines of a frame, with green and yellow in the bars.
func (s *screen) styled(lines []string) string {
	var b strings.Builder
	for _, l := range lines {
		if s.color {
			l = bars.ReplaceAllString(l, "[\x1b[32m$1\x1b[33m$2\x1b[0m$3]")
		}
		b.WriteString(l + "\n")
	}
	return b.String()
}

// animate shows the progress ten times a second until the returned function is called, and then a last
// time.
func (s *screen) animate(b *board) (stop func()) {
	done := make(chan struct{})
	var drawing sync.WaitGroup
	drawing.Go(func() {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				s.show(b.rows())
			}
		}
	})
	return func() {
		close(done)
		drawing.Wait()
		s.show(b.rows())
		s.leave()
	}
}

// leave lets the frame stay where it is.
func (s *screen) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drawn = nil
}
