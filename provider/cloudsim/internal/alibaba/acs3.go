package alibaba

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
)

// ACS3Name is the name of the method; its Authorization header begins with it.
const ACS3Name = "ACS3-HMAC-SHA256"

// ACS3Signed are the headers that every signature must cover.
const ACS3Signed = "host x-acs-action x-acs-content-sha256 x-acs-date x-acs-signature-nonce x-acs-version"

func (q *request) acs3() bool {
	return strings.HasPrefix(q.http.Header.Get("Authorization"), ACS3Name)
}

// acs3Claims reads the protocol's headers. All parameters belong to the API.
func (q *request) acs3Claims() (claims, *Refusal) {
	for _, name := range strings.Fields(ACS3Signed) {
		if q.header(name) == "" {
			return claims{}, Missing(name)
		}
	}
	auth := acs3Authorization(q.http.Header.Get("Authorization"))
	if auth["Credential"] == "" || auth["SignedHeaders"] == "" || auth["Signature"] == "" {
		return claims{}, incomplete()
	}
	signed := strings.Split(auth["SignedHeaders"], ";")
	if !q.coversAll(signed) {
		return claims{}, incomplete()
	}
	return claims{
		action:  q.header("x-acs-action"),
		version: q.header("x-acs-version"),
		keyID:   auth["Credential"],
		token:   q.header("x-acs-security-token"),
		nonce:   q.header("x-acs-signature-nonce"),
		date:    q.header("x-acs-date"),
		check:   func(secret string) *Refusal { return q.checkACS3(secret, signed, auth["Signature"]) },
	}, nil
}

// acs3Authorization splits "ACS3-HMAC-SHA256 Credential=a,SignedHeaders=b;c,Signature=d".
func acs3Authorization(s string) map[string]string {
	out := map[string]string{}
	for _, part := range strings.Split(strings.TrimPrefix(s, ACS3Name), ",") {
		if name, value, ok := strings.Cut(part, "="); ok {
			out[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	return out
}

// coversAll reports whether a client's list of signed headers includes every header
// that changes the meaning of the request.
func (q *request) coversAll(signed []string) bool {
	want := strings.Fields(ACS3Signed)
	if q.header("x-acs-security-token") != "" {
		want = append(want, "x-acs-security-token")
	}
	for _, name := range want {
		if !slices.Contains(signed, name) {
			return false
		}
	}
	return true
}

// header returns the signed form of a header. Host includes its port, as sent.
func (q *request) header(name string) string { return acs3Header(q.http, name) }

func acs3Header(r *http.Request, name string) string {
	if name == "host" {
		return r.Host
	}
	return strings.TrimSpace(strings.Join(r.Header.Values(name), ","))
}

func (q *request) checkACS3(secret string, signed []string, signature string) *Refusal {
	got, err := hex.DecodeString(signature)
	if err != nil || len(got) != sha256.Size {
		return incomplete()
	}
	text := ACS3StringToSign(ACS3Canonical(q.http, q.query, signed))
	if !hmac.Equal(got, ACS3Sign(secret, text)) {
		return badSignature(text)
	}
	if q.header("x-acs-content-sha256") != ACS3Hash(q.body) {
		// The signature is right, but the body is not the signed one.
		return Refuse(400, "SignatureDoesNotMatch",
			`The header "x-acs-content-sha256" is not the hash of the request body.`)
	}
	return nil
}

// ACS3Canonical returns the canonical request with the client's own list of headers.
func ACS3Canonical(r *http.Request, query map[string]string, signed []string) string {
	var b strings.Builder
	b.WriteString(r.Method + "\n/\n" + EncodeParams(query, "") + "\n")
	for _, name := range signed {
		b.WriteString(name + ":" + acs3Header(r, name) + "\n")
	}
	b.WriteString("\n" + strings.Join(signed, ";") + "\n" + acs3Header(r, "x-acs-content-sha256"))
	return b.String()
}

// ACS3StringToSign returns the text to sign for a canonical request.
func ACS3StringToSign(canonical string) string {
	return ACS3Name + "\n" + ACS3Hash([]byte(canonical))
}

// ACS3Hash returns the SHA-256 of b in hexadecimal digits.
func ACS3Hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// ACS3Sign returns the signature of a text.
func ACS3Sign(secret, text string) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
