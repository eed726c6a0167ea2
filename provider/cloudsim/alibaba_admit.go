package cloudsim

import (
	"crypto/subtle"
	"time"
)

const (
	aliWindow = 15 * time.Minute // in which a timestamp is accepted, each way; documented for ACS3
	aliStamp  = "2006-01-02T15:04:05Z"
)

// admit decides whether a request is authentic, fresh and meant for an API
// that exists. The nonce is spent only once the signature is known to be good,
// so that nobody can spend another one's.
func (a *alibaba) admit(q *aliRequest, now time.Time) *aliError {
	c := q.claims
	if c.keyID != a.Service.Config.AccessKeyID {
		return aliRefusal(400, "InvalidAccessKeyId.NotFound", "The specified Access Key ID does not exist.")
	}
	if err := a.checkToken(c.token); err != nil {
		return err
	}
	if err := c.check(a.Service.Config.AccessKeySecret); err != nil {
		return err
	}
	if err := aliFresh(c.date, now); err != nil {
		return err
	}
	if !a.Service.UseNonce(c.nonce, now, aliWindow) {
		return aliRefusal(400, "SignatureNonceUsed", "The request signature nonce has been used.")
	}
	return a.route(c)
}

// checkToken holds STS keys to their token. The prefix of the codes is
// documented; which of them answers what, and the status, is not verified.
func (a *alibaba) checkToken(got string) *aliError {
	want := a.Service.Config.SecurityToken
	switch {
	case subtle.ConstantTimeCompare([]byte(got), []byte(want)) == 1:
		return nil
	case got == "":
		return aliRefusal(400, "InvalidSecurityToken.Malformed", "The security token is missing or malformed.")
	default:
		return aliRefusal(400, "InvalidSecurityToken.MismatchWithAccessKey", "The security token does not match the access key.")
	}
}

func aliFresh(date string, now time.Time) *aliError {
	at, err := time.Parse(aliStamp, date)
	if err != nil {
		return aliRefusal(400, "IllegalTimestamp", `The specified parameter "Timestamp" is not valid. Want YYYY-MM-DDThh:mm:ssZ.`)
	}
	if age := now.Sub(at); age > aliWindow || age < -aliWindow {
		return aliRefusal(400, "InvalidTimeStamp.Expired", "The specified time stamp or date value is expired.")
	}
	return nil
}

func (a *alibaba) route(c aliClaims) *aliError {
	if c.version != a.version {
		return aliRefusal(400, "InvalidParameter", `The specified parameter "Action or Version" is not valid.`)
	}
	if _, ok := a.actions[c.action]; !ok {
		return aliUnknownAction()
	}
	return nil
}

func aliUnknownAction() *aliError {
	return aliRefusal(403, "InvalidAction", "Specified action is not valid.")
}

// aliMissing is the refusal of a request without a parameter of the protocol.
func aliMissing(name string) *aliError {
	return aliRefusal(400, "MissingParameter", aliMissingText(name))
}

func aliMissingText(name string) string {
	return `The input parameter "` + name + `" that is mandatory for processing this request is not supplied.`
}

// aliBadSignature repeats what the server signed, as the vendor does: the SDKs
// compare it with their own and tell a wrong secret from a wrong encoding by
// it. In RPC requests that text holds every parameter, passwords included.
func aliBadSignature(stringToSign string) *aliError {
	return aliRefusal(400, "SignatureDoesNotMatch",
		"Specified signature is not matched with our calculation. server string to sign is:"+stringToSign)
}

func aliIncomplete() *aliError {
	return aliRefusal(400, "IncompleteSignature", "The request signature does not conform to Aliyun standards.")
}
