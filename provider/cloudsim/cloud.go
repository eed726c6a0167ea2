package cloudsim

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// maxBody is the largest request body any of the vendors documents (Tencent
// Cloud, TC3: 10 MB).
const maxBody = 10 << 20

// wire is one vendor's protocol: how a request is read and verified, what each
// action does, and what answers look like. Every method but open is called with
// the lock of its cloud held.
type wire interface {
	// open reads and authenticates a request. A request that is refused here
	// (wrong signature, stale time, unknown action, missing system parameter)
	// returns the vendor's refusal and no call. It may take the cloud's lock.
	open(r *http.Request, body []byte, now time.Time) (*call, *answer)

	// actionNames returns the names of all actions, in order.
	actionNames() []string

	// creates tells whether an action makes machines.
	creates(action string) bool

	// describes reports whether an action lists machines.
	describes(action string) bool

	// token returns the client token that makes a call idempotent, "" where there
	// is none: on clouds without tokens, and for dry runs.
	token(k *call) string

	// tagged reports whether a describe filters by tags.
	tagged(k *call) bool

	// has reports whether a kind of fault that only certain creates know, see
	// [FaultKind.ofOneCloud], means something for this one. The client token is
	// looked at elsewhere.
	has(k *call, kind FaultKind) bool

	// serve executes a call and encodes the answer.
	serve(c *call) *answer

	// refuse encodes the vendor's answer for a fault that refuses a call, or
	// that hides the answer of a call already executed behind a 5xx.
	refuse(c *call, f Fault) *answer
}

// call is one authenticated request.
type call struct {
	action string
	region string
	now    time.Time
	params map[string]string // flat, by wire name
	tree   any               // instead of params where the wire has nesting and types
	faults faults

	format    string // answer format asked for; the vendor's codec knows its values
	requestID string

	made  int      // machines that the call made
	named []string // IDs in the answer of a create
	order *order   // what the create left unpaid, if it did
}

// answer is an encoded response.
type answer struct {
	status      int
	contentType string
	body        []byte
	header      http.Header // beside the usual ones; may be nil
	missing     int         // bytes that Content-Length promises beyond the body
}

// cloud is the state of one simulated service.
type cloud struct {
	config settings
	name   Cloud
	wire   wire

	mu       sync.Mutex
	rand     *rand.Rand
	mischief *rand.Rand // for faults: what they draw must not change what machines get
	machines map[string]*machine
	order    []*machine // in order of creation
	creates  int
	tokens   map[string]*tokenRecord
	orders   map[string]*order // unpaid and paid ones, by ID
	nonces   nonces
	calls    map[string]int
	faults   []*pendingFault
	struck   map[FaultKind]int
	lastIP   uint32
	taken    map[rateKey][]time.Time // calls within the window of a rate
}

// tokenRecord remembers what a client token made.
type tokenRecord struct {
	fingerprint string // of the parameters it came with
	ids         []string
	at          time.Time
	order       *order // that the machines come from, if it was not paid at once
	dead        bool   // the request failed half-way
}

// settings are what one simulated service is told when it is made.
type settings struct {
	AccessKeyID, AccessKeySecret string // the key pair that it knows
	SecurityToken                string // what every request must carry; "" = nothing

	Seed      uint64                         // of IDs, addresses, boot times and faults
	Boot      func(*rand.Rand) time.Duration // draws the time from an accepted create to running, once an instance
	Rates     []Rate                         // call rates that it enforces
	TokenLife time.Duration                  // how long it remembers a client token; 0 = forever
}

func newCloud(cfg settings, name Cloud, w func(*cloud) wire) *cloud {
	var salt uint64
	for _, b := range []byte(name) {
		salt = salt<<8 | uint64(b)
	}
	c := &cloud{
		config:   cfg,
		name:     name,
		rand:     rand.New(rand.NewPCG(cfg.Seed, salt)),
		mischief: rand.New(rand.NewPCG(cfg.Seed, ^salt)),
		machines: map[string]*machine{},
		tokens:   map[string]*tokenRecord{},
		orders:   map[string]*order{},
		calls:    map[string]int{},
		struck:   map[FaultKind]int{},
		taken:    map[rateKey][]time.Time{},
	}
	c.wire = w(c)
	return c
}

// ServeHTTP implements http.Handler.
func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil || len(body) > maxBody {
		http.Error(w, "request body unreadable or too large", http.StatusRequestEntityTooLarge)
		return
	}
	a := c.answer(r, body)
	if a == nil {
		// The documented way to cut a connection without an answer; the
		// in-memory transport turns it into a reset.
		panic(http.ErrAbortHandler)
	}
	maps.Copy(w.Header(), a.header)
	w.Header().Set("Content-Type", a.contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)+a.missing))
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

// callsOf returns how many requests with a valid signature reached an action; ""
// counts all actions.
func (c *cloud) callsOf(action string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if action != "" {
		return c.calls[action]
	}
	n := 0
	for _, k := range c.calls {
		n += k
	}
	return n
}

// answer takes a request through authentication, faults and execution. Nil
// means that the connection is to be cut.
func (c *cloud) answer(r *http.Request, body []byte) *answer {
	k, refused := c.wire.open(r, body, time.Now())
	if refused != nil {
		return refused
	}
	c.mu.Lock()
	c.calls[k.action]++
	k.faults = c.strikes(k)
	proxy, proxied := k.faults.get(Proxy)
	if !proxied && c.tooFast(k) {
		c.struck[Throttle]++
		k.faults = append(faults{{Kind: Throttle}}, k.faults...)
	}
	c.mu.Unlock()

	if f, ok := k.faults.get(Slow); ok && !sleep(r.Context(), f.Delay) {
		return nil
	}
	if _, ok := k.faults.get(ResetBefore); ok {
		return nil
	}
	if proxied {
		return proxyAnswer(proxy)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	k.now = time.Now()
	if f, ok := k.faults.refusal(); ok {
		return c.wire.refuse(k, f)
	}
	return c.spoil(k, c.wire.serve(k))
}

// spoil does to the answer of an executed call what faults ask for. Nil means
// that the connection is to be cut.
func (c *cloud) spoil(k *call, a *answer) *answer {
	if f, ok := k.faults.get(StockRanOut); ok && k.made > 0 {
		f.Kind, f.Count = NoStock, 0
		a = c.wire.refuse(k, f)
	}
	if k.faults.has(ResetAfter) {
		return nil
	}
	if f, ok := k.faults.get(ServerErrorAfter); ok {
		a = c.wire.refuse(k, f)
	} else if f, ok := k.faults.get(Malformed); ok {
		a.body = []byte(f.Body)
		if f.Status != 0 {
			a.status = f.Status
		}
	}
	if f, ok := k.faults.get(CutBody); ok {
		a.cut(f, k.named)
	}
	return a
}

// sleep waits and reports false when ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// all returns every machine ever created, in order of creation.
func (c *cloud) all() []*machine { return c.order }

// lookup returns a machine, visible or not, or nil.
func (c *cloud) lookup(id string) *machine { return c.machines[id] }

// lastCreate returns the ordinal of the latest create.
func (c *cloud) lastCreate() int { return c.creates }

// find returns a visible machine, or nil.
func (c *cloud) find(id string, now time.Time) *machine {
	if m := c.machines[id]; m != nil && m.visible(now) {
		return m
	}
	return nil
}

// privateIP returns an address that no other machine of this cloud was given.
func (c *cloud) privateIP() string {
	c.lastIP++
	n := c.lastIP
	return fmt.Sprintf("10.%d.%d.%d", 1+n>>16, n>>8&0xff, n&0xff)
}

// publicIP returns an address of the documentation ranges (RFC 5737), so that
// nobody mistakes it for a machine of somebody's.
func (c *cloud) publicIP() string {
	return fmt.Sprintf("203.0.113.%d", 1+c.rand.IntN(254))
}

// letters draws n characters of a lower-case alphanumeric ID.
func letters(r *rand.Rand, n int) string {
	const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}

// uuid draws a UUID in lower case.
func uuid(r *rand.Rand) string {
	hi, lo := r.Uint64(), r.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", hi>>32, hi>>16&0xffff, hi&0xfff, 0x8000|lo>>48&0x3fff, lo&0xffffffffffff)
}

// requestID draws the ID of a request, a UUID in lower case, and takes the lock for
// it. Vendors give it a source of its own, so that polling more or less often never
// changes what creates draw.
func (c *cloud) requestID(r *rand.Rand) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return uuid(r)
}

// unusedID draws an ID of n letters after a prefix that is not taken.
func unusedID(r *rand.Rand, prefix string, n int, taken func(id string) bool) string {
	for {
		if id := prefix + letters(r, n); !taken(id) {
			return id
		}
	}
}
