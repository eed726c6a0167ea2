package qingcloud

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

const (
	// maxCount protects the simulator. There is no documented limit.
	maxCount = 10000

	// baseNet is the base network: security groups work in it, fixed addresses do not.
	baseNet = "vxnet-0"

	// selfNet is the prefix of IDs of self-managed networks (vxnet_type 0). QingCloud
	// never assigns an address in them. Real IDs do not show the type; this is a rule
	// of the simulator.
	selfNet = "vxnet-self"
)

// order is a RunInstances request that has passed its checks.
type order struct {
	image, name, hostname string
	count, class, osDisk  int
	size                  instanceSize
	charge                core.Charge
	networks              []network
	groups, keyPairs      []string
	volumes               []string
	placement             string // instance group
	params                map[string]string
}

// network is one vxnets.n.
type network struct{ id, ip string }

func (n network) managed() bool { return !strings.HasPrefix(n.id, selfNet) }

// readOrder reads every parameter of RunInstances.
func readOrder(a *args) order {
	a.required("image_id")
	o := order{
		image:     a.id("image_id"),
		name:      a.text("instance_name"),
		hostname:  readHostname(a),
		count:     a.between("count", 1, 1, maxCount),
		class:     a.integer("instance_class", 0, 0), // the documented list is incomplete
		size:      readSize(a),
		charge:    readCharge(a),
		volumes:   a.ids("volumes"),
		placement: a.id("instance_group"),
		params:    understood(a.params),
	}
	if len(o.volumes) > 0 && o.count != 1 {
		a.unknown("volumes.n", "needs a count of 1")
	}
	o.keyPairs = readLogin(a, isWindows(o.image))
	o.networks = readNetworks(a, o.count)
	o.groups = readGroups(a, o.networks)
	o.osDisk = readSystem(a, o.image)
	checkHardware(a, o.size)
	checkUserData(a)
	return o
}

// isWindows reports whether an image is a Windows image. The simulator decides it by
// the image's name.
func isWindows(image string) bool { return strings.HasPrefix(image, "win") }

// readHostname reads a host name. Its rules are not documented; these are the rules of
// RFC 1123. All instances of one call share it (unverified).
func readHostname(a *args) string {
	name := a.text("hostname")
	for label := range strings.SplitSeq(name, ".") {
		edges := strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-")
		isLabel := isID(label) && !strings.Contains(label, "_") && !edges && len(label) <= 63
		if name != "" && !isLabel {
			a.invalid("hostname", "must be letters, digits and hyphens, with dots between")
		}
	}
	return name
}

// readLogin checks the login and returns the key pair in that mode. It ignores the
// credential of the other mode (unverified).
func readLogin(a *args, windows bool) []string {
	a.required("login_mode")
	switch a.oneOf("login_mode", "keypair", "passwd") {
	case "keypair":
		if windows {
			a.unknown("login_mode", "must be passwd for Windows")
		}
		a.required("login_keypair")
		return []string{a.id("login_keypair")}
	case "passwd":
		a.required("login_passwd")
	}
	return nil
}

// readNetworks reads vxnets.n, "ID" or "ID|address".
func readNetworks(a *args, count int) []network {
	var out []network
	for i, v := range a.list("vxnets") {
		name := "vxnets." + strconv.Itoa(i+1)
		id, ip, fixed := strings.Cut(v, "|")
		n := network{id, ip}
		if !isID(id) {
			a.invalid(name, "must be the ID of a network, or ID|address")
		}
		addr, err := netip.ParseAddr(ip)
		isIPv4 := err == nil && addr.Is4()
		if fixed && !isIPv4 {
			a.invalid(name, "has a malformed address")
		}
		mayBeFixed := count == 1 && id != baseNet && n.managed()
		if fixed && !mayBeFixed {
			a.unknown(name, "can have an address only in a managed network of your own and with a count of 1")
		}
		out = append(out, n)
	}
	return out
}

// readGroups returns the security groups. It accepts a group without the base network
// (unverified).
func readGroups(a *args, networks []network) []string {
	if group := a.id("security_group"); group != "" {
		return []string{group}
	}
	for _, n := range networks {
		if n.id == baseNet {
			return []string{"sg-default"}
		}
	}
	return nil
}

// readCharge returns the billing mode of the order.
func readCharge(a *args) core.Charge {
	months := a.integer("months", 0, 1)
	a.integer("auto_renew", 0, 1)
	host, group := a.id("dedicated_host_id"), a.id("dedicated_host_group_id")
	switch {
	case months > 0:
		return core.Prepaid
	case host != "" || group != "":
		return core.Host
	default:
		return core.Postpaid
	}
}

// readSystem checks the parameters about the system disk and the account, and returns
// the size of that disk in GiB.
func readSystem(a *args, image string) int {
	least := leastDisk(image)
	a.oneOf("os_disk_encryption", "0", "1", "true", "false") // the form of true is unverified
	a.oneOf("cipher_alg", "aes256")
	a.flag("need_newsid")
	a.id("target_user")
	return a.between("os_disk_size", least, least, 100)
}

// leastDisk returns the smallest system disk for an image in GiB, which is also the
// default.
func leastDisk(image string) int {
	if isWindows(image) {
		return 50
	}
	return 20
}
