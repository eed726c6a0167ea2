package seeds

// Setting says how the neutral API sets one parameter of a document: by a Field
// or, if nothing but raw parameters reaches it, why not (Gap).
//
// A path is that of a leaf of the spec ("DataDisks[].SizeGiB", of which the
// first element is meant; "Tags[key]") or a field of the adapter's RunOptions
// ("RunOptions.IoOptimized"). On and With are assignments, "path=value" with
// semicolons between; an empty value clears the field.
type Setting struct {
	Action string // of the ECS reference; "" in lists of one call
	Param  string
	As     string // the parameter's name on the wire, where it is another one by now

	Field string
	Value string // what Field becomes; "" is the document's example
	Wire  string // what the cloud gets; "" is the same as Value
	On    string // what must be set already for the field to have a meaning
	With  string // what changes together with the field
	Tied  string // further parameters that the cloud's rules change with it, commas between
	False string // what to set besides, so that a false of the field, the document's example, is sent in so many words
	Why   string // why the document's example is not what is sent
	Gap   string
}

// Reasons why an example of a document cannot be sent as it stands.
const (
	masked  = "the example is masked and no address"
	isFalse = "the example is the cloud's default, which is sent as absence unless RunOptions.SendFalse is set"
	encoded = "the document shows the data; the cloud gets it in Base64"
)

// IsFalse is the reason of a setting whose example is false.
const IsFalse = isFalse

// inWords makes the adapters of Alibaba Cloud send false instead of nothing.
const inWords = "RunOptions.SendFalse=true"

// Circumstances that several parameters need.
const (
	prepaid  = "Billing.Mode=prepaid; Billing.Period=2"
	spot     = "Billing.Mode=spot"
	publicIP = "Network.PublicIP.BandwidthMbps=7"
	dataDisk = "DataDisks[].SizeGiB=30"
)

// Settings returns how each parameter of a driver's documents is set, but for
// those of the protocol. The order is that of the documents.
func Settings(driver string) []Setting {
	switch driver {
	case "aliyun":
		return ecs()
	case "ens":
		return ens()
	case "tencent":
		return cvm()
	case "qingcloud":
		return qingcloud()
	}
	return nil
}
