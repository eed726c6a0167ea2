// Package storetest is the suite that every [store.Store] must pass: this module's and those of
// other people. A failure prints the rule that was broken and why it matters.
//
//	func TestMain(m *testing.M) {
//		storetest.Child(open)
//		os.Exit(m.Run())
//	}
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, storetest.Config{New: newPlace, Open: open})
//	}
//
// Child is needed because the suite starts the test binary again as other processes, which it
// kills and stops. Those tests take some seconds of real time; -short leaves them out. They run
// on the simulator (package cloudsim) in the process of the test.
package storetest
