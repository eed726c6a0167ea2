package provider

import (
	"sync"
	"time"
)

// jobMemory is what looks of a client have heard of jobs. It is not part of the operation: an
// operation that is resumed for every look must not ask more often than one that is kept. The zero
// value is empty. It is safe for concurrent use.
type jobMemory struct {
	mu   sync.Mutex
	news map[jobAt]jobNews
}

// jobAt is a job in its region.
type jobAt struct{ region, id string }

// jobNews is what looks have heard of a job.
type jobNews struct {
	next    time.Time // when to ask again
	pause   time.Duration
	done    bool
	failure error
}

// mostJobNews bounds the memory. What is forgotten costs another question.
const mostJobNews = 10_000

// recall fills in what earlier looks have heard of a job, and reports whether it is time to ask about
// it. Its instances were named at a moment.
func (m *jobMemory) recall(at jobAt, j *openJob, named time.Time) (ask bool) {
	now := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	n, ok := m.news[at]
	if !ok {
		return now.Sub(named) >= firstJobPause
	}
	j.done, j.failure = n.done, n.failure
	return !n.done && !now.Before(n.next)
}

// note records what a look has heard of a job.
func (m *jobMemory) note(at jobAt, j *openJob) {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := m.news[at]
	if m.news == nil || len(m.news) >= mostJobNews {
		m.news = map[jobAt]jobNews{}
	}
	pause := min(max(2*before.pause, firstJobPause), mostJobPause)
	m.news[at] = jobNews{next: time.Now().Add(pause), pause: pause, done: j.done, failure: j.failure}
}
