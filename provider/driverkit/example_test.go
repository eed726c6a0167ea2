package driverkit_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/driverkit"
)

// A driver builds a request and reads its answer. The rest is of the caller: it sends the request
// once, and the error says what the failure proves. This cloud refuses the create with a code that
// the table knows, so nothing was made.
func ExampleCaller_Do() {
	caller := driverkit.NewCaller(driverkit.Config{
		Driver:      "fifth",
		Credentials: provider.StaticCredentials("key-id", "key-secret", ""),
		Transport:   says(http.StatusConflict, `{"code": "no_stock", "message": "sold out"}`),
		Codes:       provider.NewErrorTable([]provider.ErrorCode{{Code: "no_stock", Kind: provider.ErrNoStock, Stock: provider.StockOfType}}),
	})
	err := caller.Do(context.Background(), driverkit.Call{
		Op: "POST /v1/instances",
		Build: func(ctx context.Context, keys provider.Credentials) (*http.Request, error) {
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://api.fifth.example/v1/instances", nil)
			if err == nil {
				req.Header.Set("Authorization", keys.AccessKeyID) // a real driver signs here
			}
			return req, err
		},
		Decode: func(a *driverkit.Answer) error {
			var answer struct{ Code, Message string }
			if err := json.Unmarshal(a.Body, &answer); err != nil {
				return err
			}
			if answer.Code != "" {
				return &driverkit.Refusal{Code: answer.Code, Message: answer.Message}
			}
			return nil
		},
	})
	var api *provider.APIError
	fmt.Println(errors.Is(err, provider.ErrNoStock), errors.As(err, &api), api.Outcome)
	fmt.Println(err)
	// Output:
	// true true rejected
	// fifth: POST /v1/instances: no stock: HTTP 409: no_stock: sold out
}
