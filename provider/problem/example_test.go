package problem_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/problem"
)

// A handler returns its error, and the client of the service gets it as problem details.
func ExampleHandler() {
	create := problem.Handler(func(http.ResponseWriter, *http.Request) error {
		spec := provider.RunInstancesSpec{ImageID: "img-ubuntu", InstanceType: "t1.small", Count: -1}
		return spec.Validate() // a real one goes on with client.Run
	})
	answer := httptest.NewRecorder()
	create.ServeHTTP(answer, httptest.NewRequest(http.MethodPut, "/operations/web-1", nil))
	fmt.Println(answer.Code, answer.Header().Get("Content-Type"))
	var p problem.Problem
	err := json.Unmarshal(answer.Body.Bytes(), &p)
	fmt.Println(p.Class, p.Fields[0].Path, p.Fields[0].Reason, err)
	// Output:
	// 422 application/problem+json
	// invalid Count must not be negative <nil>
}

// The class of a problem is one word, the same on all clouds.
func ExampleOf() {
	p := problem.Of(&provider.APIError{
		Driver: "aliyun", Op: "RunInstances", Code: "OperationDenied.NoStock", RequestID: "7F3C",
		Kind: provider.ErrNoStock, Outcome: provider.OutcomeRejected,
	})
	fmt.Println(p.Status, p.Class, p.OutcomeUnknown, p.Calls[0].Code)
	// Output: 409 no-stock false OperationDenied.NoStock
}
