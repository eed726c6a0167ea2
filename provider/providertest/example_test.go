package providertest_test

import (
	"encoding/base64"
	"fmt"

	"github.com/yunfan-cloud/yunfan/provider/providertest"
)

// A test of your own looks for a secret in everything that your service has written, in each form
// that a proxy or a library may have given it.
func ExampleLeaks() {
	const password = "Valid-pass-1234"
	record := "user data: " + base64.StdEncoding.EncodeToString([]byte("password="+password))
	fmt.Println(providertest.Leaks(record, password)[0])
	fmt.Println(len(providertest.Leaks("user data: [redacted]", password)))
	// Output:
	// secret 1 in base64
	// 0
}
