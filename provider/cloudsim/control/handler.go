package control

import (
	"math/rand/v2"
	"net/http"
	"strconv"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// Limits of the API.
const (
	keptCalls  = 1000 // records of calls that are kept
	pageCalls  = 50   // calls that the status page shows
	pageRows   = 200  // instances that the status page shows
	usualCalls = 20   // calls that GET /calls returns when it names no number
	maxBody    = 64 << 10
)

// handler serves the API of one simulator.
type handler struct {
	sim *cloudsim.Sim
	mux *http.ServeMux
}

// Handler returns the control API and the status page of a simulator; the package
// documents its requests. From now on the simulator keeps records of its latest 1000 calls.
// The handler starts no goroutine and is safe for concurrent use. It serves any listener:
// give it one on a loopback address, or use [Start].
func Handler(sim *cloudsim.Sim) http.Handler {
	sim.KeepCalls(keptCalls)
	h := &handler{sim: sim, mux: http.NewServeMux()}
	h.mux.Handle("/{$}", methods{http.MethodGet: page})
	h.mux.Handle("/status", methods{http.MethodGet: h.status})
	h.mux.Handle("/state", methods{http.MethodGet: h.state})
	h.mux.Handle("/calls", methods{http.MethodGet: h.calls})
	h.mux.Handle("/faults", methods{
		http.MethodGet: h.faults, http.MethodPost: h.addFault, http.MethodDelete: h.clearFaults,
	})
	h.mux.Handle("/faults/{id}", methods{http.MethodDelete: h.removeFault})
	h.mux.Handle("/reset", methods{http.MethodPost: h.reset})
	h.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusNotFound, "no such path; want /, /status, /state, /calls, /faults, /faults/{id} or /reset")
	})
	return h
}

// ServeHTTP implements [http.Handler].
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if reason := foreign(r); reason != "" {
		refuse(w, http.StatusForbidden, reason)
		return
	}
	h.mux.ServeHTTP(w, r)
}

// faults serves GET /faults.
func (h *handler) faults(w http.ResponseWriter, r *http.Request) {
	if !knownQuery(w, r) {
		return
	}
	answer(w, http.StatusOK, struct {
		Faults []activeFault        `json:"faults"`
		Kinds  []cloudsim.FaultKind `json:"kinds"`
	}{activeFaults(h.sim), cloudsim.FaultKinds()})
}

// addFault serves POST /faults.
func (h *handler) addFault(w http.ResponseWriter, r *http.Request) {
	body, ok := readBody(w, r)
	if !ok || !knownQuery(w, r) {
		return
	}
	f, err := decodeFault(h.sim, body)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	answer(w, http.StatusCreated, activeFault{ID: h.sim.InjectFault(f), Fault: faultOf(f)})
}

// clearFaults serves DELETE /faults.
func (h *handler) clearFaults(w http.ResponseWriter, r *http.Request) {
	if !knownQuery(w, r) {
		return
	}
	n := len(h.sim.Faults())
	h.sim.ClearFaults()
	answer(w, http.StatusOK, removed{n})
}

// removeFault serves DELETE /faults/{id}.
func (h *handler) removeFault(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("id"))
	switch {
	case !knownQuery(w, r):
	case err != nil:
		refuse(w, http.StatusBadRequest, "the number of a fault must be an integer")
	case !h.sim.RemoveFault(id):
		refuse(w, http.StatusNotFound, "no such fault, or it has hit its last call")
	default:
		answer(w, http.StatusOK, removed{1})
	}
}

// removed is the answer to a DELETE.
type removed struct {
	Removed int `json:"removed"`
}

// reset serves POST /reset.
func (h *handler) reset(w http.ResponseWriter, r *http.Request) {
	body, ok := readBody(w, r)
	if !ok || !knownQuery(w, r) {
		return
	}
	var seed struct {
		Seed uint64 `json:"seed"`
	}
	seed.Seed = rand.Uint64N(1 << 53) // what JavaScript can read
	if len(body) > 0 {
		if err := decode(body, &seed); err != nil {
			refuse(w, http.StatusBadRequest, err.Error())
			return
		}
	}
	h.sim.Reset(seed.Seed)
	answer(w, http.StatusOK, seed)
}
