package house_test

import (
	"os"
	"strings"
	"testing"
)

// The two adapters of one company have the same sources of credentials, in the same words. They must
// not import each other, so the file stands twice; see DESIGN.md.
func TestBothAdaptersOfAlibabaHaveTheSameSources(t *testing.T) {
	text := map[string]string{}
	for _, name := range []string{"aliyun", "ens"} {
		file, err := os.ReadFile("../../" + name + "/credentials.go")
		if err != nil {
			t.Fatal(err)
		}
		text[name] = strings.TrimPrefix(string(file), "package "+name+"\n")
	}
	if text["aliyun"] != text["ens"] {
		t.Error("aliyun/credentials.go and ens/credentials.go differ in more than the package")
	}
}
