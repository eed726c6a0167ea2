package fifth

import "github.com/yunfan-cloud/yunfan/provider"

// params are the fields of the spec that Fifth Cloud can express, with their parameters. The
// suite changes each of them, and wants the request to change.
var params = map[string]string{
	"Region":                         "region",
	"Zone":                           "zone",
	"Count":                          "count",
	"ImageID":                        "image",
	"InstanceType":                   "type",
	"Name":                           "name",
	"HostName":                       "hostname",
	"Description":                    "description",
	"Login.Password":                 "password",
	"Login.KeyPairs":                 "keyPairs",
	"Network.SubnetID":               "subnet",
	"Network.SecurityGroupIDs":       "securityGroups",
	"Network.PublicIP":               "publicIP",
	"Network.PublicIP.BandwidthMbps": "publicIP.mbps",
	"SystemDisk.Type":                "rootDisk.type",
	"SystemDisk.SizeGiB":             "rootDisk.sizeGiB",
	"DataDisks[]":                    "dataDisks",
	"DataDisks[].Type":               "dataDisks.type",
	"DataDisks[].SizeGiB":            "dataDisks.sizeGiB",
	"Tags":                           "tags",
	"UserData":                       "userData",
	"DryRun":                         "dryRun",
	"ClientToken":                    "token",
}

// reasons say why Fifth Cloud has no such field, where there is more to say than that.
var reasons = map[string]string{
	"MinCount":     "Fifth Cloud creates all instances of a call or none",
	"UniqueSuffix": "Fifth Cloud gives every instance of a call the same name",
	"Billing.Mode": "Fifth Cloud bills on demand only",
}

// supportTable has one line for every leaf of the spec, in spec order. A field that Yunfan adds
// later is refused by name until somebody maps it here: it is never dropped.
func supportTable() []provider.Field {
	var table []provider.Field
	for _, path := range provider.Leaves() {
		reason := reasons[path]
		if reason == "" {
			reason = "Fifth Cloud has no such setting"
		}
		field := provider.Refused(path, reason)
		if param := params[path]; param != "" {
			field = provider.To(path, param)
		}
		table = append(table, field)
	}
	return table
}
