package maintain

import (
	"context"
	"errors"
	"slices"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
)

// GroupChanger is implemented by drivers of clouds that replace no list of security groups, but change
// one group of an instance a call. Such a driver is never asked by [Modifier].ModifyInstances to change
// groups.
type GroupChanger interface {
	// JoinSecurityGroup adds a group to those of an instance.
	JoinSecurityGroup(ctx context.Context, region, id, group string) error
	// LeaveSecurityGroup takes a group away from those of an instance.
	LeaveSecurityGroup(ctx context.Context, region, id, group string) error
}

// regroup replaces the groups of instances, one group a call: an instance joins before it leaves, so that
// it is never without a group. A failure of one instance does not stop the others.
func (m *Instances) regroup(ctx context.Context, d GroupChanger, region string, ids, groups []string) error {
	var all []error
	for _, id := range sorted.Distinct(ids) {
		all = append(all, m.regroupOne(ctx, d, region, id, groups))
	}
	return errors.Join(all...)
}

func (m *Instances) regroupOne(ctx context.Context, d GroupChanger, region, id string, groups []string) error {
	now, err := m.look(ctx, region, id)
	if err != nil {
		return err
	}
	change := func(list, except []string, what string, call func(ctx context.Context, region, id, group string) error) error {
		for _, group := range list {
			if slices.Contains(except, group) {
				continue
			}
			err := m.each(ctx, apiModify, region, []string{id}, what+" of security group "+group, 1,
				func(ctx context.Context, ids []string) error { return call(ctx, region, ids[0], group) })
			if err != nil {
				return err
			}
		}
		return nil
	}
	if err := change(groups, now.SecurityGroupIDs, "join", d.JoinSecurityGroup); err != nil {
		return err
	}
	return change(now.SecurityGroupIDs, groups, "leave", d.LeaveSecurityGroup)
}
