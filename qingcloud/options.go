package qingcloud

import "github.com/yunfan-cloud/yunfan/provider"

// RunOptions are the settings that only QingCloud has. Use it as a value or a
// pointer in provider.RunInstancesSpec.Vendor. Zero fields are not sent.
type RunOptions struct {
	// InstanceClass is the performance class: 0 performance, 1 ultra, 101
	// basic, 201 enterprise, and others the vendor adds.
	InstanceClass *int

	// Hypervisor is kvm or bm (bare metal, which needs an InstanceType).
	Hypervisor string

	// CipherAlg is the cipher of an encrypted system disk: aes256.
	CipherAlg string

	// NICMultiQueue turns several queues per network interface on or off.
	NICMultiQueue *bool

	// NeedNewSID generates a new SID. It only matters for Windows.
	NeedNewSID *bool

	// UserDataType is plain (the default), exec or tar. With tar, UserData is
	// the ID of an uploaded attachment instead of the data itself.
	UserDataType string

	// UserDataPath is the directory the user data is written to.
	UserDataPath string

	// UserDataFile is the file that UserDataType exec writes.
	UserDataFile string

	// TargetUser is the sub-account that the servers are made for. They are not on
	// the list of one's own servers, where Client.Sweep looks.
	TargetUser string

	// Params are further parameters by their documented wire names. One that
	// the spec already sets is an error. Values are treated as secrets.
	Params map[string]string
}

// VendorName returns the name of the driver the options are for.
func (RunOptions) VendorName() string { return Name }

// class returns the instance class for an error.
func (o *RunOptions) class() any {
	if o.InstanceClass == nil {
		return nil
	}
	return *o.InstanceClass
}

// runOptions returns the options addressed to this cloud, empty when there are
// none, and nil when they are of a type that is not ours.
func runOptions(spec *provider.RunInstancesSpec) *RunOptions {
	for _, v := range spec.Vendor {
		switch o := v.(type) {
		case RunOptions:
			return &o
		case *RunOptions:
			return o
		}
		if v.VendorName() == Name {
			return nil
		}
	}
	return &RunOptions{}
}
