package oncehttp

import (
	"fmt"
	"net/http"
	"time"
)

// Clock is how the local clock compares with that of a service. The zero value knows nothing.
type Clock struct {
	Ahead time.Duration // of the local clock; negative: it is behind
	Known bool          // the answer had a date
}

// Clock returns how far the local clock was ahead of the date of the answer, when the answer
// arrived. A date has whole seconds.
func (x *Exchange) Clock() Clock {
	date, err := http.ParseTime(x.header.Get("Date"))
	if err != nil || x.received.IsZero() {
		return Clock{}
	}
	return Clock{Ahead: x.received.Sub(date).Round(time.Second), Known: true}
}

// tolerated is a difference that no service refuses for: they accept requests of the last 5 to
// 15 minutes.
const tolerated = time.Minute

const setClock = "the local clock is %v %s the service's: set it, for example by NTP, and try again"

// Hint says, for an error about the time of a request, how far the local clock is off and what to
// do.
func (c Clock) Hint() string {
	switch off := c.Ahead.Abs(); {
	case !c.Known:
		return "the service refuses the time of the request: compare the local clock (" +
			time.Now().Local().Format("2006-01-02 15:04:05 -0700") + ") with the real time, and set it"
	case off < tolerated:
		return fmt.Sprintf("the local clock is right (%v from the service's):"+
			" the request was held up on its way, or signed long ago", off)
	case c.Ahead > 0:
		return fmt.Sprintf(setClock, off, "ahead of")
	default:
		return fmt.Sprintf(setClock, off, "behind")
	}
}
