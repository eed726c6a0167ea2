package cloudsim

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
)

// rpcClaims reads the system parameters of signature version 1. They may stand
// in the query or in the form, and so may the others: there is one signature
// over all of them.
func (q *aliRequest) rpcClaims() (aliClaims, *aliError) {
	p := q.params
	for _, name := range []string{
		"Action", "Version", "AccessKeyId", "SignatureMethod", "SignatureVersion",
		"SignatureNonce", "Timestamp", "Signature",
	} {
		if p[name] == "" {
			return aliClaims{}, aliMissing(name)
		}
	}
	if p["SignatureMethod"] != "HMAC-SHA1" {
		return aliClaims{}, aliMisspelt("SignatureMethod")
	}
	if p["SignatureVersion"] != "1.0" {
		return aliClaims{}, aliMisspelt("SignatureVersion")
	}
	return aliClaims{
		action:  p["Action"],
		version: p["Version"],
		keyID:   p["AccessKeyId"],
		token:   p["SecurityToken"],
		nonce:   p["SignatureNonce"],
		date:    p["Timestamp"],
		check:   q.checkRPC,
	}, nil
}

// aliMisspelt refuses with the code as the vendor spells it, wrongly.
func aliMisspelt(name string) *aliError {
	return aliRefusal(400, "InvalidParamater", `The specified parameter "`+name+`" is not valid.`)
}

func (q *aliRequest) checkRPC(secret string) *aliError {
	got, err := base64.StdEncoding.DecodeString(q.params["Signature"])
	if err != nil || len(got) != sha1.Size {
		return aliIncomplete()
	}
	text := rpcStringToSign(q.http.Method, q.params)
	if !hmac.Equal(got, rpcSign(secret, text)) {
		return aliBadSignature(text)
	}
	return nil
}

func rpcStringToSign(method string, params map[string]string) string {
	return method + "&%2F&" + aliEscape(aliEncode(params, "Signature"))
}

func rpcSign(secret, text string) []byte {
	mac := hmac.New(sha1.New, []byte(secret+"&"))
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
