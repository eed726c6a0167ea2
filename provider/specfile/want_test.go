package specfile_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// order is a form of a program whose types are wanted, not named.
type order struct {
	Version int
	Type    *specfile.Want
}

func decodeWant(text string) (*specfile.Want, error) {
	o := &order{Version: 1}
	doc, err := specfile.Decode([]byte("version: 1\ntype: "+text+"\n"), "order.yaml", o, nil)
	if doc == nil {
		return nil, err
	}
	if o.Type != nil {
		o.Type.Check(doc, "type")
	}
	return o.Type, doc.Err()
}

func TestAWantIsReadWithAllItsFields(t *testing.T) {
	w, err := decodeWant(`{cpus: ">=2", memoryGiB: 3.5..16, arch: x86_64, gpus: 0.25, gpuModel: NVIDIA T4, maxPrice: "0.9",
  order: stock, prefer: [ecs.g7, ecs.c7.large], zones: [b, a], subnets: {a: vsw-1, b: vsw-2}}`)
	if err != nil {
		t.Fatal(err)
	}
	want := catalog.Want{
		CPUs: 2, MemoryMiB: 3584, MaxMemoryMiB: 16 << 10, Arch: catalog.X86, GPUs: 0.25, GPUModel: "NVIDIA T4", MaxPrice: "0.9",
		Order: catalog.ByStock, Prefer: []string{"ecs.g7", "ecs.c7.large"}, Zones: []string{"b", "a"},
		Subnets: map[string]string{"a": "vsw-1", "b": "vsw-2"},
	}
	if got := w.Catalog(); !reflect.DeepEqual(got, want) {
		t.Errorf("the want is\n%+v\nwant\n%+v", got, want)
	}
}

func TestARangeHasTheBoundsThatAreWritten(t *testing.T) {
	for text, want := range map[string]specfile.Range[int]{
		`4`:       {Min: 4},
		`"4"`:     {Min: 4},
		`">=4"`:   {Min: 4},
		`">= 4"`:  {Min: 4},
		`4..8`:    {Min: 4, Max: 8},
		`4 .. 8`:  {Min: 4, Max: 8},
		`"<=8"`:   {Max: 8},
		`"=4"`:    {Min: 4, Max: 4},
		`=4`:      {Min: 4, Max: 4},
		`0`:       {},
		`">=100"`: {Min: 100},
	} {
		w, err := decodeWant("{cpus: " + text + "}")
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if w.CPUs != want {
			t.Errorf("%s is %+v, want %+v", text, w.CPUs, want)
		}
	}
}

func TestAWrongWantIsRefusedWithItsPlace(t *testing.T) {
	for text, want := range map[string]string{
		`{cpu: 2}`:          "order.yaml:2:8: type.cpu: unknown field; did you mean cpus?",
		`{memory: 4}`:       "order.yaml:2:8: type.memory: unknown field; did you mean memoryGiB?",
		`{cpus: 4GiB}`:      `order.yaml:2:14: type.cpus: "4GiB" is not a range: write ">=4"`,
		`{cpus: ">4"}`:      `order.yaml:2:14: type.cpus: ">4" is not a range`,
		`{cpus: 1.5}`:       `order.yaml:2:14: type.cpus: "1.5" is not a whole number`,
		`{cpus: -1}`:        `order.yaml:2:14: type.cpus: "-1" is not a range`,
		`{cpus: true}`:      `order.yaml:2:14: type.cpus: "true" is not a range`,
		`{cpus: [2]}`:       `order.yaml:2:14: type.cpus: want a range, not a list`,
		"{cpus: >=2}":       "order.yaml:2:14: not YAML: a text that begins with this character needs quotes",
		"\n  cpus: >=2":     `order.yaml:3:10: not YAML: a text that begins with ">" or "|" needs quotes`,
		`{cpus: 8..4}`:      `order.yaml:2:14: type.cpus: "8..4": the least number is above the highest`,
		`{gpus: "=0"}`:      `order.yaml:2:14: type.gpus: "=0" leaves nothing`,
		`{gpus: 1..2}`:      `order.yaml:2:14: type.gpus: has a highest number`,
		`{arch: x86}`:       `order.yaml:2:14: type.arch: "x86" is not one of x86_64, arm64; did you mean x86_64?`,
		`{order: cheap}`:    `order.yaml:2:15: type.order: "cheap" is not one of price, stock, preference`,
		`{maxPrice: 0.9}`:   `order.yaml:2:18: type.maxPrice: 0.9 without quotes is no text: write "0.9"`,
		`{maxPrice: "0,9"}`: `order.yaml:2:18: type.maxPrice: "0,9": must be a decimal number`,
		`{zones: [a, b], subnets: {a: vsw-bp1two}}`: `order.yaml:2:19: type.zones[1]: "b" has no subnet in subnets`,
	} {
		_, err := decodeWant(text)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s:\ngot  %v\nwant %s", text, err, want)
		}
		if !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("%s: the error does not match ErrInvalid", text)
		}
	}
}

func TestAWantOfAFlagHasTheNamesOfFiles(t *testing.T) {
	got, err := specfile.ParseWant("cpus>=2,memoryGiB=4..16, arch=arm64,gpus>=1,maxPrice=0.9,order=price,prefer=a,prefer=b")
	if err != nil {
		t.Fatal(err)
	}
	want := &specfile.Want{
		CPUs: specfile.Range[int]{Min: 2}, MemoryGiB: specfile.Range[float64]{Min: 4, Max: 16}, Arch: catalog.ARM,
		GPUs: specfile.Range[float64]{Min: 1}, MaxPrice: "0.9", Order: catalog.ByPrice, Prefer: []string{"a", "b"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the want is\n%+v\nwant\n%+v", got, want)
	}
	exact, err := specfile.ParseWant("cpus=2")
	if err != nil {
		t.Fatal(err)
	}
	if want := (specfile.Range[int]{Min: 2, Max: 2}); exact.CPUs != want {
		t.Errorf("cpus=2 is %+v, want %+v", exact.CPUs, want)
	}
}

func TestAWrongWantOfAFlagSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"":                     `"" is not a name with a value`,
		"cpus":                 `"cpus" is not a name with a value`,
		"memory>=4":            "memory: unknown field; did you mean memoryGiB?",
		"cpus>=2GiB":           `cpus: ">=2GiB" is not a range`,
		"arch>=x86_64":         `arch: ">=x86_64" is not one of`,
		"cpus>=2,cpus>=4":      "cpus: is there twice",
		"gpus=1..2":            "gpus: has a highest number",
		"subnets=a":            "subnets: want keys with values",
		"cpus>=2,,memoryGiB>4": `"" is not a name with a value`,
	} {
		_, err := specfile.ParseWant(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q:\ngot  %v\nwant %s", text, err, want)
		}
	}
}

// Editors complete and check a want.
func TestTheSchemaOfAWantTakesWhatFilesTake(t *testing.T) {
	schema, err := specfile.Schema(&specfile.SchemaOptions{Form: &order{Version: 1}, Title: "order"})
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Defs map[string]struct {
			Properties map[string]struct {
				Type    any
				Pattern string
				Enum    []string
			}
		} `json:"$defs"`
	}
	if err := json.Unmarshal(schema, &doc); err != nil {
		t.Fatal(err)
	}
	fields := doc.Defs["specfile.Want"].Properties
	if got, want := fmt.Sprint(fields["cpus"].Type), "[integer string]"; got != want {
		t.Errorf("cpus has the types %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(fields["memoryGiB"].Type), "[number string]"; got != want {
		t.Errorf("memoryGiB has the types %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(fields["order"].Enum), "[price stock preference]"; got != want {
		t.Errorf("order has the words %s, want %s", got, want)
	}
	for _, text := range []string{">=4", "4..8", "<=8", "=4", "0.25"} {
		if !regexp.MustCompile(fields["memoryGiB"].Pattern).MatchString(text) {
			t.Errorf("the pattern %s refuses %s", fields["memoryGiB"].Pattern, text)
		}
	}
}

// Whatever a flag says gives a want or an error, and a want that its own bounds do not contradict.
func FuzzParseWant(f *testing.F) {
	for _, text := range []string{"cpus>=2,memoryGiB=4..16", "prefer=a,prefer=b", "arch=x86_64", "cpus>=", "=", "gpus=0.25", "subnets=a"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		w, err := specfile.ParseWant(text)
		if err != nil {
			if !errors.Is(err, provider.ErrInvalid) {
				t.Errorf("%q: the error does not match ErrInvalid: %v", text, err)
			}
			return
		}
		if c := w.CPUs; c.Min > c.Max && c.Max > 0 {
			t.Errorf("%q: the bounds are %+v", text, c)
		}
	})
}
