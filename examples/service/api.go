package main

import (
	"encoding/json"
	"io"
	"net/http"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/problem"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// status is what the API shows of an operation.
type status struct {
	ID          string              `json:"id"`
	Asked       int                 `json:"asked"`
	Known       int                 `json:"known"`
	Settled     bool                `json:"settled"`
	InstanceIDs []string            `json:"instanceIds,omitempty"`
	Instances   []provider.Instance `json:"instances,omitempty"` // those that run, once all do
	Problem     *problem.Problem    `json:"problem,omitempty"`
}

// put begins an operation. The same ID again continues it, and makes nothing twice.
func (s *service) put(w http.ResponseWriter, r *http.Request) error {
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, store.MaxRecord))
	if err != nil {
		return err
	}
	return s.accept(w, r.PathValue("id"), text, false)
}

// delete releases the instances of an operation.
func (s *service) delete(w http.ResponseWriter, r *http.Request) error {
	e, _, err := s.store.Load(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.accept(w, e.ID, e.Definition, true)
}

func (s *service) accept(w http.ResponseWriter, id string, text []byte, release bool) error {
	o, err := s.read(text)
	if err == nil && !release {
		err = o.client.Validate(o.Spec, &o.Run)
	}
	if err == nil {
		s.start(id, o, release)
		w.WriteHeader(http.StatusAccepted)
	}
	return err
}

func (s *service) get(w http.ResponseWriter, r *http.Request) error {
	token, e, err := provider.StoredToken(r.Context(), s.store, r.PathValue("id"))
	if err != nil {
		return err
	}
	st := status{ID: e.ID, Asked: e.Asked, Known: e.Known, Settled: e.Settled}
	if info, err := provider.ReadToken(token); err == nil {
		st.InstanceIDs = info.InstanceIDs
	}
	if t, ended := s.result(e.ID); ended {
		st.Instances = t.instances
		if t.err != nil {
			p := problem.Of(t.err)
			st.Problem = &p
		}
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(st)
}
