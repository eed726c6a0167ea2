package aliyun

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
)

// maxNumber is the highest number that a name of a batch can have.
const maxNumber = 999_999

// numbering is the form "[begin,bits]" that numbers the names of a batch: from begin on, with so
// many digits. Both may be left out.
var numbering = regexp.MustCompile(`\[(\d*),(\d*)\]`)

// NumberNames implements [provider.NameNumberer]. UniqueSuffix begins every create at 001. So the
// names carry their numbers themselves, with as many digits as the last one needs. Names that have
// a numbering go on with it.
func (d *driver) NumberNames(spec *provider.RunInstancesSpec, first, last int) {
	if !spec.UniqueSuffix {
		shiftNames(spec, first-1)
		return
	}
	digits := max(3, len(strconv.Itoa(last)))
	for _, name := range []*string{&spec.Name, &spec.HostName} {
		if *name != "" {
			*name += fmt.Sprintf("[%d,%d]", first, digits)
		}
	}
	spec.UniqueSuffix = false
}

// shiftNames makes the numberings of names begin by so much later.
func shiftNames(spec *provider.RunInstancesSpec, by int) {
	for _, name := range []*string{&spec.Name, &spec.HostName} {
		if begin, ok := numberOf(*name); ok {
			*name = numbering.ReplaceAllString(*name, fmt.Sprintf("[%d,$2]", begin+by))
		}
	}
}

// plainName returns a name with a number in place of its numbering, so that the rules for its form
// can be checked.
func plainName(name string) string {
	return numbering.ReplaceAllStringFunc(name, func(m string) string {
		bits, _ := strconv.Atoi(numbering.FindStringSubmatch(m)[2]) // without bits it is the least
		return strings.Repeat("0", min(max(bits, 1), 6))
	})
}

// numberOf returns where the numbering of a name begins: at 0 if it does not say.
func numberOf(name string) (begin int, ok bool) {
	m := numbering.FindStringSubmatch(name)
	if m == nil {
		return 0, false
	}
	begin, err := strconv.Atoi(m[1])
	return begin, err == nil || m[1] == ""
}

// checkNumbers checks the numbering of a name. Count is how many instances there are.
func checkNumbers(c *provider.Checker, path, name string, count int) {
	m := numbering.FindStringSubmatch(name)
	if m == nil {
		return
	}
	begin, ok := numberOf(name)
	fits := ok && begin+max(count, 1)-1 <= maxNumber
	c.Require(fits, path, name, fmt.Sprintf("the last number must be at most %d", maxNumber))
	digits := len(m[2]) < 2 && strings.Trim(m[2], "123456") == ""
	c.Require(digits, path, name, "a numbering has 1 to 6 digits, as in [1,4]")
	c.Require(len(numbering.FindAllString(name, -1)) == 1, path, name, "must have one numbering at most")
}
