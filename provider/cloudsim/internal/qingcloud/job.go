package qingcloud

import (
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// jobStart is how long a job waits before it starts (unverified).
const jobStart = 100 * time.Millisecond

// job is the record of an asynchronous call.
type job struct {
	id, action, zone string
	ids              []string // of the instances
	created, done    time.Time
	failed           bool
	code             string // why it failed
}

func (j *job) status(now time.Time) (status string, since time.Time) {
	switch {
	case !now.Before(j.done) && j.failed:
		return "failed", j.done
	case !now.Before(j.done):
		return "successful", j.done
	case now.Before(j.created.Add(jobStart)):
		return "pending", j.created
	default:
		return "working", j.created.Add(jobStart)
	}
}

// freshJobID draws the ID of a job.
func (q *api) freshJobID() string {
	return core.UnusedID(q.service.Rand, "j-", 8, func(id string) bool { return q.jobs[id] != nil })
}

func (q *api) addJob(j *job) {
	q.jobs[j.id] = j
	q.jobOrder = append(q.jobOrder, j)
}

// lifecycleJob records the job of a call that takes some time, and returns the call's
// answer.
func (q *api) lifecycleJob(k *core.Call, instances []*core.Instance, took time.Duration) reply {
	j := &job{
		id: q.freshJobID(), action: k.Action, zone: k.Region,
		ids: idsOf(instances), created: k.Now, done: k.Now.Add(took),
	}
	q.addJob(j)
	return reply{"job_id": j.id}
}

// describeJobs is the action of that name. An unknown job is an error, by the
// documents. Those of DescribeInstances have no such rule.
func (q *api) describeJobs(k *core.Call, a *args) (reply, *refusal) {
	found := q.jobsNamed(k, a)
	statuses := a.list("status")
	offset, limit := a.page()
	a.between("verbose", 0, 0, 1)
	if a.err != nil {
		return nil, a.err
	}
	if len(statuses) > 0 {
		found = slices.DeleteFunc(found, func(j *job) bool {
			status, _ := j.status(k.Now)
			return !slices.Contains(statuses, status)
		})
	}
	set := []jobView{}
	for _, j := range page(found, offset, limit) {
		set = append(set, j.view(k.Now))
	}
	return reply{"job_set": set, "total_count": len(found)}, nil
}

// jobsNamed returns the jobs of jobs.n, or all jobs of the zone.
func (q *api) jobsNamed(k *core.Call, a *args) []*job {
	ids := a.ids("jobs")
	var found []*job
	for _, id := range ids {
		j := q.jobs[id]
		if j == nil || j.zone != k.Region {
			a.refuse(refusef(notFound, "ResourceNotFound, job [%s] is not found", id))
			return nil
		}
		found = append(found, j)
	}
	if len(ids) > 0 {
		return found
	}
	for _, j := range q.jobOrder {
		if j.zone == k.Region {
			found = append(found, j)
		}
	}
	return found
}

// jobView is a job on the wire.
type jobView struct {
	ID          string `json:"job_id"`
	Action      string `json:"job_action"`
	Status      string `json:"status"`
	ResourceIDs string `json:"resource_ids"` // one string, IDs separated by blanks
	ErrorCodes  string `json:"error_codes"`  // only in a sample, where it is empty; its form is unverified
	Owner       string `json:"owner"`
	CreateTime  string `json:"create_time"`
	StatusTime  string `json:"status_time"`
}

func (j *job) view(now time.Time) jobView {
	status, since := j.status(now)
	codes := ""
	if status == "failed" {
		codes = j.code
	}
	return jobView{
		ID:          j.id,
		Action:      j.action,
		Status:      status,
		ErrorCodes:  codes,
		ResourceIDs: strings.Join(j.ids, " "),
		Owner:       owner,
		CreateTime:  j.created.UTC().Format(timeFormat),
		StatusTime:  since.UTC().Format(timeFormat),
	}
}
