package clouds_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/clouds"
)

// Each account gets a client of its cloud, with what the program changes for it.
func TestClientsOfAccounts(t *testing.T) {
	accounts := clouds.Accounts{
		"shop": {Cloud: "aliyun", Region: "cn-hangzhou"}, "edge": {Cloud: "ens", Region: "cn-hangzhou-44"},
	}
	var changed []string
	clients, err := accounts.Clients(func(name string, cfg *clouds.Config) {
		changed = append(changed, name+" "+cfg.Cloud)
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"edge ens", "shop aliyun"}; !slices.Equal(changed, want) {
		t.Errorf("the program could change %q, want %q", changed, want)
	}
	for name, want := range map[string]string{"shop": "aliyun", "edge": "ens"} {
		if got := clients[name].Name(); got != want {
			t.Errorf("the client of %s is of %s, want %s", name, got, want)
		}
	}
	if _, err := accounts.Clients(nil); err != nil {
		t.Errorf("nothing to change: got %v, want no error", err)
	}
}

// An account that cannot have a client is named.
func TestTheAccountThatIsWrongIsNamed(t *testing.T) {
	clients, err := clouds.Accounts{"shop": {Cloud: "tencnet"}}.Clients(nil)
	if err == nil || !strings.Contains(err.Error(), "account shop") {
		t.Errorf("got %v, want the name of the account in it", err)
	}
	if clients != nil {
		t.Errorf("got clients beside an error: %v", clients)
	}
}
