package api

import (
	"slices"

	"k8s.io/apimachinery/pkg/runtime"
)

// DeepCopyObject implements [runtime.Object].
func (f *Fleet) DeepCopyObject() runtime.Object { return f.DeepCopy() }

// DeepCopy returns a copy that shares nothing.
func (f *Fleet) DeepCopy() *Fleet {
	out := *f
	f.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	f.Spec.Template.DeepCopyInto(&out.Spec.Template)
	out.Status = *f.Status.DeepCopy()
	return &out
}

// DeepCopyObject implements [runtime.Object].
func (l *FleetList) DeepCopyObject() runtime.Object {
	out := *l
	l.ListMeta.DeepCopyInto(&out.ListMeta)
	out.Items = slices.Clone(l.Items)
	for i := range out.Items {
		out.Items[i] = *l.Items[i].DeepCopy()
	}
	return &out
}

// DeepCopy returns a copy that shares nothing.
func (s *FleetStatus) DeepCopy() *FleetStatus {
	out := *s
	if s.Applied != nil {
		out.Applied = s.Applied.DeepCopy()
	}
	out.RetryAt = s.RetryAt.DeepCopy()
	out.Instances = slices.Clone(s.Instances)
	out.Operations = slices.Clone(s.Operations)
	for i := range out.Operations {
		o := &out.Operations[i]
		o.Leaving = slices.Clone(o.Leaving)
		for n := range o.Leaving {
			o.Leaving[n].MissingSince = o.Leaving[n].MissingSince.DeepCopy()
		}
	}
	out.Conditions = slices.Clone(s.Conditions)
	return &out
}

// DeepCopy returns a copy that shares nothing.
func (a *Applied) DeepCopy() *Applied {
	out := &Applied{Account: a.Account}
	a.Template.DeepCopyInto(&out.Template)
	return out
}
