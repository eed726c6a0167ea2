package cloudsim

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// advance moves fake time to a moment, which must be ahead.
func advance(t *testing.T, stamp string) {
	t.Helper()
	at, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Until(at))
}

// The published vector and those derived from it by the same rule.
func TestQingCloudPublishedVectors(t *testing.T) {
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
				c := newQingTestClient(t, &Options{AccessKeyID: "QYACCESSKEYIDEXAMPLE", AccessKeySecret: "SECRETACCESSKEY"})
				c.method = tt.method
				text := strings.NewReplacer("HASH", tt.hash, "ZONE", tt.zone).Replace(query)
				if a := c.send(text + "&signature=" + url.QueryEscape(tt.signature)); a.code() != 0 || len(a.Instances) != 1 {
					t.Errorf("the vector is refused: %s", a.raw)
				}
				// A signature put into the URL without encoding its plus signs.
				if a := c.send(text + "&signature=" + tt.signature); a.code() != 0 {
					t.Errorf("the vector with a bare signature is refused: %s", a.raw)
				}
				flipped := "A" + tt.signature[1:]
				if a := c.send(text + "&signature=" + url.QueryEscape(flipped)); a.code() != 1200 {
					t.Errorf("a wrong signature is answered %s, want 1200", a.raw)
				}
			})
		})
	}
}

// Requests as clients in other languages sent them.
func TestQingCloudCapturedRequests(t *testing.T) {
	const head = "access_key_id=testid&action=RunInstances&count=3&image_id=centos63x64&instance_name="
	const byHand = "bars%20%E6%B5%8B%E8%AF%95%20mwruzi8ilgv3%20%28%2B%2F~%2A%27%29&instance_type=small_a&login_mode=passwd&login_passwd=QingCloud20130712"
	tests := []struct{ name, query, stamp, wantName string }{
		{
			"by hand, SHA256", head + byHand + "&signature_method=HmacSHA256&signature_version=1&time_stamp=2026-11-22T13%3A14%3A36Z&version=1" +
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
				c := newQingTestClient(t, nil)
				if a := c.send(tt.query); a.code() != 0 || len(a.Instances) != 3 {
					t.Fatalf("the captured request is refused: %s", a.raw)
				}
				if got := c.sim.Instances()[0].Name; got != tt.wantName {
					t.Errorf("the machine is called %q, want %q", got, tt.wantName)
				}
				if a := c.send(strings.Replace(tt.query, "count=3", "count=4", 1)); a.code() != 1200 {
					t.Errorf("a changed parameter is answered %s, want 1200", a.raw)
				}
			})
		})
	}
}

func TestQingCloudAcceptsEveryWayToSign(t *testing.T) {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		for _, sha1 := range []bool{false, true} {
			for _, paths := range [][2]string{{"/iaas/", "/iaas/"}, {"/iaas", "/iaas"}, {"/", "/"}, {"/", "/iaas/"}, {"/", "/iaas"}} {
				c := newQingTestClient(t, nil)
				c.method, c.sha1, c.path, c.signs = method, sha1, paths[0], paths[1]
				if a := c.call("DescribeInstances", "search_word=a b+c/测~"); a.code() != 0 {
					t.Errorf("%s, SHA1 %v, sent to %s, signed for %s: %s", method, sha1, c.path, c.signs, a.raw)
				}
			}
		}
	}
}

func TestQingCloudSignatureCoversPathAndMethod(t *testing.T) {
	c := newQingTestClient(t, nil)
	c.path, c.signs = "/iaas", "/iaas/"
	if a := c.call("DescribeInstances"); a.code() != 1200 {
		t.Errorf("sent to /iaas but signed for /iaas/: %s, want 1200", a.raw)
	}
	c.path = "/iaas/"
	query := c.sign("DescribeInstances")
	c.method = http.MethodPost
	if a := c.send(query); a.code() != 1200 {
		t.Errorf("posted but signed as GET: %s, want 1200", a.raw)
	}
}

// The official Python SDK posts forms in any order, with plus signs for blanks.
func TestQingCloudAcceptsUnsortedForms(t *testing.T) {
	c := newQingTestClient(t, nil)
	c.method = http.MethodPost
	parts := strings.Split(c.sign("RunInstances", qingSmallest("instance_name=two words", "req_id=1", "need_newsid=0", "empty=")...), "&")
	for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
		parts[i], parts[j] = parts[j], parts[i]
	}
	if a := c.send(strings.ReplaceAll(strings.Join(parts, "&"), "%20", "+")); a.code() != 0 {
		t.Fatalf("an unsorted form is refused: %s", a.raw)
	}
	if got := c.sim.Instances()[0].Name; got != "two words" {
		t.Errorf("the machine is called %q, want two words", got)
	}
}

func TestQingCloudUnknownParametersAreSigned(t *testing.T) {
	c := newQingTestClient(t, nil)
	query := c.sign("DescribeInstances", "is_cluster_node=0", "expires=2030-01-01T00:00:00Z")
	if a := c.send(query); a.code() != 0 {
		t.Errorf("unknown parameters are refused: %s", a.raw)
	}
	if a := c.send(strings.Replace(query, "is_cluster_node=0", "is_cluster_node=1", 1)); a.code() != 1200 {
		t.Errorf("a changed unknown parameter is answered %s, want 1200", a.raw)
	}
}

func TestQingCloudWrongKey(t *testing.T) {
	c := newQingTestClient(t, nil)
	c.key = "somebody"
	if a := c.call("DescribeInstances"); a.code() != 1200 {
		t.Errorf("unknown key: %s, want 1200", a.raw)
	}
	c.key, c.secret = DefaultAccessKeyID, "guess"
	if a := c.call("DescribeInstances"); a.code() != 1200 {
		t.Errorf("wrong secret: %s, want 1200", a.raw)
	}
	if n := c.sim.Calls(QingCloud, ""); n != 0 {
		t.Errorf("%d forged calls are counted", n)
	}
}

func TestQingCloudTimeStampWindow(t *testing.T) {
	tests := []struct {
		off  time.Duration
		want int
	}{{0, 0}, {-60 * time.Second, 0}, {-61 * time.Second, 1300}, {60 * time.Second, 0}, {8 * time.Hour, 1300}}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			c := newQingTestClient(t, nil)
			c.stamp = func() time.Time { return time.Now().Add(tt.off) }
			if a := c.call("DescribeInstances"); a.code() != tt.want {
				t.Errorf("a stamp off by %v is answered %s, want %d", tt.off, a.raw, tt.want)
			}
		})
	}
}

func TestQingCloudRequestCanBeSentAgainWithinTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newQingTestClient(t, nil)
		query := c.sign("RunInstances", qingSmallest()...)
		for i, want := range []int{0, 0, 1300} {
			if a := c.send(query); a.code() != want {
				t.Errorf("sent for the %d. time: %s, want %d", i+1, a.raw, want)
			}
			time.Sleep(31 * time.Second)
		}
		if n := len(c.sim.Instances()); n != 2 {
			t.Errorf("%d machines exist, want 2: there is no nonce", n)
		}
	})
}

func TestQingCloudMissingCommonParameter(t *testing.T) {
	for _, name := range []string{"action", "access_key_id", "time_stamp", "signature_method", "signature_version"} {
		a := newQingTestClient(t, nil).call("DescribeInstances", name+"=-")
		if a.code() != 1100 || !strings.Contains(a.Message, name) {
			t.Errorf("without %s: %s, want 1100 that names it", name, a.raw)
		}
	}
	c := newQingTestClient(t, nil)
	query, _, _ := strings.Cut(c.sign("DescribeInstances"), "&signature=")
	if a := c.send(query); a.code() != 1100 {
		t.Errorf("without a signature: %s, want 1100", a.raw)
	}
	if a := c.send(""); a.code() != 1100 {
		t.Errorf("without anything: %s, want 1100", a.raw)
	}
}

func TestQingCloudMalformedCommonParameter(t *testing.T) {
	for pair, want := range map[string]int{
		"signature_method=HmacMD5": 1101, "signature_version=2": 1101, "time_stamp=2026-11-22 13:14:36": 1100,
	} {
		if a := newQingTestClient(t, nil).call("DescribeInstances", pair); a.code() != want {
			t.Errorf("%s: %s, want %d", pair, a.raw, want)
		}
	}
	c := newQingTestClient(t, nil)
	for _, query := range []string{"action=%zz", "action=A&action=B", "action=A;zone=b"} {
		if a := c.send(query); a.code() != 1100 {
			t.Errorf("%s: %s, want 1100", query, a.raw)
		}
	}
	c.method = http.MethodPut
	if a := c.call("DescribeInstances"); a.code() != 1100 {
		t.Errorf("PUT: %s, want 1100", a.raw)
	}
	c.method = http.MethodGet
	if a := c.send(strings.Replace(c.sign("DescribeInstances"), "&signature=", "&signature=!", 1)); a.code() != 1200 {
		t.Errorf("a signature that is not base64: %s, want 1200", a.raw)
	}
}

func TestQingCloudSecurityToken(t *testing.T) {
	c := newQingTestClient(t, &Options{SecurityToken: "tok-1"})
	for pair, want := range map[string]int{"token=tok-1": 0, "token=tok-2": 1200, "token=-": 1200} {
		if a := c.call("DescribeInstances", pair); a.code() != want {
			t.Errorf("%s: %s, want %d", pair, a.raw, want)
		}
	}
}
