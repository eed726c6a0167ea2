package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/yunfan-cloud/yunfan/provider"
)

// zoned reports whether the cloud has zones inside of its regions. QingCloud and ENS have one level
// of location only, and QingCloud's types name it as their zone.
func (p *choosing) zoned() bool { return p.k.c.Support().Field("Zone").Param != "" }

// readSubnet finds the zone of the spec's subnet, so that no candidate is in another one: the cloud
// refuses such a create, and no alternative is tried after a refusal.
func (p *choosing) readSubnet(ctx context.Context) error {
	if p.w.Spec == nil {
		return nil
	}
	id := p.w.Spec.Network.SubnetID
	decided := len(p.w.Subnets) > 0 || len(p.w.Zones) == 1 || p.w.Spec.Zone != ""
	if id == "" || decided || !p.zoned() {
		return nil
	}
	q := NetworkQuery{Region: p.w.Region, VPCID: p.w.Spec.Network.VPCID}
	for s, err := range p.k.Subnets(ctx, q) {
		switch {
		case errors.Is(err, errors.ErrUnsupported):
			return nil
		case err != nil:
			return err
		case s.ID == id && s.Zone != "":
			p.w.Subnets = map[string]string{s.Zone: id}
			return p.w.check()
		}
	}
	p.note("the cloud lists no subnet " + id + ": candidates may be in zones that it is not in")
	return nil
}

// readImage finds the architecture of the spec's image, where the want names none.
func (p *choosing) readImage(ctx context.Context) error {
	if p.w.Spec == nil {
		return nil
	}
	id, arch := p.w.Spec.ImageID, p.w.Arch
	if id == "" || arch != "" || !p.mixed() {
		return nil
	}
	for i, err := range p.k.Images(ctx, ImageQuery{Region: p.w.Region, IDs: []string{id}, Unusable: true}) {
		switch {
		case errors.Is(err, errors.ErrUnsupported), errors.Is(err, provider.ErrNotFound):
			return nil
		case err != nil:
			return err
		default:
			p.image = i.Arch
		}
	}
	if p.image == "" {
		p.note("the architecture of the image " + id + " is not known: candidates may not start it")
	}
	return nil
}

// mixed reports whether there are types of several architectures.
func (p *choosing) mixed() bool {
	var first Arch
	return slices.ContainsFunc(p.types, func(t InstanceType) bool {
		if first == "" {
			first = t.Arch
		}
		return t.Arch != "" && t.Arch != first
	})
}

// otherImage returns why a type does not start the image of the spec; "" if it may.
func (p *choosing) otherImage(t *InstanceType) string {
	arch := p.image
	if arch == X86x32 {
		arch = X86 // every x86 type starts it
	}
	if arch == "" || t.Arch == "" || t.Arch == arch {
		return ""
	}
	return fmt.Sprintf("is of architecture %s, and the image of %s", t.Arch, p.image)
}

func (p *choosing) note(text string) { p.out.Notes = append(p.out.Notes, text) }
