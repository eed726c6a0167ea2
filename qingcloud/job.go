package qingcloud

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	qcerrors "github.com/yunify/qingcloud-sdk-go/request/errors"

	"github.com/yunfan-cloud/yunfan/provider"
)

const actionJobs = "DescribeJobs"

// jobsInput is a request of DescribeJobs.
type jobsInput struct {
	Jobs   []*string `name:"jobs" location:"params"`
	Status []*string `name:"status" location:"params"`
	Offset *int      `name:"offset" location:"params"`
	Limit  *int      `name:"limit" location:"params"`
}

// jobsAnswer is the answer of DescribeJobs.
type jobsAnswer struct {
	answer
	JobSet     []job   `json:"job_set"`
	TotalCount *Number `json:"total_count"`
}

// job is the job of a call. Its error_codes are only in a sample, where they are empty.
type job struct {
	ID          string `json:"job_id"`
	Action      string `json:"job_action"`
	Status      Word   `json:"status"`
	StatusTime  string `json:"status_time"`
	ResourceIDs Word   `json:"resource_ids"`
	ErrorCodes  Word   `json:"error_codes"`
}

// DescribeJob implements [provider.JobDriver] by DescribeJobs. The cloud refuses a job that it
// does not know.
func (d *driver) DescribeJob(ctx context.Context, region, jobID string) (done bool, failure, err error) {
	checker := provider.Checker{Driver: Name}
	checker.Require(jobID != "", "JobID", nil, "is required")
	if err := checker.Err(); err != nil {
		return false, nil, err
	}
	out := &jobsAnswer{}
	c := &call{action: actionJobs, zone: d.regionOf(region), in: &jobsInput{Jobs: list([]string{jobID})}}
	if err := d.call(ctx, c, out); err != nil {
		return false, nil, err
	}
	i := slices.IndexFunc(out.JobSet, func(j job) bool { return j.ID == jobID })
	if i < 0 {
		return false, nil, malformed(actionJobs, "the answer lacks the job")
	}
	switch j := &out.JobSet[i]; strings.ToLower(string(j.Status)) {
	case "successful":
		return true, nil, nil
	case "failed", "done with failure": // the second word is in the vendor's SDK only
		return true, d.jobFailure(j), nil
	}
	return false, nil, nil
}

// codeForm is a ret_code that stands alone: IDs of instances hold digits too.
var codeForm = regexp.MustCompile(`\b[1-9][0-9]{3}\b`)

// codeIn returns the first documented ret_code in a text, or else the first number that looks
// like one; 0 without one.
func codeIn(text string) int {
	found := codeForm.FindAllString(text, -1)
	i := slices.IndexFunc(found, func(code string) bool { _, known := errorTable.Lookup(code); return known })
	if len(found) == 0 {
		return 0
	}
	code, _ := strconv.Atoi(found[max(i, 0)])
	return code
}

// jobFailure returns why a create failed after it was accepted. Instances that it named may
// exist.
func (d *driver) jobFailure(j *job) *provider.APIError {
	e := &provider.APIError{Driver: Name, Op: actionRun, HTTPStatus: http.StatusOK}
	message := "job " + j.ID + " has ended as " + string(j.Status)
	if j.ErrorCodes != "" {
		message += " with error_codes " + string(j.ErrorCodes)
	}
	if code := codeIn(string(j.ErrorCodes)); code != 0 {
		d.classify(e, &qcerrors.QingCloudError{RetCode: code, Message: message})
	}
	e.Message, e.Outcome, e.Temporary = message, provider.OutcomeUnknown, false
	return e
}
