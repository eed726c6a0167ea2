package catalog

import (
	"cmp"
	"strconv"
)

// word returns a text, or "unknown" for none.
func word(s string) string { return cmp.Or(s, "unknown") }

// count returns a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// gpus returns a number of GPUs, which may be a part of one.
func gpus(n float64) string {
	if n == 1 {
		return "1 GPU"
	}
	return number(n) + " GPUs"
}

// number returns a number as text.
func number(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// memory returns a size of memory as people read it.
func memory(mib int) string {
	const gib = 1 << 10
	return number(float64(mib)/gib) + " GiB"
}
