package simtest

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// QingCloud is a client of QingCloud written from its documents. Change a field
// to make it misbehave.
type QingCloud struct {
	T      *testing.T
	rt     http.RoundTripper
	Key    string
	Secret string
	Method string
	Sha1   bool
	Path   string // path of the request
	Signs  string // path it signs for
	Zone   string
	Stamp  func() time.Time
}

// NewQingCloud returns a client of QingCloud in pek3a.
func NewQingCloud(t *testing.T, rt http.RoundTripper) *QingCloud {
	t.Helper()
	return &QingCloud{
		T: t, rt: rt, Key: core.DefaultAccessKeyID, Secret: core.DefaultAccessKeySecret, Zone: "pek3a",
		Method: http.MethodGet, Path: "/iaas/", Signs: "/iaas/", Stamp: time.Now,
	}
}

// QingCloudAnswer is any answer of QingCloud.
type QingCloudAnswer struct {
	Action    string              `json:"action"`
	RetCode   *int                `json:"ret_code"`
	Message   string              `json:"message"`
	Instances []string            `json:"instances"`
	JobID     string              `json:"job_id"`
	Total     int                 `json:"total_count"`
	Set       []QingCloudInstance `json:"instance_set"`
	Jobs      []QingCloudJob      `json:"job_set"`
	Zones     []struct {
		ID string `json:"zone_id"`
	} `json:"zone_set"`
	Groups   []string         `json:"instance_groups"`
	GroupSet []QingCloudGroup `json:"instance_group_set"`

	HttpStatus  int
	ContentType string
	Raw         string
}

// Code returns ret_code, -1 without one.
func (a QingCloudAnswer) Code() int {
	if a.RetCode == nil {
		return -1
	}
	return *a.RetCode
}

// QingCloudInstance is a row of DescribeInstances.
type QingCloudInstance struct {
	ID            string          `json:"instance_id"`
	Name          string          `json:"instance_name"`
	Description   string          `json:"description"`
	Type          string          `json:"instance_type"`
	Class         int             `json:"instance_class"`
	VCPUs         int             `json:"vcpus_current"`
	Memory        int             `json:"memory_current"`
	Status        string          `json:"status"`
	Transition    string          `json:"transition_status"`
	CreateTime    time.Time       `json:"create_time"`
	StatusTime    time.Time       `json:"status_time"`
	ZoneID        string          `json:"zone_id"`
	EIP           json.RawMessage `json:"eip"`
	KeyPairIDs    []string        `json:"keypair_ids"`
	VolumeIDs     []string        `json:"volume_ids"`
	Volumes       []any           `json:"volumes"`
	SecurityGroup struct {
		ID string `json:"security_group_id"`
	} `json:"security_group"`
	Image struct {
		ID       string `json:"image_id"`
		Platform string `json:"platform"`
	} `json:"image"`
	VxNets []struct {
		ID        string `json:"vxnet_id"`
		Type      int    `json:"vxnet_type"`
		PrivateIP string `json:"private_ip"`
		NICID     string `json:"nic_id"`
	} `json:"vxnets"`
}

// QingCloudJob is a row of DescribeJobs.
type QingCloudJob struct {
	ID          string `json:"job_id"`
	Action      string `json:"job_action"`
	Status      string `json:"status"`
	ResourceIDs string `json:"resource_ids"`
	ErrorCodes  string `json:"error_codes"`
}

// qingcloudEncode is the documented encoding, byte by byte.
func qingcloudEncode(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-_.~", c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// Sign returns the signed query or form for an action with "name=value" pairs.
func (c *QingCloud) Sign(action string, pairs ...string) string {
	p := map[string]string{
		"action": action, "access_key_id": c.Key, "signature_version": "1", "signature_method": "HmacSHA256",
		"time_stamp": c.Stamp().UTC().Format("2006-01-02T15:04:05Z"),
	}
	newHash := sha256.New
	if c.Sha1 {
		p["signature_method"], newHash = "HmacSHA1", sha1.New
	}
	if c.Zone != "" {
		p["zone"] = c.Zone
	}
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		p[name] = value
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(p)) {
		if p[name] != "-" { // a pair "name=-" removes a parameter
			parts = append(parts, qingcloudEncode(name)+"="+qingcloudEncode(p[name]))
		}
	}
	text := strings.Join(parts, "&")
	mac := hmac.New(newHash, []byte(c.Secret))
	mac.Write([]byte(c.Method + "\n" + c.Signs + "\n" + text))
	return text + "&signature=" + qingcloudEncode(base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

// Send sends an encoded query or form unchanged.
func (c *QingCloud) Send(text string) QingCloudAnswer {
	c.T.Helper()
	var body io.Reader
	target := "https://api.qingcloud.com" + c.Path
	if c.Method == http.MethodPost {
		body = strings.NewReader(text)
	} else {
		target += "?" + text
	}
	req, err := http.NewRequestWithContext(c.T.Context(), c.Method, target, body)
	if err != nil {
		c.T.Fatal(err)
	}
	resp, err := c.rt.RoundTrip(req)
	if err != nil {
		c.T.Fatalf("no answer: %v", err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		c.T.Fatal(err)
	}
	a := QingCloudAnswer{HttpStatus: resp.StatusCode, ContentType: resp.Header.Get("Content-Type"), Raw: string(raw)}
	if a.ContentType == "application/json" {
		if err := json.Unmarshal(raw, &a); err != nil {
			c.T.Fatalf("answer can not be read: %v: %s", err, raw)
		}
	}
	return a
}

// Call sends a signed action.
func (c *QingCloud) Call(action string, pairs ...string) QingCloudAnswer {
	c.T.Helper()
	return c.Send(c.Sign(action, pairs...))
}

// Must is Call for an action that must succeed.
func (c *QingCloud) Must(action string, pairs ...string) QingCloudAnswer {
	c.T.Helper()
	a := c.Call(action, pairs...)
	if a.Code() != 0 || a.HttpStatus != http.StatusOK || a.Action != action+"Response" {
		c.T.Fatalf("%s is answered %d %s, want success", action, a.HttpStatus, a.Raw)
	}
	return a
}

// Run creates instances from the smallest order, changed by pairs.
func (c *QingCloud) Run(pairs ...string) []string {
	c.T.Helper()
	return c.Must("RunInstances", QingCloudCreate(pairs...)...).Instances
}

// QingCloudCreate is the smallest RunInstances, changed by pairs.
func QingCloudCreate(pairs ...string) []string {
	return append([]string{
		"image_id=centos63x64", "instance_type=c1m1", "login_mode=passwd",
		"login_passwd=Secret-Word-1",
	}, pairs...)
}

// Show describes one instance that must exist.
func (c *QingCloud) Show(id string, pairs ...string) QingCloudInstance {
	c.T.Helper()
	a := c.Must("DescribeInstances", append([]string{"instances.1=" + id}, pairs...)...)
	if len(a.Set) != 1 || a.Set[0].ID != id {
		c.T.Fatalf("%s is not listed: %s", id, a.Raw)
	}
	return a.Set[0]
}

// QingCloudGroup is a row of DescribeInstanceGroups.
type QingCloudGroup struct {
	ID          string `json:"instance_group_id"`
	Name        string `json:"instance_group_name"`
	Description string `json:"description"`
	Relation    string `json:"relation"`
	Instances   *[]struct {
		ID    string `json:"instance_id"`
		Group string `json:"instance_group_id"`
	} `json:"instances"`
}
