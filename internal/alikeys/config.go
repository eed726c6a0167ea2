package alikeys

import "github.com/yunfan-cloud/yunfan/provider"

// ForConfig returns the source of a client: the one that the program gives, or the profile that it
// names, or the default chain. A configuration with both is a problem for check.
func ForConfig(
	check *provider.Checker, given provider.CredentialsSource, name string, o Options,
) provider.CredentialsSource {
	one := given == nil || name == ""
	check.Require(one, "Config.Profile", name,
		"must be empty when Config.Credentials is set: which of the two is meant?")
	switch {
	case given != nil:
		return given
	case name != "":
		return Profile(name, o)
	}
	return Default(o)
}
