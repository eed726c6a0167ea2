package qingcloud

import (
	"encoding/base64"
	"net/netip"
	"strconv"

	"github.com/yunfan-cloud/yunfan/provider"
)

func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func number(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

// onOff is 1 or 0: the SDK drops booleans silently.
func onOff(b *bool) *int {
	if b == nil {
		return nil
	}
	n := 0
	if *b {
		n = 1
	}
	return &n
}

func pointers(list []string) []*string {
	out := make([]*string, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out
}

// topology joins the three numbers in their documented order; the documentation
// does not name the separator.
func topology(o *provider.CPUOptions) *string {
	if o.Sockets == 0 {
		return nil
	}
	return text(strconv.Itoa(o.Sockets) + "," + strconv.Itoa(o.Cores) + "," + strconv.Itoa(o.ThreadsPerCore))
}

// vxnet is a network, with the server's address in it if that is fixed.
func vxnet(id string, ip netip.Addr) *string {
	if ip.IsValid() {
		id += "|" + ip.String()
	}
	return &id
}

func months(n int, unit provider.PeriodUnit) int {
	if unit == provider.Year {
		return 12 * n
	}
	return n
}

func userDataType(o *RunOptions) string {
	if o.UserDataType == "" {
		return "plain"
	}
	return o.UserDataType
}

// userDataValue encodes the data. A tar is uploaded beforehand, and its value
// is the ID of the attachment.
func userDataValue(data provider.UserData, o *RunOptions) string {
	if o.UserDataType == "tar" {
		return string(data)
	}
	return base64.StdEncoding.EncodeToString(data)
}
