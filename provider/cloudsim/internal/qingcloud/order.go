package qingcloud

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

const (
	// maxCount protects the simulator. A documented limit does not exist.
	maxCount = 10000

	// baseNet is the base network: security groups work here, fixed
	// addresses do not.
	baseNet = "vxnet-0"

	// selfNet begins the IDs of self-managed networks (vxnet_type 0), to
	// which QingCloud never assigns an address. Real IDs do not tell; this is a
	// rule of the simulator.
	selfNet = "vxnet-self"
)

// order is a checked RunInstances.
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
		class:     a.integer("instance_class", 0, 0), // a list exists, but more than it are sold
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

// isWindows reports whether an image is a Windows. Only QingCloud knows, so the
// simulator goes by the names of the images it is told of.
func isWindows(image string) bool { return strings.HasPrefix(image, "win") }

// readHostname reads a host name. Its rules are not documented: these are
// those of the Internet (RFC 1123), which no system can do without. Instances of
// one call share it like everything else (unverified).
func readHostname(a *args) string {
	name := a.text("hostname")
	for label := range strings.SplitSeq(name, ".") {
		edges := strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-")
		if name != "" && (!isID(label) || strings.Contains(label, "_") || edges || len(label) > 63) {
			a.invalid("hostname", "must be letters, digits and hyphens, with dots between")
		}
	}
	return name
}

// readLogin checks the login and returns the key pair, if that is the mode.
// The credential of the other mode is ignored (unverified).
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
		if addr, err := netip.ParseAddr(ip); fixed && (err != nil || !addr.Is4()) {
			a.invalid(name, "has a malformed address")
		}
		if fixed && (count != 1 || id == baseNet || !n.managed()) {
			a.unknown(name, "can have an address only in a managed network of your own and with a count of 1")
		}
		out = append(out, n)
	}
	return out
}

// readGroups returns the security groups. One that is named without the
// base network is let pass and taken (unverified).
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

// readCharge returns how the order is paid for.
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

// readSystem checks what concerns the system disk and the account, and
// returns the size of that disk in GiB.
func readSystem(a *args, image string) int {
	least := leastDisk(image)
	a.oneOf("os_disk_encryption", "0", "1", "true", "false") // how true is written is unverified
	a.oneOf("cipher_alg", "aes256")
	a.flag("need_newsid")
	a.id("target_user")
	return a.between("os_disk_size", least, least, 100)
}

// leastDisk is the size of a system disk that an image needs, in GiB, and
// gets where the create does not say more.
func leastDisk(image string) int {
	if isWindows(image) {
		return 50
	}
	return 20
}
