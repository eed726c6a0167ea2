package cvm

import (
	"strconv"
	"strings"
)

// idForm reports whether an ID is a prefix and lower-case letters and digits. The cloud
// gives eight; shorter ones make tests readable.
func idForm(id, prefix string) bool {
	rest, ok := strings.CutPrefix(id, prefix)
	return ok && rest != "" && onlyHas(rest, lower+digits)
}

const (
	digits = "0123456789"
	lower  = "abcdefghijklmnopqrstuvwxyz"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// onlyHas reports whether a text has only characters of a set.
func onlyHas(s, set string) bool { return strings.Trim(s, set) == "" }

// instanceID reports whether an ID is of the documented form ins-xxxxxxxx.
func instanceID(id string) bool {
	return len(id) == len("ins-")+8 && idForm(id, "ins-")
}

// zoneFits reports whether a zone has the name of its region and a number:
// ap-guangzhou-2 is in ap-guangzhou.
func zoneFits(region, zone string) bool {
	number, ok := strings.CutPrefix(zone, region+"-")
	_, err := strconv.ParseUint(number, 10, 16)
	return ok && err == nil
}

// typeForm reports whether an instance type has the form of S5.MEDIUM2 or, for
// dedicated hosts, of CDH_1C1G.
func typeForm(name, charge string) bool {
	if charge == onHost {
		_, _, ok := hostType(name)
		return ok
	}
	family, size, ok := strings.Cut(name, ".")
	return ok && family != "" && size != "" &&
		onlyHas(family[:1], upper) && onlyHas(family+size, upper+lower+digits)
}

// hostType reads CDH_<cores>C<GiB>G.
func hostType(name string) (cores, gib int, ok bool) {
	rest, ok := strings.CutPrefix(name, "CDH_")
	c, g, cut := strings.Cut(rest, "C")
	g, suffix := strings.CutSuffix(g, "G")
	cores, err1 := strconv.Atoi(c)
	gib, err2 := strconv.Atoi(g)
	return cores, gib, ok && cut && suffix && err1 == nil && err2 == nil && cores > 0 && gib > 0
}

// typeSize reads cores and memory out of a type's name: S5.2XLARGE16 has 8
// cores and 16 GiB. Zero means that the name has no size.
func typeSize(name string) (cores, gib int) {
	if cores, gib, ok := hostType(name); ok {
		return cores, gib
	}
	_, size, _ := strings.Cut(name, ".")
	word := strings.TrimRight(size, digits)
	gib, err := strconv.Atoi(size[len(word):])
	if err != nil {
		return 0, 0
	}
	switch word {
	case "SMALL":
		return 1, gib
	case "MEDIUM":
		return 2, gib
	case "LARGE":
		return 4, gib
	}
	n, err := strconv.Atoi(strings.TrimSuffix(word, "XLARGE"))
	if err != nil {
		return 0, 0
	}
	return 4 * n, gib
}
