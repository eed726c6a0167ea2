package maintain

import (
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Change is a change of attributes of instances. Fields that are nil or empty stay as they are.
type Change struct {
	Name        string  // the display name; each instance gets the same
	Description *string // an empty text removes it

	// DeletionProtection keeps instances from being released until it is taken away.
	DeletionProtection *bool

	// ReleaseAt releases instances at a time, at least 30 minutes ahead on ECS. The zero time
	// cancels it.
	ReleaseAt *time.Time

	// SecurityGroupIDs replace all security groups.
	SecurityGroupIDs []string

	// Password is the new password of the administrator. It takes effect at the next start on
	// ECS and ENS, which the caller makes ([provider.Client.RebootInstances]). CVM takes it of
	// stopped instances only, as ENS does. No error, record or span shows it.
	Password provider.Secret
}

// parts returns one change for each field that is set: clouds take one at a time.
func (c *Change) parts() (list []Change) {
	if c.Name != "" {
		list = append(list, Change{Name: c.Name})
	}
	if c.Description != nil {
		list = append(list, Change{Description: c.Description})
	}
	if c.DeletionProtection != nil {
		list = append(list, Change{DeletionProtection: c.DeletionProtection})
	}
	if c.ReleaseAt != nil {
		list = append(list, Change{ReleaseAt: c.ReleaseAt})
	}
	if len(c.SecurityGroupIDs) > 0 {
		list = append(list, Change{SecurityGroupIDs: c.SecurityGroupIDs})
	}
	if c.Password != "" {
		list = append(list, Change{Password: c.Password})
	}
	return list
}

// field returns the name of the one field that is set.
func (c *Change) field() string {
	switch {
	case c.Name != "":
		return "Name"
	case c.Description != nil:
		return "Description"
	case c.DeletionProtection != nil:
		return "DeletionProtection"
	case c.ReleaseAt != nil:
		return "ReleaseAt"
	case len(c.SecurityGroupIDs) > 0:
		return "SecurityGroupIDs"
	default:
		return "Password"
	}
}

// check records what is wrong with a change on every cloud.
func (c *Change) check(k *provider.Checker, instances int) {
	k.Require(len(c.parts()) > 0, "Change", nil, "says nothing to change")
	k.Text("Change.Name", c.Name)
	if c.Description != nil {
		k.Text("Change.Description", *c.Description)
	}
	k.NoneEmpty("Change.SecurityGroupIDs", c.SecurityGroupIDs)
	if c.ReleaseAt != nil && !c.ReleaseAt.IsZero() {
		k.Require(c.ReleaseAt.After(time.Now()), "Change.ReleaseAt", c.ReleaseAt.UTC().Format(time.RFC3339), "must be in the future")
	}
	k.Require(instances > 0, "ids", nil, "required: which instances are to change")
}
