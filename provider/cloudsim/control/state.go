package control

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// stateBody is the answer to GET /state.
type stateBody struct {
	Counts    map[cloudsim.Cloud]map[cloudsim.Phase]int `json:"counts"`
	Calls     map[cloudsim.Cloud]int                    `json:"calls"` // authentic calls since the last reset
	Instances []instance                                `json:"instances"`
}

// instance is an instance in an answer. It has nothing that a client has chosen freely, such
// as names, tags and the parameters of its create: they may hold secrets.
type instance struct {
	Cloud   cloudsim.Cloud  `json:"cloud"`
	ID      string          `json:"id"`
	Region  string          `json:"region"`
	Zone    string          `json:"zone,omitempty"`
	Type    string          `json:"type,omitempty"`
	State   cloudsim.Phase  `json:"state"`
	Charge  cloudsim.Charge `json:"charge"`
	Created time.Time       `json:"created"`
}

// callBody is a call in an answer.
type callBody struct {
	Time         time.Time            `json:"time"`
	Milliseconds int64                `json:"milliseconds"`
	Cloud        cloudsim.Cloud       `json:"cloud"`
	Action       string               `json:"action,omitempty"`
	Known        bool                 `json:"known"`
	Region       string               `json:"region,omitempty"`
	Status       int                  `json:"status"` // of HTTP; 0 = the connection was cut
	Code         string               `json:"code,omitempty"`
	Reason       string               `json:"reason,omitempty"`
	Params       map[string]string    `json:"params,omitempty"`
	Masked       int                  `json:"masked"`
	Faults       []cloudsim.FaultKind `json:"faults,omitempty"`
}

// state serves GET /state.
func (h *handler) state(w http.ResponseWriter, r *http.Request) {
	clouds, ok := askedClouds(w, r, "cloud")
	if ok {
		answer(w, http.StatusOK, h.stateOf(clouds))
	}
}

// stateOf returns the instances of some clouds and their numbers.
func (h *handler) stateOf(clouds []cloudsim.Cloud) stateBody {
	s := stateBody{
		Counts:    map[cloudsim.Cloud]map[cloudsim.Phase]int{},
		Calls:     map[cloudsim.Cloud]int{},
		Instances: []instance{},
	}
	for _, c := range clouds {
		s.Counts[c], s.Calls[c] = map[cloudsim.Phase]int{}, h.sim.Calls(c, "")
		for _, i := range h.sim.Instances(c) {
			s.Counts[c][i.Phase]++
			s.Instances = append(s.Instances, instance{
				Cloud: c, ID: i.ID, Region: i.Region, Zone: i.Zone, Type: core.ShownType(i.InstanceType),
				State: i.Phase, Charge: i.Charge, Created: i.Created.UTC(),
			})
		}
	}
	return s
}

// calls serves GET /calls.
func (h *handler) calls(w http.ResponseWriter, r *http.Request) {
	clouds, ok := askedClouds(w, r, "cloud", "n")
	if !ok {
		return
	}
	n := usualCalls
	if text := r.URL.Query().Get("n"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil || n < 1 || n > keptCalls {
			refuse(w, http.StatusBadRequest, "n must be from 1 to "+strconv.Itoa(keptCalls))
			return
		}
	}
	answer(w, http.StatusOK, struct {
		Calls []callBody `json:"calls"`
	}{h.lastCalls(n, clouds)})
}

// lastCalls returns the latest n calls to some clouds, the oldest first.
func (h *handler) lastCalls(n int, clouds []cloudsim.Cloud) []callBody {
	list := []callBody{}
	for _, c := range h.sim.LastCalls(keptCalls) {
		if slices.Contains(clouds, c.Cloud) {
			list = append(list, callBody{
				Time: c.Time.UTC(), Milliseconds: c.Took.Milliseconds(), Cloud: c.Cloud, Action: c.Action, Known: c.Known,
				Region: c.Region, Status: c.Status, Code: c.Code, Reason: c.Reason, Params: c.Params, Masked: c.Masked,
				Faults: c.Faults,
			})
		}
	}
	return list[max(len(list)-n, 0):]
}

// status serves GET /status.
func (h *handler) status(w http.ResponseWriter, r *http.Request) {
	if !knownQuery(w, r) {
		return
	}
	s := h.stateOf(cloudsim.Clouds())
	total := len(s.Instances)
	slices.SortStableFunc(s.Instances, func(a, b instance) int { return b.Created.Compare(a.Created) })
	s.Instances = s.Instances[:min(total, pageRows)]
	answer(w, http.StatusOK, struct {
		Clouds []cloudsim.Cloud     `json:"clouds"`
		Kinds  []cloudsim.FaultKind `json:"kinds"`
		Total  int                  `json:"total"` // number of all instances
		State  stateBody            `json:"state"`
		Calls  []callBody           `json:"calls"`
		Faults []activeFault        `json:"faults"`
	}{
		cloudsim.Clouds(), cloudsim.FaultKinds(), total, s, h.lastCalls(pageCalls, cloudsim.Clouds()),
		activeFaults(h.sim),
	})
}

// askedClouds returns the cloud of the query, or all, and reports false after it refused
// the query.
func askedClouds(w http.ResponseWriter, r *http.Request, names ...string) ([]cloudsim.Cloud, bool) {
	if !knownQuery(w, r, names...) {
		return nil, false
	}
	if !r.URL.Query().Has("cloud") {
		return cloudsim.Clouds(), true
	}
	c := cloudsim.Cloud(r.URL.Query().Get("cloud"))
	if !slices.Contains(cloudsim.Clouds(), c) {
		refuse(w, http.StatusBadRequest, "no such cloud; want "+oneOf(words(cloudsim.Clouds())))
		return nil, false
	}
	return []cloudsim.Cloud{c}, true
}
