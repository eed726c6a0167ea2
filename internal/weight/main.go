//go:build unix

// Command weight tells what importing one adapter costs a program: it builds a small
// main for each with a cold cache, in turns, and prints the CPU seconds of all
// compilers and the linker, the memory of the largest of them, the size of the
// binary, and how many packages beyond the standard library are in it.
//
//	go run ./internal/weight            # all, and net/http alone to compare with
//	go run ./internal/weight aliyun     # one adapter
//
// It fails when a bound is missed: aliyun alone takes at most 400 MB and a binary
// at most 4 MB larger than that of net/http; no adapter links another's vendor.
package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
)

// Bounds of a program with the aliyun adapter.
const (
	mostMemory = 400e6 // bytes of the largest process
	mostExtra  = 4e6   // bytes of binary beyond net/http alone
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "weight:", err)
		os.Exit(1)
	}
}

func run(only []string) error {
	fmt.Printf("%-10s %8s %10s %10s %14s %9s\n", "imports", "CPU s", "peak MB", "binary MB", "over net/http", "packages")
	bare, err := weigh("net/http")
	if err != nil {
		return err
	}
	bare.print("net/http", bare)
	var missed []string
	for _, c := range clouds.All() {
		if len(only) > 0 && !slices.Contains(only, c.Name) {
			continue
		}
		w, err := weigh(c.Name)
		if err != nil {
			return err
		}
		w.print(c.Name, bare)
		missed = append(missed, w.missed(c, bare)...)
	}
	if len(missed) > 0 {
		return fmt.Errorf("%d bounds are missed: %q", len(missed), missed)
	}
	return nil
}

// weight is what a build took.
type weight struct {
	cpu      float64 // seconds
	peak     int64   // bytes of the largest process
	binary   int64   // bytes
	packages []string
}

func (w weight) print(name string, bare weight) {
	fmt.Printf("%-10s %8.1f %10.0f %10.1f %+14.1f %9d\n", name, w.cpu, float64(w.peak)/1e6, float64(w.binary)/1e6, float64(w.binary-bare.binary)/1e6, len(w.packages))
}

// missed names the bounds that a build does not keep.
func (w weight) missed(c clouds.Cloud, bare weight) (out []string) {
	if c.Name == "aliyun" {
		if w.peak > mostMemory {
			out = append(out, "memory of aliyun")
		}
		if w.binary-bare.binary > mostExtra {
			out = append(out, "binary of aliyun")
		}
	}
	for _, other := range clouds.All() {
		foreign := func(p string) bool { return strings.HasPrefix(p, other.SDK) }
		if other.SDK != c.SDK && slices.ContainsFunc(w.packages, foreign) {
			out = append(out, c.Name+" links "+other.SDK)
		}
	}
	return out
}
