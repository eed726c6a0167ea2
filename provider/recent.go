package provider

import (
	"time"

	"github.com/yunfan-cloud/yunfan/internal/recent"
)

// youngFor is how long a new instance may refuse calls because it is still being created.
const youngFor = time.Minute

// recentInstances are the instances that a client has just created.
type recentInstances struct{ recent.Instances }

func (r *recentInstances) add(ids []string, at time.Time) { r.Add(ids, at) }
func (r *recentInstances) at(id string) time.Time         { return r.At(id) }
func (r *recentInstances) forget(ids []string)            { r.Forget(ids) }
