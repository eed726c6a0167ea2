// Package problem turns the errors of package provider into problem details for HTTP APIs
// (RFC 9457, application/problem+json), so that a service does not have to.
//
//	mux.Handle("PUT /operations/{id}", problem.Handler(func(w http.ResponseWriter, r *http.Request) error {
//		op, err := client.Run(r.Context(), r.PathValue("id"), &spec, operations, nil)
//		if err != nil {
//			return err
//		}
//		...
//	}))
//
// A problem has what a client needs to decide: a class, the same word on all clouds; whether
// instances may exist that nobody knows of; each field of a refused spec; and the vendor's code
// and request ID of each failed call. It has no secret, as the errors have none.
package problem
