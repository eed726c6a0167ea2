package fifth

import (
	"encoding/json"

	"github.com/yunfan-cloud/yunfan/provider"
)

// createRequest is the body of a create.
type createRequest struct {
	Region         string            `json:"region"`
	Zone           string            `json:"zone,omitempty"`
	Count          int               `json:"count"`
	Image          string            `json:"image"`
	Type           string            `json:"type"`
	Name           string            `json:"name,omitempty"`
	HostName       string            `json:"hostname,omitempty"`
	Description    string            `json:"description,omitempty"`
	Password       string            `json:"password,omitempty"`
	KeyPairs       []string          `json:"keyPairs,omitempty"`
	Subnet         string            `json:"subnet,omitempty"`
	SecurityGroups []string          `json:"securityGroups,omitempty"`
	PublicIP       *publicIP         `json:"publicIP,omitempty"`
	RootDisk       *disk             `json:"rootDisk,omitempty"`
	DataDisks      []disk            `json:"dataDisks,omitempty"`
	Tags           map[string]string `json:"tags,omitempty"`
	UserData       []byte            `json:"userData,omitempty"` // JSON has bytes in base64, as the cloud wants them
	DryRun         bool              `json:"dryRun,omitempty"`
	Token          string            `json:"token,omitempty"`
}

type publicIP struct {
	Mbps int `json:"mbps"` // 0 lets the cloud decide
}

type disk struct {
	Type    string `json:"type,omitempty"`
	SizeGiB int    `json:"sizeGiB,omitempty"`
}

// translate is plain Go, one line for each field, without I/O.
func translate(spec *provider.RunInstancesSpec) *createRequest {
	r := &createRequest{
		Region:         spec.Region,
		Zone:           spec.Zone,
		Count:          max(spec.Count, 1),
		Image:          spec.ImageID,
		Type:           spec.InstanceType,
		Name:           spec.Name,
		HostName:       spec.HostName,
		Description:    spec.Description,
		Password:       spec.Login.Password.Reveal(),
		KeyPairs:       spec.Login.KeyPairs,
		Subnet:         spec.Network.SubnetID,
		SecurityGroups: spec.Network.SecurityGroupIDs,
		Tags:           spec.Tags,
		UserData:       spec.UserData,
		DryRun:         spec.DryRun,
		Token:          spec.ClientToken,
	}
	if ip := spec.Network.PublicIP; ip != nil {
		r.PublicIP = &publicIP{Mbps: ip.BandwidthMbps}
	}
	if d := spec.SystemDisk; d.Type != "" || d.SizeGiB != 0 {
		r.RootDisk = &disk{Type: d.Type, SizeGiB: d.SizeGiB}
	}
	for i := range spec.DataDisks {
		d := &spec.DataDisks[i]
		r.DataDisks = append(r.DataDisks, disk{Type: d.Type, SizeGiB: d.SizeGiB})
	}
	return r
}

// body is the request as JSON. Texts, numbers and lists of them always have one.
func (r *createRequest) body() []byte {
	text, err := json.Marshal(r)
	if err != nil {
		panic("fifth: a create is no JSON: " + err.Error())
	}
	return text
}
