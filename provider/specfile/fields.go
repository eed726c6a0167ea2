package specfile

import (
	"net/netip"
	"reflect"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// Types with a form of their own in files.
var (
	secretType   = reflect.TypeFor[provider.Secret]()
	userDataType = reflect.TypeFor[provider.UserData]()
	fileType     = reflect.TypeFor[File]()
	vendorsType  = reflect.TypeFor[[]provider.VendorOption]()
	addrType     = reflect.TypeFor[netip.Addr]()
	timeType     = reflect.TypeFor[time.Time]()
	durationType = reflect.TypeFor[time.Duration]()
	treeType     = reflect.TypeFor[*node]()
)

// field is a field of a struct, as files know it.
type field struct {
	name      string // in files
	goName    string
	owner     reflect.Type // the struct that declares it
	index     []int        // as reflect.Value.FieldByIndex takes it
	typ       reflect.Type
	ofProgram bool // files cannot have it, such as a Journal
}

// fieldsOf returns the exported fields of a struct type, in order. Those of an embedded File
// count as fields of the struct.
func fieldsOf(t reflect.Type) []field {
	var list []field
	for i := range t.NumField() {
		f := t.Field(i)
		switch {
		case isEmbeddedFile(f):
			for _, inner := range fieldsOf(fileType) {
				inner.index = append([]int{i}, inner.index...)
				list = append(list, inner)
			}
		case f.IsExported() && !isReferences(t, f):
			list = append(list, field{FieldName(f.Name), f.Name, t, []int{i}, f.Type, !hasForm(f.Type)})
		}
	}
	return list
}

// isEmbeddedFile reports whether a field is a File whose fields are those of the struct.
func isEmbeddedFile(f reflect.StructField) bool { return f.Anonymous && f.Type == fileType }

// isReferences reports whether a field is File.References, which is found while a file is read.
func isReferences(owner reflect.Type, f reflect.StructField) bool {
	return owner == fileType && f.Name == "References"
}

// embeddedFile returns the index of the File that a struct type embeds.
func embeddedFile(t reflect.Type) (index int, ok bool) {
	for i := range t.NumField() {
		if isEmbeddedFile(t.Field(i)) {
			return i, true
		}
	}
	return 0, false
}

// hasForm reports whether files can have values of a type.
func hasForm(t reflect.Type) bool {
	switch t {
	case userDataType, vendorsType, addrType, timeType, treeType:
		return true
	}
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Float64, reflect.Struct:
		return true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return true
	case reflect.Slice:
		return t.Elem().Kind() != reflect.Uint8 && hasForm(t.Elem())
	case reflect.Map:
		return t.Key().Kind() == reflect.String && hasForm(t.Elem())
	case reflect.Pointer:
		return t.Elem().Kind() != reflect.Pointer && hasForm(t.Elem())
	default:
		return false
	}
}

// isScalar reports whether a struct type is a single value in files.
func isScalar(t reflect.Type) bool { return t == addrType || t == timeType || isRange(t) }

// enums are the values of the texts that only have certain ones. A test compares them with the
// constants of package provider.
var enums = map[reflect.Type][]string{
	reflect.TypeFor[provider.IPFamily](): words(provider.IPv4, provider.IPv6, provider.DualStack),
	reflect.TypeFor[provider.BandwidthCharge](): words(
		provider.PayByTraffic, provider.PayByBandwidth, provider.PrepaidBandwidth,
		provider.BandwidthPackage, provider.PayByDailyPeak, provider.PayBy95th,
	),
	reflect.TypeFor[provider.BillingMode](): words(
		provider.OnDemand, provider.Prepaid, provider.Spot, provider.DedicatedHost,
	),
	reflect.TypeFor[provider.PeriodUnit]():       words(provider.Day, provider.Week, provider.Month, provider.Year),
	reflect.TypeFor[provider.SpotStrategy]():     words(provider.SpotMarketPrice, provider.SpotPriceLimit),
	reflect.TypeFor[provider.SpotInterruption](): words(provider.SpotTerminate, provider.SpotStop),
	reflect.TypeFor[provider.Tenancy]():          words(provider.SharedTenancy, provider.HostTenancy),
	reflect.TypeFor[provider.Affinity]():         words(provider.NoAffinity, provider.HostAffinity),
	reflect.TypeFor[catalog.Arch]():              words(catalog.X86, catalog.ARM), // of instances: no type is i386
	reflect.TypeFor[catalog.Order]():             words(catalog.ByPrice, catalog.ByStock, catalog.ByPreference),
	reflect.TypeFor[provider.OnFailure]():        words(provider.KeepOnFailure, provider.TerminateOnFailure),
}

// words returns the texts of constants.
func words[T ~string](list ...T) []string {
	var out []string
	for _, w := range list {
		out = append(out, string(w))
	}
	return out
}
