package control

import (
	"encoding/json"
	"errors"
	"time"
)

// duration is a time span that JSON has as text, such as "1.5s".
type duration time.Duration

// MarshalJSON implements [json.Marshaler].
func (d duration) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(d).String()) }

// UnmarshalJSON implements [json.Unmarshaler].
func (d *duration) UnmarshalJSON(text []byte) error {
	var s string
	if json.Unmarshal(text, &s) != nil {
		return errDuration
	}
	v, err := time.ParseDuration(s)
	if err != nil {
		return errDuration
	}
	*d = duration(v)
	return nil
}

var errDuration = errors.New(`a duration must be text such as "1.5s" or "200ms"`)
