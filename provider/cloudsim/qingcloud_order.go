package cloudsim

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

const (
	// qingMaxCount protects the simulator. A documented limit does not exist.
	qingMaxCount = 10000

	// qingBaseNet is the base network: security groups work here, fixed
	// addresses do not.
	qingBaseNet = "vxnet-0"

	// qingSelfNet begins the IDs of self-managed networks (vxnet_type 0), to
	// which QingCloud never assigns an address. Real IDs do not tell; this is a
	// rule of the simulator.
	qingSelfNet = "vxnet-self"
)

// qingOrder is a checked RunInstances.
type qingOrder struct {
	image, name, hostname string
	count, class, osDisk  int
	size                  qingSize
	charge                core.Charge
	networks              []qingNetwork
	groups, keyPairs      []string
	volumes               []string
	placement             string // instance group
	params                map[string]string
}

// qingNetwork is one vxnets.n.
type qingNetwork struct{ id, ip string }

func (n qingNetwork) managed() bool { return !strings.HasPrefix(n.id, qingSelfNet) }

// qingReadOrder reads every parameter of RunInstances.
func qingReadOrder(a *qingArgs) qingOrder {
	a.required("image_id")
	o := qingOrder{
		image:     a.id("image_id"),
		name:      a.text("instance_name"),
		hostname:  qingReadHostname(a),
		count:     a.between("count", 1, 1, qingMaxCount),
		class:     a.integer("instance_class", 0, 0), // a list exists, but more than it are sold
		size:      qingReadSize(a),
		charge:    qingReadCharge(a),
		volumes:   a.ids("volumes"),
		placement: a.id("instance_group"),
		params:    qingUnderstood(a.params),
	}
	if len(o.volumes) > 0 && o.count != 1 {
		a.unknown("volumes.n", "needs a count of 1")
	}
	o.keyPairs = qingReadLogin(a, qingWindows(o.image))
	o.networks = qingReadNetworks(a, o.count)
	o.groups = qingReadGroups(a, o.networks)
	o.osDisk = qingReadSystem(a, o.image)
	qingCheckHardware(a, o.size)
	qingCheckUserData(a)
	return o
}

// qingWindows tells whether an image is a Windows. Only QingCloud knows, so the
// simulator goes by the names of the images it is told of.
func qingWindows(image string) bool { return strings.HasPrefix(image, "win") }

// qingReadHostname reads a host name. Its rules are not documented: these are
// those of the Internet (RFC 1123), which no system can do without. Machines of
// one call share it like everything else (unverified).
func qingReadHostname(a *qingArgs) string {
	name := a.text("hostname")
	for label := range strings.SplitSeq(name, ".") {
		edges := strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-")
		if name != "" && (!qingID(label) || strings.Contains(label, "_") || edges || len(label) > 63) {
			a.invalid("hostname", "must be letters, digits and hyphens, with dots between")
		}
	}
	return name
}

// qingReadLogin checks the login and returns the key pair, if that is the mode.
// The credential of the other mode is ignored (unverified).
func qingReadLogin(a *qingArgs, windows bool) []string {
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

// qingReadNetworks reads vxnets.n, "ID" or "ID|address".
func qingReadNetworks(a *qingArgs, count int) []qingNetwork {
	var out []qingNetwork
	for i, v := range a.list("vxnets") {
		name := "vxnets." + strconv.Itoa(i+1)
		id, ip, fixed := strings.Cut(v, "|")
		n := qingNetwork{id, ip}
		if !qingID(id) {
			a.invalid(name, "must be the ID of a network, or ID|address")
		}
		if addr, err := netip.ParseAddr(ip); fixed && (err != nil || !addr.Is4()) {
			a.invalid(name, "has a malformed address")
		}
		if fixed && (count != 1 || id == qingBaseNet || !n.managed()) {
			a.unknown(name, "can have an address only in a managed network of your own and with a count of 1")
		}
		out = append(out, n)
	}
	return out
}

// qingReadGroups returns the security groups. One that is named without the
// base network is let pass and taken (unverified).
func qingReadGroups(a *qingArgs, networks []qingNetwork) []string {
	if group := a.id("security_group"); group != "" {
		return []string{group}
	}
	for _, n := range networks {
		if n.id == qingBaseNet {
			return []string{"sg-default"}
		}
	}
	return nil
}

// qingReadCharge tells how the order is paid for.
func qingReadCharge(a *qingArgs) core.Charge {
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

// qingReadSystem checks what concerns the system disk and the account, and
// returns the size of that disk in GiB.
func qingReadSystem(a *qingArgs, image string) int {
	least := qingLeastDisk(image)
	a.oneOf("os_disk_encryption", "0", "1", "true", "false") // how true is written is unverified
	a.oneOf("cipher_alg", "aes256")
	a.flag("need_newsid")
	a.id("target_user")
	return a.between("os_disk_size", least, least, 100)
}

// qingLeastDisk is the size of a system disk that an image needs, in GiB, and
// gets where the create does not say more.
func qingLeastDisk(image string) int {
	if qingWindows(image) {
		return 50
	}
	return 20
}
