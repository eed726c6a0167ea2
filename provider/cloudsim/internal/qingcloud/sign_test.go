package qingcloud_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// advance moves fake time forward to a time.
func advance(t *testing.T, stamp string) {
	t.Helper()
	at, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Until(at))
}

// The published vector and others made by the same rule.
func TestPublishedVectors(t *testing.T) {
	const query = "access_key_id=QYACCESSKEYIDEXAMPLE&action=RunInstances&count=1&image_id=centos64x86a&instance_name=demo" +
		"&instance_type=small_b&login_mode=passwd&login_passwd=QingCloud20130712&signature_method=HASH&signature_version=1" +
		"&time_stamp=2013-08-27T14%3A30%3A10Z&version=1&vxnets.1=vxnet-0&zone=ZONE"
	tests := []struct{ name, method, hash, zone, signature string }{
		{"published", "GET", "HmacSHA256", "pek3a", "byjccvWIvAftaq+oublemagH3bYAlDWxxLFAzAsyslw="},
		{"older documents", "GET", "HmacSHA256", "pek1", "32bseYy39DOlatuewpeuW5vpmW51sD1A/JdGynqSpP8="},
		{"derived, SHA1", "GET", "HmacSHA1", "pek3a", "J6HXH2ms54sgN+hVb2Hli8M9IQM="},
		{"derived, POST", "POST", "HmacSHA256", "pek3a", "VOy3hWMVHrA65zM7bSWnZ3RQHkApWoyadnzuDrtKq9c="},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				advance(t, "2013-08-27T14:30:10Z")
				c := newClient(t, &cloudsim.Options{
					AccessKeyID:     "QYACCESSKEYIDEXAMPLE",
					AccessKeySecret: "SECRETACCESSKEY",
				})
				c.Method = tt.method
				text := strings.NewReplacer("HASH", tt.hash, "ZONE", tt.zone).Replace(query)
				if a := c.Send(text + "&signature=" + url.QueryEscape(tt.signature)); a.Code() != 0 ||
					len(a.Instances) != 1 {
					t.Errorf("the vector is refused: %s", a.Raw)
				}
				// A signature put into the URL without encoding its plus signs.
				if a := c.Send(text + "&signature=" + tt.signature); a.Code() != 0 {
					t.Errorf("the vector with a bare signature is refused: %s", a.Raw)
				}
				flipped := "A" + tt.signature[1:]
				if a := c.Send(text + "&signature=" + url.QueryEscape(flipped)); a.Code() != 1200 {
					t.Errorf("a wrong signature is answered %s, want 1200", a.Raw)
				}
			})
		})
	}
}

// Requests from clients in other languages.
func TestCapturedRequests(t *testing.T) {
	const head = "access_key_id=testid&action=RunInstances&count=3&image_id=centos63x64&instance_name="
	const byHand = "bars%20%E6%B5%8B%E8%AF%95%20mwruzi8ilgv3%20%28%2B%2F~%2A%27%29&instance_type=small_a&login_mode=passwd&login_passwd=QingCloud20130712"
	tests := []struct{ name, query, stamp, wantName string }{
		{
			"by hand, SHA256", head + byHand +
				"&signature_method=HmacSHA256&signature_version=1&time_stamp=2026-11-22T13%3A14%3A36Z&version=1" +
				"&vxnets.1=vxnet-0&zone=pek3a&signature=7eEM5qwPZKRhhM6r9uKJfiwZQ9BHqG5ITZcZd4ExSsI%3D",
			"2026-11-22T13:14:36Z", "bars 测试 mwruzi8ilgv3 (+/~*')",
		},
		{
			"by hand, SHA1", head + byHand + "&signature_method=HmacSHA1&signature_version=1&time_stamp=2026-11-22T13%3A14%3A38Z&version=1" +
				"&vxnets.1=vxnet-0&zone=pek3a&signature=vA5lCzKSYI3M6GDUWLN%2F3yuvFjY%3D",
			"2026-11-22T13:14:38Z", "bars 测试 mwruzi8ilgv3 (+/~*')",
		},
		{
			"official Python SDK", head + "bars%20sdk%20%E6%B5%8B%E8%AF%95%20~%2B%2F&instance_type=small_a&login_mode=passwd&login_passwd=QingCloud20130712" +
				"&need_newsid=0&need_userdata=0&nic_mqueue=0&req_id=8a9fe729520d40efb83031107dd87439&signature_method=HmacSHA256&signature_version=1" +
				"&time_stamp=2026-11-22T13%3A14%3A39Z&version=1&vxnets.1=vxnet-0&zone=pek3a&signature=mA1VKHLA2wKDcIc3ZeDVyq58vCGtkqEux%2BFGu1tno%2FI%3D",
			"2026-11-22T13:14:39Z", "bars sdk 测试 ~+/",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				advance(t, tt.stamp)
				c := newClient(t, nil)
				if a := c.Send(tt.query); a.Code() != 0 || len(a.Instances) != 3 {
					t.Fatalf("the captured request is refused: %s", a.Raw)
				}
				if got := c.sim.Instances()[0].Name; got != tt.wantName {
					t.Errorf("the instance is called %q, want %q", got, tt.wantName)
				}
				if a := c.Send(strings.Replace(tt.query, "count=3", "count=4", 1)); a.Code() != 1200 {
					t.Errorf("a changed parameter is answered %s, want 1200", a.Raw)
				}
			})
		})
	}
}

func TestAcceptsEveryWayToSign(t *testing.T) {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		for _, sha1 := range []bool{false, true} {
			for _, paths := range [][2]string{
				{"/iaas/", "/iaas/"},
				{"/iaas", "/iaas"},
				{"/", "/"},
				{"/", "/iaas/"},
				{"/", "/iaas"},
			} {
				c := newClient(t, nil)
				c.Method, c.Sha1, c.Path, c.Signs = method, sha1, paths[0], paths[1]
				if a := c.Call("DescribeInstances", "search_word=a b+c/测~"); a.Code() != 0 {
					t.Errorf("%s, SHA1 %v, sent to %s, signed for %s: %s", method, sha1, c.Path, c.Signs, a.Raw)
				}
			}
		}
	}
}

func TestSignatureCoversPathAndMethod(t *testing.T) {
	c := newClient(t, nil)
	c.Path, c.Signs = "/iaas", "/iaas/"
	if a := c.Call("DescribeInstances"); a.Code() != 1200 {
		t.Errorf("sent to /iaas but signed for /iaas/: %s, want 1200", a.Raw)
	}
	c.Path = "/iaas/"
	query := c.Sign("DescribeInstances")
	c.Method = http.MethodPost
	if a := c.Send(query); a.Code() != 1200 {
		t.Errorf("posted but signed as GET: %s, want 1200", a.Raw)
	}
}

// The official Python SDK posts forms in any order, with plus signs for blanks.
func TestAcceptsUnsortedForms(t *testing.T) {
	c := newClient(t, nil)
	c.Method = http.MethodPost
	parts := strings.Split(c.Sign("RunInstances", simtest.QingCloudCreate("instance_name=two words", "req_id=1",
		"need_newsid=0", "empty=")...), "&")
	for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
		parts[i], parts[j] = parts[j], parts[i]
	}
	if a := c.Send(strings.ReplaceAll(strings.Join(parts, "&"), "%20", "+")); a.Code() != 0 {
		t.Fatalf("an unsorted form is refused: %s", a.Raw)
	}
	if got := c.sim.Instances()[0].Name; got != "two words" {
		t.Errorf("the instance is called %q, want two words", got)
	}
}

func TestUnknownParametersAreSigned(t *testing.T) {
	c := newClient(t, nil)
	query := c.Sign("DescribeInstances", "is_cluster_node=0", "expires=2030-01-01T00:00:00Z")
	if a := c.Send(query); a.Code() != 0 {
		t.Errorf("unknown parameters are refused: %s", a.Raw)
	}
	if a := c.Send(strings.Replace(query, "is_cluster_node=0", "is_cluster_node=1", 1)); a.Code() != 1200 {
		t.Errorf("a changed unknown parameter is answered %s, want 1200", a.Raw)
	}
}

func TestWrongKey(t *testing.T) {
	c := newClient(t, nil)
	c.Key = "somebody"
	if a := c.Call("DescribeInstances"); a.Code() != 1200 {
		t.Errorf("unknown key: %s, want 1200", a.Raw)
	}
	c.Key, c.Secret = cloudsim.DefaultAccessKeyID, "guess"
	if a := c.Call("DescribeInstances"); a.Code() != 1200 {
		t.Errorf("wrong secret: %s, want 1200", a.Raw)
	}
	if n := c.sim.Calls(cloudsim.QingCloud, ""); n != 0 {
		t.Errorf("%d forged calls are counted", n)
	}
}

func TestTimeStampWindow(t *testing.T) {
	tests := []struct {
		off  time.Duration
		want int
	}{{0, 0}, {-60 * time.Second, 0}, {-61 * time.Second, 1300}, {60 * time.Second, 0}, {8 * time.Hour, 1300}}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			c := newClient(t, nil)
			c.Stamp = func() time.Time { return time.Now().Add(tt.off) }
			if a := c.Call("DescribeInstances"); a.Code() != tt.want {
				t.Errorf("a stamp off by %v is answered %s, want %d", tt.off, a.Raw, tt.want)
			}
		})
	}
}

func TestRequestCanBeSentAgainWithinTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		query := c.Sign("RunInstances", simtest.QingCloudCreate()...)
		for i, want := range []int{0, 0, 1300} {
			if a := c.Send(query); a.Code() != want {
				t.Errorf("sent for the %d. time: %s, want %d", i+1, a.Raw, want)
			}
			time.Sleep(31 * time.Second)
		}
		if n := len(c.sim.Instances()); n != 2 {
			t.Errorf("%d instances exist, want 2: there is no nonce", n)
		}
	})
}

func TestMissingCommonParameter(t *testing.T) {
	for _, name := range []string{"action", "access_key_id", "time_stamp", "signature_method", "signature_version"} {
		a := newClient(t, nil).Call("DescribeInstances", name+"=-")
		if a.Code() != 1100 || !strings.Contains(a.Message, name) {
			t.Errorf("without %s: %s, want 1100 that names it", name, a.Raw)
		}
	}
	c := newClient(t, nil)
	query, _, _ := strings.Cut(c.Sign("DescribeInstances"), "&signature=")
	if a := c.Send(query); a.Code() != 1100 {
		t.Errorf("without a signature: %s, want 1100", a.Raw)
	}
	if a := c.Send(""); a.Code() != 1100 {
		t.Errorf("without anything: %s, want 1100", a.Raw)
	}
}

func TestMalformedCommonParameter(t *testing.T) {
	for pair, want := range map[string]int{
		"signature_method=HmacMD5": 1101, "signature_version=2": 1101, "time_stamp=2026-11-22 13:14:36": 1100,
	} {
		if a := newClient(t, nil).Call("DescribeInstances", pair); a.Code() != want {
			t.Errorf("%s: %s, want %d", pair, a.Raw, want)
		}
	}
	c := newClient(t, nil)
	for _, query := range []string{"action=%zz", "action=A&action=B", "action=A;zone=b"} {
		if a := c.Send(query); a.Code() != 1100 {
			t.Errorf("%s: %s, want 1100", query, a.Raw)
		}
	}
	c.Method = http.MethodPut
	if a := c.Call("DescribeInstances"); a.Code() != 1100 {
		t.Errorf("PUT: %s, want 1100", a.Raw)
	}
	c.Method = http.MethodGet
	if a := c.Send(strings.Replace(c.Sign("DescribeInstances"), "&signature=", "&signature=!", 1)); a.Code() != 1200 {
		t.Errorf("a signature that is not base64: %s, want 1200", a.Raw)
	}
}

func TestSecurityToken(t *testing.T) {
	c := newClient(t, &cloudsim.Options{SecurityToken: "tok-1"})
	for pair, want := range map[string]int{"token=tok-1": 0, "token=tok-2": 1200, "token=-": 1200} {
		if a := c.Call("DescribeInstances", pair); a.Code() != want {
			t.Errorf("%s: %s, want %d", pair, a.Raw, want)
		}
	}
}
