package alibaba

import (
	"crypto/subtle"
	"time"
)

// TimeFormat is the format of a time in requests and answers, in UTC.
const TimeFormat = "2006-01-02T15:04:05Z"

const window = 15 * time.Minute // accepted difference of a timestamp, before and after; documented for ACS3

// admit checks that a request is authentic, fresh and for an existing API. It records
// the nonce only after the signature is known to be good.
func (a *Gateway) admit(q *request, now time.Time) *Refusal {
	c := q.claims
	if c.keyID != a.Service.Config.AccessKeyID {
		return Refuse(400, "InvalidAccessKeyId.NotFound", "The specified Access Key ID does not exist.")
	}
	if err := a.checkToken(c.token); err != nil {
		return err
	}
	if err := c.check(a.Service.Config.AccessKeySecret); err != nil {
		return err
	}
	if err := fresh(c.date, now); err != nil {
		return err
	}
	if !a.Service.UseNonce(c.nonce, now, window) {
		return Refuse(400, "SignatureNonceUsed", "The request signature nonce has been used.")
	}
	return a.route(c)
}

// checkToken checks the security token of STS keys. The prefix of the codes is
// documented. It is not verified which code and status answer which mistake.
func (a *Gateway) checkToken(got string) *Refusal {
	want := a.Service.Config.SecurityToken
	switch {
	case subtle.ConstantTimeCompare([]byte(got), []byte(want)) == 1:
		return nil
	case got == "":
		return Refuse(400, "InvalidSecurityToken.Malformed", "The security token is missing or malformed.")
	default:
		return Refuse(400, "InvalidSecurityToken.MismatchWithAccessKey",
			"The security token does not match the access key.")
	}
}

func fresh(date string, now time.Time) *Refusal {
	at, err := time.Parse(TimeFormat, date)
	if err != nil {
		return Refuse(400, "IllegalTimestamp",
			`The specified parameter "Timestamp" is not valid. Want YYYY-MM-DDThh:mm:ssZ.`)
	}
	if age := now.Sub(at); age > window || age < -window {
		return Refuse(400, "InvalidTimeStamp.Expired", "The specified time stamp or date value is expired.")
	}
	return nil
}

func (a *Gateway) route(c claims) *Refusal {
	action, known := a.Table[c.action]
	other := known && action.Version == c.version
	if c.version != a.version && !other {
		return Refuse(400, "InvalidParameter", `The specified parameter "Action or Version" is not valid.`)
	}
	if !known {
		return unknownAction()
	}
	return nil
}

func unknownAction() *Refusal {
	return Refuse(403, "InvalidAction", "Specified action is not valid.")
}

// Missing is the refusal of a request without a parameter of the protocol.
func Missing(name string) *Refusal {
	return Refuse(400, "MissingParameter", MissingText(name))
}

// MissingText is the message about a missing parameter.
func MissingText(name string) string {
	return `The input parameter "` + name + `" that is mandatory for processing this request is not supplied.`
}

// badSignature repeats the text that the service signed, as the vendor does. The SDKs
// compare it with their own text, to tell a wrong secret from a wrong encoding. In RPC
// requests that text holds every parameter, including passwords.
func badSignature(stringToSign string) *Refusal {
	return Refuse(400, "SignatureDoesNotMatch",
		"Specified signature is not matched with our calculation."+signedText+stringToSign)
}

// signedText begins the part of a message that repeats the signed text.
const signedText = " server string to sign is:"

func incomplete() *Refusal {
	return Refuse(400, "IncompleteSignature", "The request signature does not conform to Aliyun standards.")
}
