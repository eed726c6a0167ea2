package tencent

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

// factory makes as many instances as a create asks for, and notes the names.
type factory struct {
	mu    sync.Mutex
	made  int
	names []string
}

func (f *factory) RoundTrip(req *http.Request) (*http.Response, error) {
	var body struct {
		InstanceCount          int
		InstanceName, HostName string
	}
	if err := json.NewDecoder(req.Body).Decode(&body); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.names = append(f.names, fmt.Sprint(body.InstanceName, " ", body.HostName, " ", body.InstanceCount))
	ids := make([]string, body.InstanceCount)
	for i := range ids {
		f.made++
		ids[i] = fmt.Sprint("ins-", f.made)
	}
	text, err := json.Marshal(ids)
	return answer(200, fmt.Sprintf(`{"Response":{"InstanceIdSet":%s,"RequestId":"r"}}`, text)), err
}

func TestNamesStayUniqueOverSeveralCreates(t *testing.T) {
	for _, c := range []struct {
		spec provider.RunInstancesSpec
		want []string
	}{
		{
			provider.RunInstancesSpec{Count: 250, Name: "web", HostName: "w-"},
			[]string{"web{R:1,F:3} w-{R:1,F:3} 100", "web{R:101,F:3} w-{R:101,F:3} 100", "web{R:201,F:3} w-{R:201,F:3} 50"},
		},
		{provider.RunInstancesSpec{Count: 100, Name: "web"}, []string{"web{R:1,F:3}  100"}},
		{provider.RunInstancesSpec{Count: 101, HostName: "web"}, []string{" web{R:1,F:3} 100", " web{R:101,F:3} 1"}},
	} {
		f := &factory{}
		spec := c.spec
		spec.Zone, spec.ImageID, spec.UniqueSuffix = "zone-1", "img-1", true
		op, err := testClient(t, f).RunInstances(t.Context(), spec, nil)
		if err != nil {
			t.Errorf("%+v: got error %v, want none", c.spec, err)
			continue
		}
		if got := len(op.InstanceIDs()); got != spec.Count {
			t.Errorf("%+v: len(op.InstanceIDs()) is %d, want %d", c.spec, got, spec.Count)
			continue
		}
		slices.Sort(f.names)
		slices.Sort(c.want)
		if !slices.Equal(f.names, c.want) {
			t.Errorf("got  %q\nwant %q", f.names, c.want)
		}
	}
}

// With a thousand and more, the first names have as many digits as the last.
func TestNamesOfALargeOperationSort(t *testing.T) {
	spec := bare()
	spec.Name, spec.UniqueSuffix = "web", true
	testDriver(t, nil).NumberNames(spec, 901, 1200)
	if spec.Name != "web{R:901,F:4}" {
		t.Errorf(`spec.Name is %q, want "web{R:901,F:4}"`, spec.Name)
	}
	if spec.HostName != "" {
		t.Errorf(`spec.HostName is %q, want ""`, spec.HostName)
	}
	if spec.UniqueSuffix {
		t.Error("spec.UniqueSuffix is true, want false")
	}
}

// A pattern that the caller has written is left as it is.
func TestNamesWithoutASuffixStay(t *testing.T) {
	spec := bare()
	spec.Name = "web{R:3}"
	testDriver(t, nil).NumberNames(spec, 101, 200)
	if got, want := spec.Name, "web{R:3}"; got != want {
		t.Errorf("the name is %q, want %q", got, want)
	}
}
