package alikeys

import (
	"errors"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/keysource"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

// Region returns the region that the environment or a profile names, for a program that names none.
// The profile that the program names comes first; else the environment does. Own says that the
// program has credentials of its own, to which no profile belongs. An error lists the places, or says
// what is wrong with a profile file.
func Region(profileName string, own bool) (string, error) {
	if profileName != "" {
		found, err := selectProfile(profileName)
		if err != nil {
			return "", err
		}
		if found.profile.RegionID != "" {
			return found.profile.RegionID, nil
		}
	}
	if region, _ := keysource.Env(envRegion...); region != "" {
		return region, nil
	}
	places := "the environment (" + strings.Join(envRegion, ", ") + ")"
	if own {
		return "", errors.New("not in " + places)
	}
	found, err := selectProfile(profileName)
	var absent *credential.AbsentError
	switch {
	case err == nil && found.profile.RegionID != "":
		return found.profile.RegionID, nil
	case err == nil:
		return "", errors.New("neither in " + places + " nor as region_id in " +
			builder{file: found.file}.where(found.profile))
	case errors.As(err, &absent):
		return "", errors.New("neither in " + places + " nor in " + strings.Join(absent.Places, ", "))
	}
	return "", err
}
