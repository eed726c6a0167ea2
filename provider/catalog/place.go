package catalog

import (
	"net/netip"
	"time"
)

// Region is a region of a cloud.
type Region struct {
	ID       string // for [provider.RunInstancesSpec].Region
	Name     string // as the cloud shows it to people; "" where it has none
	RawState string // the cloud's own word; "" where it says nothing

	// SoldOut reports that the cloud says that nothing can be bought there now. False also
	// means that it does not say.
	SoldOut bool
}

// Zone is a zone of a region.
type Zone struct {
	ID       string // for [provider.RunInstancesSpec].Zone
	Region   string
	Name     string // as the cloud shows it to people; "" where it has none
	RawState string // the cloud's own word; "" where it says nothing

	// Closed reports that the cloud says that the zone takes no new instances. False also means
	// that it does not say.
	Closed bool
}

// KeyPair is an SSH key pair.
type KeyPair struct {
	ID          string // "" where only names count
	Name        string
	Fingerprint string    // "" where the cloud does not return it
	CreatedAt   time.Time // zero where the cloud does not return it
	Tags        map[string]string

	// Spec is what [provider.Login].KeyPairs takes: the ID or the name, as the cloud needs it.
	Spec string
}

func (p *KeyPair) key() string { return p.ID + "\x00" + p.Name }

// NetworkQuery selects networks, subnets and security groups. The zero value selects all of the
// client's region. Every field that is set narrows the selection. A field that a kind of item
// does not have, such as the zone of a network, is ignored for that kind.
type NetworkQuery struct {
	Region string
	Zone   string // of subnets
	VPCID  string // of subnets and security groups
	Name   string // the exact name
	Tags   map[string]string
}

// MatchesNetwork reports whether a network fits the query.
func (q *NetworkQuery) MatchesNetwork(n *Network) bool {
	return fits(q.VPCID, n.ID) && fits(q.Name, n.Name) && tagged(q.Tags, n.Tags)
}

// MatchesSubnet reports whether a subnet fits the query.
func (q *NetworkQuery) MatchesSubnet(s *Subnet) bool {
	place := fits(q.Zone, s.Zone) && fits(q.VPCID, s.VPCID)
	return place && fits(q.Name, s.Name) && tagged(q.Tags, s.Tags)
}

// MatchesGroup reports whether a security group fits the query. A group without a VPC, as on
// CVM, belongs to every VPC of the account.
func (q *NetworkQuery) MatchesGroup(g *SecurityGroup) bool {
	inVPC := g.VPCID == "" || fits(q.VPCID, g.VPCID)
	return inVPC && fits(q.Name, g.Name) && tagged(q.Tags, g.Tags)
}

// fits reports whether a value fits a wanted one; "" wants nothing.
func fits(want, have string) bool { return want == "" || want == have }

// tagged reports whether all wanted tags are there, with their values.
func tagged(want, have map[string]string) bool {
	for k, v := range want {
		if got, ok := have[k]; !ok || got != v {
			return false
		}
	}
	return true
}

// Network is a private network: a VPC, or a router on QingCloud.
type Network struct {
	ID        string // for [provider.Network].VPCID
	Name      string
	CIDR      netip.Prefix // zero where the cloud does not return it
	Default   bool
	RawState  string
	CreatedAt time.Time
	Tags      map[string]string // nil where the cloud does not return them
}

// Subnet is a part of a network in one zone: a vSwitch, or a vxnet on QingCloud.
type Subnet struct {
	ID        string // for [provider.Network].SubnetID
	Name      string
	VPCID     string // "" when it belongs to no network
	Zone      string
	CIDR      netip.Prefix // zero where the cloud does not return it
	Default   bool
	RawState  string
	CreatedAt time.Time
	Tags      map[string]string // nil where the cloud does not return them

	// FreeAddresses is how many more addresses it has. It means something only when
	// AddressesKnown is true.
	FreeAddresses  int
	AddressesKnown bool
}

// SecurityGroup is a security group.
type SecurityGroup struct {
	ID          string // for [provider.Network].SecurityGroupIDs
	Name        string
	Description string
	VPCID       string // "" where groups belong to the account (CVM, ENS, QingCloud)
	Default     bool
	CreatedAt   time.Time
	Tags        map[string]string // nil where the cloud does not return them
}

// Quota is how much more an account may create of something.
type Quota struct {
	// Name is the cloud's own name, such as "max-postpaid-instance-vcpu-count",
	// "PostPaidQuotaSet" or "instance".
	Name string

	// Unit is what is counted.
	Unit QuotaUnit
	Zone string // "" where it holds for the whole region

	Left  int // how many more
	Total int // how many in all; means something only when TotalKnown is true

	TotalKnown bool
}

func (q *Quota) key() string { return q.Name + "\x00" + q.Zone }

// QuotaUnit is what a quota counts.
type QuotaUnit string

// Units. Another unit is the cloud's own word.
const (
	QuotaInstances QuotaUnit = "instances"
	QuotaCPUs      QuotaUnit = "vCPUs"
	QuotaMemoryMiB QuotaUnit = "MiB"
	QuotaGiB       QuotaUnit = "GiB"
	QuotaItems     QuotaUnit = "items"
)
