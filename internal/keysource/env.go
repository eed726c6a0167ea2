package keysource

import (
	"fmt"
	"os"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/keyform"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

// Env returns the value of the first variable that is set and not empty, and its name.
func Env(names ...string) (value, name string) {
	for _, name := range names {
		if value := os.Getenv(name); value != "" {
			return value, name
		}
	}
	return "", ""
}

// IsTrue reports whether a variable has a value that the vendors' tools read as true.
func IsTrue(name string) bool {
	value := os.Getenv(name)
	return value == "1" || strings.EqualFold(value, "true")
}

// Names are the environment variables of one tool for a key pair. Each part may have several
// names; the first that is set counts.
type Names struct{ ID, Secret, Token []string }

// EnvPair reads the key pair of the first tool that has a variable set. It never mixes the variables
// of two tools. Variables for a half, or empty ones, are an error: somebody meant to set them.
// Without any the error is [credential.ErrAbsent].
func EnvPair(tools ...Names) (provider.Credentials, error) {
	var places []string
	for _, n := range tools {
		id, idName, hasID := lookup(n.ID)
		secret, secretName, hasSecret := lookup(n.Secret)
		if hasID || hasSecret {
			if err := halfInEnv(idName, id, secretName, secret); err != nil {
				return provider.Credentials{}, err
			}
			token, tokenName := Env(n.Token...)
			if err := CheckForm("the environment", idName, id, secretName, secret, tokenName, token); err != nil {
				return provider.Credentials{}, err
			}
			return provider.Credentials{
				AccessKeyID: id, AccessKeySecret: provider.Secret(secret), SecurityToken: provider.Secret(token),
			}, nil
		}
		places = append(places, "the environment ("+n.ID[0]+", "+n.Secret[0]+")")
	}
	return provider.Credentials{}, credential.Absent(places...)
}

// lookup returns the first variable with a value, or else the first that is set but empty.
// Without any it returns the first name.
func lookup(names []string) (value, name string, set bool) {
	if value, name = Env(names...); name != "" {
		return value, name, true
	}
	for _, name := range names {
		if _, set := os.LookupEnv(name); set {
			return "", name, true
		}
	}
	return "", names[0], false
}

// halfInEnv is the error of a pair that is not complete in the environment.
func halfInEnv(idName, id, secretName, secret string) error {
	state := func(name string) string {
		if _, set := os.LookupEnv(name); set {
			return "is empty"
		}
		return "is not set"
	}
	switch {
	case id == "" && secret == "":
		return fmt.Errorf("the environment has half a key pair: %s %s, and %s %s; set both, or unset them",
			idName, state(idName), secretName, state(secretName))
	case id == "":
		return Half("the environment", secretName, idName+" "+state(idName))
	case secret == "":
		return Half("the environment", idName, secretName+" "+state(secretName))
	}
	return nil
}

// CheckForm returns an error when something stands around a value that no key has. It takes pairs of a
// name and its value. It does not quote values.
func CheckForm(where string, pairs ...string) error {
	for i := 0; i+1 < len(pairs); i += 2 {
		if fault := keyform.Fault(pairs[i+1]); fault != "" {
			return fmt.Errorf("%s: the value of %s %s, which no key has: remove it", where, pairs[i], fault)
		}
	}
	return nil
}

// Half is the error of half a key pair. Where names the place, has the half that is there, and lacks
// says what is wrong with the other.
func Half(where, has, lacks string) error {
	return fmt.Errorf("%s has half a key pair: %s is set, but %s; set both, or remove both", where, has, lacks)
}
