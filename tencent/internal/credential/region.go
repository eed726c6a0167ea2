package credential

import (
	"cmp"
	"errors"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/keysource"
)

// Region returns the region that a profile gives, or else the environment. Without the name of a profile
// the environment comes first, and then the profile that it selects, or the default one. A program with
// credentials of its own (own) has no profile. If there is no region, the error lists the places.
func (s *Sources) Region(profile string, own bool) (string, error) {
	places := []string{"the environment (" + envRegion + ", " + envTKERegion + ")"}
	if profile == "" {
		if region, _ := keysource.Env(envRegion); region != "" {
			return region, nil
		}
	}
	if !own {
		region, looked, err := s.files.regionOf(profile)
		if err != nil || region != "" {
			return region, err
		}
		places = append(places, looked...)
	}
	if region, _ := keysource.Env(envRegion, envTKERegion); region != "" {
		return region, nil
	}
	return "", errors.New("looked at: " + strings.Join(places, "; "))
}

// regionOf returns the region of a profile, or the places where it was looked for. "" is the profile
// that the environment selects, or the default one. A profile that was named must exist.
func (f files) regionOf(profile string) (region string, looked []string, err error) {
	selected, err := onlyOne(envTCCLIProfile, envProfile)
	if err != nil {
		return "", nil, err
	}
	name := cmp.Or(profile, selected, defaultProfile)
	if err := checkName(name); err != nil {
		return "", nil, err
	}
	if profile != "" || selected == "" {
		region, looked, err = f.regionInSDKFile(name)
		if err != nil || region != "" {
			return region, nil, err
		}
	}
	conf, err := tccliConfigured(name)
	if err != nil || conf.region() != "" {
		return conf.region(), nil, err
	}
	if profile != "" {
		if _, err := f.named(profile); err != nil {
			return "", nil, err
		}
	}
	path, err := tccliFile(name, ".configure")
	if err != nil {
		return "", append(looked, err.Error()), nil
	}
	return "", append(looked, "file "+path), nil
}

// regionInSDKFile returns the region of a section of the SDK's file.
func (f files) regionInSDKFile(section string) (region string, looked []string, err error) {
	ini, looked, err := f.sdkFile()
	if err != nil || ini == nil {
		return "", looked, err
	}
	if region := ini.Get(section, "region"); region != "" {
		return region, nil, nil
	}
	return "", []string{"file " + ini.Path}, sdkNames().Misspelt(inFile(section, ini.Path), ini.Keys(section), true)
}
