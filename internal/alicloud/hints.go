package alicloud

import "strings"

// hint says what to do about a refusal, where the service does not; "" for most codes. The codes of
// the two services, of STS and of both signatures differ in letters and endings.
func (r *Response) hint(code string) string {
	first, rest, _ := strings.Cut(plainCode(code), ".")
	switch first {
	case "invalidtimestamp", "illegaltimestamp":
		return r.clock.Hint()
	case "invalidsecuritytoken":
		if rest == "expired" || rest == "" {
			return "the temporary credentials in use have ended: get new ones from where they came"
		}
	}
	return ""
}
