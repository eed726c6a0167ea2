package specfile_test

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// vendors returns the options of RunInstances of every cloud.
func vendors() (list []provider.VendorOption) {
	for _, c := range clouds.All() {
		list = append(list, c.Options[0])
	}
	return list
}

// golden compares a text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is different; run this test with -update and look at the change. Now it is\n%s", path, got)
	}
}

// leaf is a value of a file and the Go field behind it.
type leaf struct{ file, field, kind string }

// leavesOf walks a type as files write it, with the names that FieldName gives.
func leavesOf(t reflect.Type, file, field string) (list []leaf) {
	for i := range t.NumField() {
		f := t.Field(i)
		at, goAt := file+"."+specfile.FieldName(f.Name), field+"."+f.Name
		inner := f.Type
		switch inner.Kind() {
		case reflect.Interface, reflect.Func:
			list = append(list, leaf{"(of the program)", goAt, inner.String()})
			continue
		case reflect.Pointer:
			inner = inner.Elem()
		case reflect.Slice:
			if inner == reflect.TypeFor[[]provider.VendorOption]() {
				list = append(list, leaf{at, goAt, inner.String()})
				continue
			}
			if inner.Elem().Kind() != reflect.Uint8 {
				inner, at, goAt = inner.Elem(), at+"[]", goAt+"[]"
			}
		}
		if plain := inner.PkgPath() == "time" || inner.PkgPath() == "net/netip"; inner.Kind() == reflect.Struct && !plain {
			list = append(list, leavesOf(inner, at, goAt)...)
		} else {
			list = append(list, leaf{at, goAt, f.Type.String()})
		}
	}
	return list
}

// allLeaves returns the leaves of everything that files hold.
func allLeaves() []leaf {
	list := leavesOf(reflect.TypeFor[provider.RunInstancesSpec](), "spec", "Spec")
	list = append(list, leavesOf(reflect.TypeFor[provider.RunOptions](), "run", "Run")...)
	for _, v := range vendors() {
		list = append(list, leavesOf(reflect.TypeOf(v), "spec.vendor."+v.VendorName(), v.VendorName())...)
	}
	return list
}

// A name in files never changes: files of people have it. A new field adds a line.
func TestNamesAreFixed(t *testing.T) {
	var b strings.Builder
	for _, l := range allLeaves() {
		b.WriteString(l.file + "  " + l.field + "  " + l.kind + "\n")
	}
	golden(t, "names.txt", b.String())
}

func TestFieldName(t *testing.T) {
	for name, want := range map[string]string{
		"Region":                  "region",
		"ImageID":                 "imageId",
		"VPCID":                   "vpcId",
		"CPUs":                    "cpus",
		"GPUType":                 "gpuType",
		"IPv6Count":               "ipv6Count",
		"IPFamily":                "ipFamily",
		"PublicIP":                "publicIp",
		"PrivateIPs":              "privateIps",
		"SecurityGroupIDs":        "securityGroupIds",
		"SizeGiB":                 "sizeGiB",
		"MemoryMiB":               "memoryMiB",
		"BandwidthMbps":           "bandwidthMbps",
		"ThroughputMiBps":         "throughputMiBps",
		"IOPS":                    "iops",
		"KMSKeyID":                "kmsKeyId",
		"HPCClusterID":            "hpcClusterId",
		"NUMANodes":               "numaNodes",
		"CHCIDs":                  "chcIds",
		"CDCID":                   "cdcId",
		"AntiDDoSPackageID":       "antiDdosPackageId",
		"DNSIPv6OfInstanceID":     "dnsIpv6OfInstanceId",
		"HTTPPutResponseHopLimit": "httpPutResponseHopLimit",
		"ISP":                     "isp",
		"ID":                      "id",
		"IDs":                     "ids",
		"AsVPCGateway":            "asVpcGateway",
		"NICMultiQueue":           "nicMultiQueue",
		"X":                       "x",
		"A1":                      "a1",
		"IOs":                     "ios",
		"Identity":                "identity",
		"IDENT":                   "ident",
		"NeedNewSID":              "needNewSid",
		"VMIDs":                   "vmIds",
		"UUID":                    "uuid",
	} {
		if got := specfile.FieldName(name); got != want {
			t.Errorf("FieldName(%q) = %q, want %q", name, got, want)
		}
	}
}

// Two fields of one struct never have the same name in files.
func TestNamesAreUnique(t *testing.T) {
	seen := map[string]string{}
	for _, l := range allLeaves() {
		if other := seen[l.file]; other != "" && !strings.HasPrefix(l.file, "(") {
			t.Errorf("%s and %s are both %s", other, l.field, l.file)
		}
		seen[l.file] = l.field
	}
}
