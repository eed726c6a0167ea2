package qingcloud

import (
	"encoding/base64"
	"net/netip"
	"strconv"

	"github.com/yunfan-cloud/yunfan/provider"
)

// text is nil for "", which lets the cloud decide.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// number is nil for 0, which lets the cloud decide.
func number(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

// boolean is 1 or 0: the SDK drops booleans without a word.
func boolean(on bool) *int {
	if on {
		return new(1)
	}
	return new(0)
}

// yes is nil for false, the cloud's default.
func yes(on bool) *int {
	if !on {
		return nil
	}
	return boolean(true)
}

// choice is nil for nil, which lets the cloud decide.
func choice(on *bool) *int {
	if on == nil {
		return nil
	}
	return boolean(*on)
}

// list is nil for an empty list.
func list(values []string) []*string {
	var out []*string
	for i := range values {
		out = append(out, &values[i])
	}
	return out
}

// first is "" for an empty list.
func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// topology joins the three numbers in their documented order. The separator is unverified:
// the documents do not name it.
func topology(o *provider.CPUOptions) *string {
	if o.Sockets == 0 {
		return nil
	}
	return text(strconv.Itoa(o.Sockets) + "," + strconv.Itoa(o.Cores) + "," + strconv.Itoa(o.ThreadsPerCore))
}

// vxnet is a network, with the address of the instance in it if that is fixed.
func vxnet(id string, ip netip.Addr) *string {
	if ip.IsValid() {
		id += "|" + ip.String()
	}
	return &id
}

// months is a period in the only unit that QingCloud has.
func months(n int, unit provider.PeriodUnit) int {
	if unit == provider.Year {
		return 12 * n
	}
	return n
}

// userDataValue encodes user data. A tar is uploaded beforehand, and its value is the ID of
// the attachment.
func userDataValue(data provider.UserData, kind string) string {
	if kind == "tar" {
		return string(data)
	}
	return base64.StdEncoding.EncodeToString(data)
}
