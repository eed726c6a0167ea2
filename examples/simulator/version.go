package main

import (
	"runtime/debug"
	"strings"
)

// version describes the build: the module's version, the commit and Go's version.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "simulator (built without module information)"
	}
	words := []string{"simulator", info.Main.Path, info.Main.Version}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			words = append(words, "commit", s.Value)
		case s.Key == "vcs.modified" && s.Value == "true":
			words = append(words, "with changes")
		}
	}
	return strings.Join(append(words, info.GoVersion), " ")
}
