package specfile

import (
	"fmt"
	"reflect"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Options are for reading files. Nil is the default: a file without options of clouds, and
// references to environment variables and files only.
type Options struct {
	// Vendors are values of the types of options that files may have below vendor: one for each
	// cloud that the program knows, such as aliyun.RunOptions{}. Only their types count.
	// The options that are read are of the same types.
	Vendors []provider.VendorOption

	// Resolvers return what references of further kinds stand for, by the word before the
	// colon: "vault" for "vault:secret/web". This word is lower case letters and digits.
	Resolvers map[string]Resolver

	// Dir is where the relative paths of file references begin. Empty is the directory of the
	// file for ReadFile and ReadRecordFile, and the working directory of the process for the others.
	Dir string

	// KeepSecretsOut reads no secret: their fields stay empty, and File.References has the
	// references. It is for programs that only check or show a file. Validate then takes the
	// secrets for missing.
	KeepSecretsOut bool

	// Format is the format of the input. Empty is decided by its name, or else by its first
	// character.
	Format Format
}

// Resolver returns what a reference stands for. Rest is the text after the colon. Its error is
// shown to people, and must not hold the secret. A resolver is called once for each different
// reference of a file.
type Resolver func(rest string) ([]byte, error)

// orDefault returns the options, or those that nil stands for.
func (o *Options) orDefault() *Options {
	if o == nil {
		return &Options{}
	}
	return o
}

// vendorTypes returns the types of the options of each cloud.
func vendorTypes(list []provider.VendorOption) (map[string]reflect.Type, error) {
	types := map[string]reflect.Type{}
	for i, v := range list {
		if v == nil {
			return nil, fmt.Errorf("%w: Options.Vendors[%d] is nil", provider.ErrInvalid, i)
		}
		t := reflect.TypeOf(v)
		name := nameOf(v)
		switch {
		case structOf(t) == nil:
			return nil, fmt.Errorf("%w: Options.Vendors[%d]: %v is no struct", provider.ErrInvalid, i, t)
		case types[name] != nil:
			return nil, fmt.Errorf("%w: Options.Vendors has two types for %s: %v and %v",
				provider.ErrInvalid, name, types[name], t)
		}
		types[name] = t
	}
	return types, nil
}

// nameOf returns the name of the cloud of options. A nil pointer of a type with a value method
// has a name too.
func nameOf(v provider.VendorOption) string {
	if rv := reflect.ValueOf(v); rv.Kind() == reflect.Pointer && rv.IsNil() {
		return reflect.New(rv.Type().Elem()).Interface().(provider.VendorOption).VendorName()
	}
	return v.VendorName()
}

// structOf returns the struct type of options, which are a struct or a pointer to one. It
// returns nil for others.
func structOf(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	return t
}
