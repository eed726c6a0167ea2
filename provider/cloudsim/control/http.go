package control

import (
	"encoding/json"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// methods serves a path by the method of the request.
type methods map[string]http.HandlerFunc

// ServeHTTP implements [http.Handler].
func (m methods) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	do := m[r.Method]
	if do == nil {
		allowed := strings.Join(slices.Sorted(maps.Keys(m)), ", ")
		w.Header().Set("Allow", allowed)
		refuse(w, http.StatusMethodNotAllowed, "the method must be "+allowed)
		return
	}
	do(w, r)
}

// refuse answers with an error.
func refuse(w http.ResponseWriter, status int, text string) {
	answer(w, status, struct {
		Error string `json:"error"`
	}{text})
}

// answer answers with JSON. A client that went away is no error of ours.
func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// readBody returns the body of a request, and reports false after it refused it.
func readBody(w http.ResponseWriter, r *http.Request) (body []byte, ok bool) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err != nil:
		refuse(w, http.StatusBadRequest, "the body cannot be read")
	case len(body) > maxBody:
		refuse(w, http.StatusRequestEntityTooLarge, "the body may have 64 KiB")
	case len(body) > 0 && media != "application/json":
		refuse(w, http.StatusUnsupportedMediaType, "the content type must be application/json (curl --json sends it)")
	default:
		return body, true
	}
	return nil, false
}

// knownQuery reports whether a query has only parameters of these names, each once, and
// refuses the request otherwise.
func knownQuery(w http.ResponseWriter, r *http.Request, names ...string) bool {
	query := r.URL.Query()
	for name, values := range query {
		if !slices.Contains(names, name) {
			refuse(w, http.StatusBadRequest, "unknown query parameter; want "+oneOf(names))
			return false
		}
		if len(values) > 1 {
			refuse(w, http.StatusBadRequest, "query parameter "+name+" is given twice")
			return false
		}
	}
	return true
}

// oneOf lists names in words.
func oneOf(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return "one of " + strings.Join(names, ", ")
}
