package main

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain is the worker when the program starts itself as one.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == workerArg {
		main()
		return
	}
	goleak.VerifyTestMain(m)
}

// The program fails unless exactly the wanted number of instances exists at its end.
func TestAFleetThatIsKilledHasExactlyWhatWasWanted(t *testing.T) {
	if testing.Short() {
		t.Skip("left out with -short: real processes wait 17 s for instances that boot in real time")
	}
	if err := supervise(t.Context()); err != nil {
		t.Error(err)
	}
}
