package nearest_test

import (
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/nearest"
)

func TestOf(t *testing.T) {
	clouds := []string{"aliyun", "ens", "tencent", "qingcloud"}
	fields := []string{"accessKeyId", "id", "max", "min", "name", "region", "zoneId", "zoneName"}
	for _, c := range []struct {
		word, want string
		names      []string
	}{
		{"aws", "", clouds}, // two of three letters of ens are others
		{"azure", "", clouds},
		{"gcp", "", clouds},
		{"enz", "ens", clouds},
		{"esn", "ens", clouds},
		{"en", "", clouds},
		{"es", "", clouds},
		{"alyun", "aliyun", clouds},
		{"ALIYUN", "aliyun", clouds},
		{"aly", "", clouds},
		{"ali", "aliyun", clouds},
		{"tencnt", "tencent", clouds},
		{"tncnt", "", clouds},
		{"Qing Cloud", "qingcloud", clouds},
		{"qnigclod", "qingcloud", clouds},
		{"access_key_id", "accessKeyId", fields},
		{"acessKyId", "accessKeyId", fields},
		{"zone", "", fields}, // two names begin with it
		{"zoneI", "zoneId", fields},
		{"x", "", fields},
		{"di", "", fields},
		{"ID", "id", fields},
		{"mxx", "max", fields},
		{"", "", fields},
		{strings.Repeat("a", 65), "", []string{strings.Repeat("a", 66)}},
	} {
		if got := nearest.Of(c.word, c.names); got != c.want {
			t.Errorf("nearest to %q of %v: %q, want %q", c.word, c.names, got, c.want)
		}
	}
}
