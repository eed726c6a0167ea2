package fifth

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/driverkit"
)

// ValidateRun implements [provider.RunValidator]: what the cloud's documents limit, found out
// before anything is sent. The client has checked what holds on every cloud.
func (d *driver) ValidateRun(spec *provider.RunInstancesSpec) error {
	c := provider.Checker{Driver: Name}
	c.Require(spec.ImageID != "", "ImageID", nil, "required")
	c.Require(spec.InstanceType != "", "InstanceType", nil, "required")
	c.Require(len(spec.UserData) <= 16<<10, "UserData", nil, "must be at most 16 KiB")
	for i := range spec.DataDisks {
		disk := c.Item("DataDisks", i)
		disk.Require(spec.DataDisks[i].SizeGiB > 0, "SizeGiB", nil, "required")
	}
	driverkit.RefuseOptions(&c, spec.Vendor, "Fifth Cloud has no options of its own")
	return c.Err()
}

// PreviewRun implements [provider.RunPreviewer].
func (d *driver) PreviewRun(spec *provider.RunInstancesSpec) (provider.Request, error) {
	call, _ := d.create(spec)
	return driverkit.Preview(Name, call, "password", "userData")
}

// RunInstances implements [provider.Driver]. Driverkit knows what an answer with fewer
// instances, or with instances beside an error, proves.
func (d *driver) RunInstances(
	ctx context.Context, spec *provider.RunInstancesSpec,
) (*provider.RunResult, error) {
	call, result := d.create(spec)
	return d.caller.Create(ctx, call, result)
}

// create returns the call of a create, and where its answer goes.
func (d *driver) create(spec *provider.RunInstancesSpec) (driverkit.Call, *provider.RunResult) {
	result := &provider.RunResult{}
	call := d.call(http.MethodPost, nil, translate(spec).body(), func(a *driverkit.Answer) error {
		var answer struct {
			RequestID   string
			InstanceIDs []string
		}
		err := decode(a, &answer)
		result.RequestID, result.InstanceIDs = answer.RequestID, answer.InstanceIDs
		if err != nil { // it ended early, or is damaged: instances that exist must not be lost
			result.InstanceIDs = a.IDs("instanceIds")
		}
		return err
	})
	call.Spec = spec // so that no error shows its password and its user data
	return call, result
}

// DescribeInstances implements [provider.Driver].
func (d *driver) DescribeInstances(
	ctx context.Context, req *provider.DescribeRequest,
) (*provider.DescribePage, error) {
	c := provider.Checker{Driver: Name}
	if err := c.CheckIDs(req.IDs, 0, perCall); err != nil {
		return nil, err
	}
	offset, err := driverkit.Offset(Name, req.PageToken)
	if err != nil {
		return nil, err
	}
	var answer list
	call := d.call(http.MethodGet, query(req, offset), nil, func(a *driverkit.Answer) error {
		return decode(a, &answer)
	})
	call.Effect = driverkit.Reads
	if err := d.caller.Do(ctx, call); err != nil {
		return nil, err
	}
	return pageOf(req, offset, &answer), nil
}

// query returns the parameters of a describe: the IDs, or all other conditions.
func query(req *provider.DescribeRequest, offset int) url.Values {
	q := url.Values{"region": {req.Region}, "limit": {strconv.Itoa(perCall)}}
	if len(req.IDs) > 0 {
		q.Set("ids", strings.Join(req.IDs, ","))
		return q
	}
	q.Set("offset", strconv.Itoa(offset))
	if req.Name != "" {
		q.Set("name", req.Name)
	}
	for key, value := range req.Tags {
		q.Add("tag", key+"="+value)
	}
	return q
}

// pageOf returns a page. A page that contradicts itself is Short: the client then believes
// nothing about the instances that it lacks.
func pageOf(req *provider.DescribeRequest, offset int, answer *list) *provider.DescribePage {
	page := &provider.DescribePage{RequestID: answer.RequestID}
	says := driverkit.Page{Asked: req.IDs, Total: answer.Total}
	for i := range answer.Instances {
		says.Shown = append(says.Shown, answer.Instances[i].ID)
		found := answer.Instances[i].instance()
		if found.ID == "" {
			page.Short = true
		} else if req.Matches(&found) {
			page.Instances = append(page.Instances, found)
		}
	}
	page.Short = page.Short || answer.Instances == nil || says.Contradicts()
	if len(req.IDs) == 0 {
		next, short := says.NextOffset(offset, perCall)
		page.NextPage, page.Short = next, page.Short || short
	}
	return page
}

// TerminateInstances implements [provider.Driver].
func (d *driver) TerminateInstances(ctx context.Context, req *provider.TerminateRequest) error {
	c := provider.Checker{Driver: Name}
	if err := c.CheckIDs(req.IDs, 1, perCall); err != nil {
		return err
	}
	q := url.Values{"region": {req.Region}, "ids": {strings.Join(req.IDs, ",")}}
	call := d.call(http.MethodDelete, q, nil, func(a *driverkit.Answer) error {
		return decode(a, &struct{}{})
	})
	call.Effect = driverkit.Changes
	return d.caller.Do(ctx, call)
}
