package control_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/control"
)

// A simulator with the control API in a server of your own. A test in any language sets a
// fault with one request, for example curl --json '{"kind":"no-stock"}' URL/faults.
func ExampleHandler() {
	sim := cloudsim.New(nil)
	server := httptest.NewServer(control.Handler(sim))
	defer server.Close()

	resp, err := http.Post(server.URL+"/faults", "application/json",
		strings.NewReader(`{"kind":"no-stock","cloud":"ecs","times":1}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	fmt.Print(resp.StatusCode, " ", string(body))
	fmt.Println(len(sim.Faults()), err)
	// Output:
	// 201 {"id":1,"hits":0,"fault":{"cloud":"ecs","kind":"no-stock","times":1}}
	// 1 <nil>
}
