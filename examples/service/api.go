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
	o, err := s.read(text)
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	if err := o.client.Submit(r.Context(), id, &o.Spec, s.store, o.options); err != nil {
		return err
	}
	s.start(id, o, false)
	w.WriteHeader(http.StatusAccepted)
	return nil
}

// delete releases the instances of an operation, and answers when they are gone.
func (s *service) delete(_ http.ResponseWriter, r *http.Request) error {
	e, _, err := s.store.Load(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	o, err := s.read(e.Definition)
	if err != nil {
		return err
	}
	t := s.start(e.ID, o, true)
	<-t.ended
	return t.err
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
	s.mu.Lock()
	t := s.tasks[e.ID]
	s.mu.Unlock()
	if t != nil && t.done.Load() {
		st.Instances = t.instances
		if t.err != nil {
			p := problem.Of(t.err)
			st.Problem = &p
		}
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(st)
}
