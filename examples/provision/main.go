// Command provision creates the instances of a fleet on several clouds, from one file.
//
//	provision example > fleet.yaml
//	provision plan -f fleet.yaml --simulate      # the requests, nothing is sent
//	provision apply -f fleet.yaml --simulate     # creates them, and waits until they run
//	provision status
//	provision down
//
// What was created is kept in a state directory, so an apply that was interrupted or killed is
// continued by "provision resume", without a second instance. README.md tells more.
package main

import (
	"context"
	"os"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
}
