package keysource

import (
	"fmt"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/nearest"
)

// KeyNames are the names that a section of a profile file may have.
type KeyNames struct {
	ID, Secret, Token string   // of the parts of a key pair; "" where a file has no such part
	Others            []string // everything else that the tools which write the file know
}

// Misspelt returns the error of a name in a section that no tool reads and that is meant to be one that the
// section lacks. Such a name would be passed over, and another identity or region would be used. A name
// that resembles none is no error: other tools keep their own things in these files. Case does not count where fold is
// set. Where names the file and the section; of several the first in have is reported.
func (k KeyNames) Misspelt(where string, have []string, fold bool) error {
	same := func(a string) func(string) bool {
		return func(b string) bool { return a == b || fold && strings.EqualFold(a, b) }
	}
	known := slices.DeleteFunc(append([]string{k.ID, k.Secret, k.Token}, k.Others...), same(""))
	lacking := slices.DeleteFunc(slices.Clone(known), func(name string) bool { return slices.ContainsFunc(have, same(name)) })
	for _, name := range have {
		if slices.ContainsFunc(known, same(name)) {
			continue
		}
		meant := k.elsewhere(name)
		if !slices.Contains(lacking, meant) {
			meant = nearest.Of(name, lacking)
		}
		if meant != "" {
			return fmt.Errorf("%s has %s, which no tool reads: it must be called %s", where, name, meant)
		}
	}
	return nil
}

// elsewhere returns what a part of a key pair that has its name from the files of another vendor, or
// from a variable, is called here; "" for other names.
func (k KeyNames) elsewhere(name string) string {
	plain := strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
	for _, vendor := range []string{"qy", "aws", "alicloud", "alibabacloud", "tencentcloud", "qingcloud"} {
		plain = strings.TrimPrefix(plain, vendor)
	}
	switch plain {
	case "accesskeyid", "accesskey", "secretid", "ak":
		return k.ID
	case "accesskeysecret", "secretaccesskey", "secretkey", "sk":
		return k.Secret
	case "securitytoken", "ststoken", "sessiontoken", "token":
		return k.Token
	}
	return ""
}
