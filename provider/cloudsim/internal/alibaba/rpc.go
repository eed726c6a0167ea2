package alibaba

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
)

// rpcClaims reads the system parameters of signature version 1. All parameters may be
// in the query or in the form: one signature covers all of them.
func (q *request) rpcClaims() (claims, *Refusal) {
	p := q.params
	for _, name := range []string{
		"Action", "Version", "AccessKeyId", "SignatureMethod", "SignatureVersion",
		"SignatureNonce", "Timestamp", "Signature",
	} {
		if p[name] == "" {
			return claims{}, Missing(name)
		}
	}
	if p["SignatureMethod"] != "HMAC-SHA1" {
		return claims{}, misspelt("SignatureMethod")
	}
	if p["SignatureVersion"] != "1.0" {
		return claims{}, misspelt("SignatureVersion")
	}
	return claims{
		action:  p["Action"],
		version: p["Version"],
		keyID:   p["AccessKeyId"],
		token:   p["SecurityToken"],
		nonce:   p["SignatureNonce"],
		date:    p["Timestamp"],
		check:   q.checkRPC,
	}, nil
}

// misspelt refuses with the vendor's code, which has a spelling mistake.
func misspelt(name string) *Refusal {
	return Refuse(400, "InvalidParamater", `The specified parameter "`+name+`" is not valid.`)
}

func (q *request) checkRPC(secret string) *Refusal {
	got, err := base64.StdEncoding.DecodeString(q.params["Signature"])
	if err != nil || len(got) != sha1.Size {
		return incomplete()
	}
	text := RPCStringToSign(q.http.Method, q.params)
	if !hmac.Equal(got, RPCSign(secret, text)) {
		return badSignature(text)
	}
	return nil
}

// RPCStringToSign returns the text to sign for a method and all parameters.
func RPCStringToSign(method string, params map[string]string) string {
	return method + "&%2F&" + escape(EncodeParams(params, "Signature"))
}

// RPCSign returns the signature of a text.
func RPCSign(secret, text string) []byte {
	mac := hmac.New(sha1.New, []byte(secret+"&"))
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
