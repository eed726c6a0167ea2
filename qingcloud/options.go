package qingcloud

import (
	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/provider"
)

// RunOptions are settings that only QingCloud has. Put one, or a pointer to one, into
// [provider.RunInstancesSpec.Vendor]. A zero field lets the cloud decide.
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

	// UserDataPath is the directory that the user data is written to.
	UserDataPath string

	// UserDataFile is the file that UserDataType exec writes.
	UserDataFile string

	// TargetUser is the sub-account that the instances are made for. They are not in
	// the list of the account's own instances, where Client.Sweep looks.
	TargetUser string

	// Params are raw parameters by their documented wire names, for what has no field
	// here. One that the spec already sets is an error. Values are treated as secrets.
	Params map[string]string
}

// VendorName returns "qingcloud".
func (RunOptions) VendorName() string { return Name }

// optionsOf returns the spec's options for this cloud. It returns zero options when there
// are none.
func optionsOf(spec *provider.RunInstancesSpec) RunOptions {
	return adapter.OptionsOf[RunOptions](spec.Vendor)
}
