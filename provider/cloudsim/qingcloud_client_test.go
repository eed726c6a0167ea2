package cloudsim

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
)

// qingClient is a client of QingCloud written from its documents. Change a field
// to make it misbehave.
type qingClient struct {
	T      *testing.T
	rt     http.RoundTripper
	key    string
	secret string
	method string
	sha1   bool
	path   string // of the request
	signs  string // path it signs for
	zone   string
	stamp  func() time.Time
}

// stNewQingCloud returns a client of QingCloud in pek3a.
func stNewQingCloud(t *testing.T, rt http.RoundTripper) *qingClient {
	t.Helper()
	return &qingClient{
		T: t, rt: rt, key: DefaultAccessKeyID, secret: DefaultAccessKeySecret, zone: "pek3a",
		method: http.MethodGet, path: "/iaas/", signs: "/iaas/", stamp: time.Now,
	}
}

// qingAnswer is any answer of QingCloud.
type qingAnswer struct {
	Action    string         `json:"action"`
	RetCode   *int           `json:"ret_code"`
	Message   string         `json:"message"`
	Instances []string       `json:"instances"`
	JobID     string         `json:"job_id"`
	Total     int            `json:"total_count"`
	Set       []qingMachine  `json:"instance_set"`
	Jobs      []qingJobShown `json:"job_set"`
	Zones     []struct {
		ID string `json:"zone_id"`
	} `json:"zone_set"`
	Groups   []string         `json:"instance_groups"`
	GroupSet []qingGroupShown `json:"instance_group_set"`

	httpStatus  int
	contentType string
	raw         string
}

func (a qingAnswer) code() int {
	if a.RetCode == nil {
		return -1
	}
	return *a.RetCode
}

type qingMachine struct {
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

type qingJobShown struct {
	ID          string `json:"job_id"`
	Action      string `json:"job_action"`
	Status      string `json:"status"`
	ResourceIDs string `json:"resource_ids"`
}

// qingEncode is the documented encoding, byte by byte.
func qingEncode(s string) string {
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

// sign returns the signed query or form for an action with "name=value" pairs.
func (c *qingClient) sign(action string, pairs ...string) string {
	p := map[string]string{
		"action": action, "access_key_id": c.key, "signature_version": "1", "signature_method": "HmacSHA256",
		"time_stamp": c.stamp().UTC().Format("2006-01-02T15:04:05Z"),
	}
	newHash := sha256.New
	if c.sha1 {
		p["signature_method"], newHash = "HmacSHA1", sha1.New
	}
	if c.zone != "" {
		p["zone"] = c.zone
	}
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		p[name] = value
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(p)) {
		if p[name] != "-" { // a pair "name=-" takes a parameter away
			parts = append(parts, qingEncode(name)+"="+qingEncode(p[name]))
		}
	}
	text := strings.Join(parts, "&")
	mac := hmac.New(newHash, []byte(c.secret))
	mac.Write([]byte(c.method + "\n" + c.signs + "\n" + text))
	return text + "&signature=" + qingEncode(base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

// send sends an encoded query or form as it is.
func (c *qingClient) send(text string) qingAnswer {
	c.T.Helper()
	var body io.Reader
	target := "https://api.qingcloud.com" + c.path
	if c.method == http.MethodPost {
		body = strings.NewReader(text)
	} else {
		target += "?" + text
	}
	req, err := http.NewRequestWithContext(c.T.Context(), c.method, target, body)
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
	a := qingAnswer{httpStatus: resp.StatusCode, contentType: resp.Header.Get("Content-Type"), raw: string(raw)}
	if a.contentType == "application/json" {
		if err := json.Unmarshal(raw, &a); err != nil {
			c.T.Fatalf("answer can not be read: %v: %s", err, raw)
		}
	}
	return a
}

// call sends a signed action.
func (c *qingClient) call(action string, pairs ...string) qingAnswer {
	c.T.Helper()
	return c.send(c.sign(action, pairs...))
}

// must is call for an action that has to succeed.
func (c *qingClient) must(action string, pairs ...string) qingAnswer {
	c.T.Helper()
	a := c.call(action, pairs...)
	if a.code() != 0 || a.httpStatus != http.StatusOK || a.Action != action+"Response" {
		c.T.Fatalf("%s is answered %d %s, want success", action, a.httpStatus, a.raw)
	}
	return a
}

// run creates machines from the smallest order, changed by pairs.
func (c *qingClient) run(pairs ...string) []string {
	c.T.Helper()
	return c.must("RunInstances", qingSmallest(pairs...)...).Instances
}

func qingSmallest(pairs ...string) []string {
	return append([]string{"image_id=centos63x64", "instance_type=c1m1", "login_mode=passwd", "login_passwd=Secret-Word-1"}, pairs...)
}

// show describes one machine that has to be there.
func (c *qingClient) show(id string, pairs ...string) qingMachine {
	c.T.Helper()
	a := c.must("DescribeInstances", append([]string{"instances.1=" + id}, pairs...)...)
	if len(a.Set) != 1 || a.Set[0].ID != id {
		c.T.Fatalf("%s is not listed: %s", id, a.raw)
	}
	return a.Set[0]
}

type qingGroupShown struct {
	ID          string `json:"instance_group_id"`
	Name        string `json:"instance_group_name"`
	Description string `json:"description"`
	Relation    string `json:"relation"`
	Instances   *[]struct {
		ID    string `json:"instance_id"`
		Group string `json:"instance_group_id"`
	} `json:"instances"`
}
