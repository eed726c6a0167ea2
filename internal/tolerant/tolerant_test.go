package tolerant_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/tolerant"
)

type base struct {
	RequestID string `json:"RequestId"`
}

type row struct {
	ID     string `json:"Id"`
	CPU    int    `json:"Cpu"`
	Memory *int64 `json:"Memory"`
	Spot   *bool  `json:"Spot"`
	Disk   struct {
		Size float64 `json:"Size"`
	} `json:"Disk"`
	Host *struct {
		ID string `json:"Id"`
	} `json:"Host"`
	IPs  []string          `json:"Ips"`
	Tags []tag             `json:"Tags"`
	More map[string]string `json:"More"`

	Groups struct {
		Group []string `json:"Group"`
	} `json:"Groups"`
	Locks struct {
		Lock []lock `json:"Lock"`
	} `json:"Locks"`
	Own []own `json:"Own"`
}

type lock struct{ Lock string }

// own reads its JSON by itself.
type own string

func (o *own) UnmarshalJSON(b []byte) error {
	*o = own("own " + strings.Trim(string(b), `"`))
	return nil
}

type tag struct{ Key, Value string }

type answer struct {
	base
	Total int    `json:"Total"`
	Rows  []*row `json:"Rows"`
}

func read(t *testing.T, text string) (answer, []string) {
	t.Helper()
	var a answer
	unread, err := tolerant.Unmarshal([]byte(text), &a)
	if err != nil {
		t.Fatalf("Unmarshal: %v", err)
	}
	return a, unread
}

// one reads one row, beside a field that makes encoding/json fail.
func one(t *testing.T, fields string) (row, []string) {
	t.Helper()
	a, unread := read(t, `{"Total":"1","Rows":[{"Id":"i-1",`+fields+`}]}`)
	if len(a.Rows) != 1 {
		t.Fatalf("got %d rows, want 1", len(a.Rows))
	}
	return *a.Rows[0], unread
}

func TestOneOddFieldHidesNothing(t *testing.T) {
	text := `{"RequestId":"r","Total":2,"Rows":[{"Id":"i-1","Cpu":"many"},{"Id":"i-2","Cpu":2,"Ips":["10.0.0.1"]}]}`
	a, unread := read(t, text)
	if want := []string{"Rows[].Cpu"}; !reflect.DeepEqual(unread, want) {
		t.Errorf("unread: got %v, want %v", unread, want)
	}
	if len(a.Rows) != 2 {
		t.Fatalf("got %d rows, want 2", len(a.Rows))
	}
	if got := a.Rows[0].ID; got != "i-1" {
		t.Errorf("ID of the odd row: got %q, want i-1", got)
	}
	if got := a.Rows[1].IPs; len(got) != 1 {
		t.Errorf("addresses of the row behind it: got %v, want one", got)
	}
	if a.RequestID != "r" {
		t.Errorf("an embedded field: got %q, want r", a.RequestID)
	}
}

func TestFormsThatMeanTheSameAreRead(t *testing.T) {
	tests := []struct {
		fields string
		get    func(*row) any
		want   any
	}{
		{`"Cpu":50.0`, func(r *row) any { return r.CPU }, 50},
		{`"Cpu":" 4 "`, func(r *row) any { return r.CPU }, 4},
		{`"Cpu":""`, func(r *row) any { return r.CPU }, 0},
		{`"Memory":"2e3"`, func(r *row) any { return *r.Memory }, int64(2000)},
		{`"Spot":"True"`, func(r *row) any { return *r.Spot }, true},
		{`"Spot":0`, func(r *row) any { return *r.Spot }, false},
		{`"Disk":{"Size":"40"}`, func(r *row) any { return r.Disk.Size }, 40.0},
		{`"Disk":""`, func(r *row) any { return r.Disk.Size }, 0.0},
		{`"Disk":[{"Size":8}]`, func(r *row) any { return r.Disk.Size }, 8.0},
		{`"Host":""`, func(r *row) any { return r.Host == nil }, true},
		{`"Host":{"id":17}`, func(r *row) any { return r.Host.ID }, "17"},
		{`"Ips":"10.0.0.1"`, func(r *row) any { return len(r.IPs) }, 1},
		{`"Ips":""`, func(r *row) any { return len(r.IPs) }, 0},
		{`"Tags":{"Key":"a","Value":"b"}`, func(r *row) any { return r.Tags[0].Value }, "b"},
		{`"More":{"a":1}`, func(r *row) any { return r.More["a"] }, "1"},
		{`"Tags":{"Tag":[{"Key":"a"},{"Key":"b"}]}`, func(r *row) any { return len(r.Tags) }, 2},
		{`"Ips":{"Ip":["10.0.0.1"]}`, func(r *row) any { return r.IPs[0] }, "10.0.0.1"},
		{`"Groups":["a","b"]`, func(r *row) any { return r.Groups.Group[1] }, "b"},
		{`"Groups":["a"]`, func(r *row) any { return r.Groups.Group[0] }, "a"},
		{`"Groups":[{"Group":["a"]}]`, func(r *row) any { return r.Groups.Group[0] }, "a"},
		{`"Groups":"a"`, func(r *row) any { return r.Groups.Group[0] }, "a"},
		{`"Groups":{"Group":"a"}`, func(r *row) any { return r.Groups.Group[0] }, "a"},
		{`"Locks":[{"Lock":"a"}]`, func(r *row) any { return r.Locks.Lock[0].Lock }, "a"},
		{`"Locks":[{"Lock":[{"Lock":"a"}]}]`, func(r *row) any { return r.Locks.Lock[0].Lock }, "a"},
		{`"Locks":{"Lock":{"Lock":"a"}}`, func(r *row) any { return r.Locks.Lock[0].Lock }, "a"},
		{`"Own":"a"`, func(r *row) any { return string(r.Own[0]) }, "own a"},
		{`"Groups":""`, func(r *row) any { return len(r.Groups.Group) }, 0},
	}
	for _, tt := range tests {
		r, unread := one(t, tt.fields)
		if got := tt.get(&r); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.fields, got, tt.want)
		}
		if len(unread) > 0 {
			t.Errorf("%s: unread: got %v, want none", tt.fields, unread)
		}
	}
}

func TestUnreadableFieldsAreZeroAndTold(t *testing.T) {
	tests := []struct{ fields, want string }{
		{`"Cpu":50.5`, "Rows[].Cpu"},
		{`"Cpu":1e300`, "Rows[].Cpu"},
		{`"Cpu":{"Value":1}`, "Rows[].Cpu"},
		{`"Memory":"lots"`, "Rows[].Memory"},
		{`"Spot":"perhaps"`, "Rows[].Spot"},
		{`"Disk":7`, "Rows[].Disk"},
		{`"Disk":{"Size":"big"}`, "Rows[].Disk.Size"},
		{`"Host":"h-1"`, "Rows[].Host"},
		{`"Ips":{"a":"b"}`, "Rows[].Ips"},
		{`"Ips":["10.0.0.1",{}]`, "Rows[].Ips[]"},
		{`"Tags":{"env":"prod"}`, "Rows[].Tags"},
		{`"Groups":7`, "Rows[].Groups"},
		{`"Locks":"a"`, "Rows[].Locks"},
		{`"Groups":[{}]`, "Rows[].Groups.Group[]"},
		{`"Tags":"env"`, "Rows[].Tags"},
		{`"More":[1]`, "Rows[].More"},
	}
	for _, tt := range tests {
		r, unread := one(t, tt.fields)
		if got := strings.Join(unread, " "); got != tt.want {
			t.Errorf("%s: unread: got %q, want %q", tt.fields, got, tt.want)
		}
		if r.ID != "i-1" {
			t.Errorf("%s: ID: got %q, want i-1", tt.fields, r.ID)
		}
	}
}

func TestARowThatIsNoObjectIsLeftOut(t *testing.T) {
	a, unread := read(t, `{"Rows":["?",null,{"Id":"i-2"}]}`)
	if len(a.Rows) != 1 {
		t.Errorf("rows: got %d, want 1", len(a.Rows))
	}
	if got := strings.Join(unread, " "); got != "Rows[]" {
		t.Errorf("unread: got %q, want Rows[]", got)
	}
}

func TestWhatIsNoAnswerIsAnError(t *testing.T) {
	for _, text := range []string{"", "<html>", `{"Rows":[`, `[1]`, `"x"`, `7`, `{} {}`} {
		var a answer
		if _, err := tolerant.Unmarshal([]byte(text), &a); err == nil {
			t.Errorf("%q: got no error, want one", text)
		}
	}
}

func FuzzUnmarshal(f *testing.F) {
	f.Add(`{"Rows":[{"Id":"i-1","Cpu":"x","Tags":{"a":1}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		var a answer
		if _, err := tolerant.Unmarshal([]byte(text), &a); err != nil && len(a.Rows) > 0 {
			t.Errorf("%q: rows beside the error %v", text, err)
		}
	})
}
