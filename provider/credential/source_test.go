package credential_test

import (
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

// A key that was read from a file often brings the end of its line along. The cloud would only say
// that the signature does not match.
func TestAKeyWithABlankAtItsEndIsNotComplete(t *testing.T) {
	for want, keys := range map[string]provider.Credentials{
		"the access key ID has a blank": {AccessKeyID: "id ", AccessKeySecret: "planted"},
		"the secret has a line break":   {AccessKeyID: "id", AccessKeySecret: "planted\n"},
		"the security token holds":      {AccessKeyID: "id", AccessKeySecret: "planted", SecurityToken: "plan\x00ted"},
	} {
		err := credential.Complete(keys)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
		if err != nil && strings.Contains(err.Error(), "planted") {
			t.Errorf("the error holds a secret: %v", err)
		}
	}
	if err := credential.Complete(provider.Credentials{AccessKeyID: "id", AccessKeySecret: "planted"}); err != nil {
		t.Errorf("a complete pair: got %v, want nil", err)
	}
}
