package cloudsim

import (
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/cvm"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/ecs"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/ens"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/qingcloud"
)

// Inventory is what a cloud offers and what the account has beside instances. The calls of the
// catalog answer from it: zones, types, images, stock, prices, key pairs, groups, networks.
//
// Without an inventory in [Options], the catalog answers from [DefaultInventory], and creates
// accept every ID of the right form. With one, creates accept only what it has: an unknown type,
// image, key pair, group or subnet is refused as the cloud refuses it, and so is a type that its
// zone does not sell or has no more of.
type Inventory = core.Inventory

// Parts of an [Inventory].
type (
	// InventoryZone is a zone. On ENS and QingCloud a zone is its own region.
	InventoryZone = core.Zone

	// InventoryType is an instance type. Arch is "x86_64" or "arm64". Numbers that a cloud does
	// not show, such as GPUs on QingCloud, are not shown.
	InventoryType = core.InstanceType

	// LocalDisk is the local disk of a type: Count disks of SizeGiB each.
	LocalDisk = core.LocalDisk

	// Offer is what a zone sells of a type, for one way to pay. Stock is how many instances it
	// can have at a time, or [Unlimited]. Low shows a low stock whatever its number. Reason is
	// why there is none. Hourly and Monthly are list prices of one instance, 0 for a type without
	// a price; Discount is what is to be paid of them (0.85 is 85 %; 0 means no discount). Steps
	// are later prices (CVM only). Surcharge is what an image of the market costs on top (ECS
	// only).
	Offer = core.Offer

	// PriceStep is the hourly list price from an hour on.
	PriceStep = core.PriceStep

	// InventoryImage is an image. Owner is "public", "own", "shared" or "market". OS is "linux"
	// or "windows". State is "" for a usable image, "creating" or "deprecated".
	InventoryImage = core.Image

	// InventoryKeyPair is a key pair.
	InventoryKeyPair = core.KeyPair

	// InventoryGroup is a security group.
	InventoryGroup = core.SecurityGroup

	// InventoryNetwork is a private network.
	InventoryNetwork = core.Network

	// InventorySubnet is a part of a network in one zone. Addresses is how many it has in all.
	InventorySubnet = core.Subnet

	// InventoryQuota is how many of something the account has, and may have. The name is the
	// cloud's own. Zone is "" for a quota of a whole region.
	InventoryQuota = core.AccountQuota
)

// Unlimited is the stock of an offer that never runs out.
const Unlimited = core.Unlimited

// DefaultInventory returns a new copy of the small inventory that a cloud has when [Options]
// give none. Its names are those of the vendor's documents; its prices are made up.
func DefaultInventory(c Cloud) *Inventory {
	standard := map[Cloud]func() *Inventory{
		ECS: ecs.Inventory, ENS: ens.Inventory, CVM: cvm.Inventory, QingCloud: qingcloud.Inventory,
	}
	return standard[c]()
}

// SetStock sets how many more instances of a type a zone can have, for every way to pay: 0 sells
// it out, [Unlimited] lets it never run out. Creates respect it if [Options] have an inventory
// for the cloud. It is an error if the inventory offers no such type in the zone.
func (s *Sim) SetStock(c Cloud, zone, instanceType string, left int) error {
	return s.cloud(c).SetStock(zone, instanceType, "", left)
}
