package qingcloud

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"math/big"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// keyPair is a key pair of the account: one of the inventory, or one that a call created.
type keyPair struct {
	core.KeyPair
	method string // encrypt_method
}

// allKeyPairs returns the key pairs of the account. It is unverified that they are the same in
// all zones.
func (q *api) allKeyPairs() []keyPair {
	var all []keyPair
	for _, p := range q.service.Inventory().KeyPairs {
		if !q.deletedKeyPairs[p.ID] {
			all = append(all, keyPair{p, "ssh-rsa"})
		}
	}
	return append(all, q.keyPairs...)
}

// hasKeyPair reports whether the account has a key pair.
func (q *api) hasKeyPair(id string) bool {
	return slices.ContainsFunc(q.allKeyPairs(), func(p keyPair) bool { return p.ID == id })
}

// createKeyPair is the action of that name. The private key is only in its answer.
func (q *api) createKeyPair(k *core.Call, a *args) (reply, *refusal) {
	p := keyPair{method: "ssh-rsa"}
	p.Name, p.Created = a.text("keypair_name"), k.Now
	if method := a.oneOf("encrypt_method", "ssh-rsa", "ssh-dss", "ecdsa-sha2-nistp521", "ssh-ed25519"); method != "" {
		p.method = method
	}
	private := ""
	switch {
	case a.oneOf("mode", "system", "user") == "user":
		p.method, p.PublicKey = readPublicKey(a)
	case a.err == nil:
		private, p.PublicKey = newKey(a, p.method)
	}
	if a.err != nil {
		return nil, a.err
	}
	p.ID = core.UnusedID(q.service.Rand, "kp-", 8, q.hasKeyPair)
	q.keyPairs = append(q.keyPairs, p)
	return reply{"keypair_id": p.ID, "private_key": private}, nil
}

// readPublicKey reads a public key in the form of a file of SSH, and returns its method and its
// body. A body alone is accepted too (unverified).
func readPublicKey(a *args) (method, body string) {
	words := strings.Fields(a.required("public_key"))
	method, body = "ssh-rsa", strings.Join(words, " ")
	if len(words) > 1 {
		method, body = words[0], words[1]
	}
	if _, err := base64.StdEncoding.DecodeString(body); err != nil {
		a.invalid("public_key", "must be a public key of SSH")
	}
	return method, body
}

// newKey makes a key, which is not drawn from the seed. The simulator makes keys of two of the
// four documented methods.
func newKey(a *args, method string) (private, public string) {
	switch method {
	case "ssh-ed25519":
		pub, key, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			panic("cloudsim: " + err.Error()) // crypto/rand does not fail
		}
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			panic("cloudsim: " + err.Error())
		}
		return pemOf("PRIVATE KEY", der), sshBody([]byte(method), pub)
	case "ssh-rsa":
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic("cloudsim: " + err.Error())
		}
		e := big.NewInt(int64(key.E))
		return pemOf("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key)), sshBody([]byte(method), mpint(e), mpint(key.N))
	}
	a.unknown("encrypt_method", "is ssh-rsa or ssh-ed25519 in the simulator")
	return "", ""
}

func pemOf(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// mpint is a positive number as SSH writes it (RFC 4251, section 5).
func mpint(n *big.Int) []byte {
	b := n.Bytes()
	if b[0]&0x80 != 0 {
		b = append([]byte{0}, b...)
	}
	return b
}

// sshBody is the base64 body of a public key of SSH (RFC 4253, section 6.6).
func sshBody(parts ...[]byte) string {
	var b []byte
	for _, p := range parts {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(p))), p...)
	}
	return base64.StdEncoding.EncodeToString(b)
}

// keyPairView is a key pair on the wire.
type keyPairView struct {
	ID          string    `json:"keypair_id"`
	Name        string    `json:"keypair_name"`
	Description *string   `json:"description"`
	Method      string    `json:"encrypt_method"`
	PublicKey   string    `json:"pub_key"`
	CreateTime  *string   `json:"create_time"`
	Owner       string    `json:"owner"`
	Tags        []tagView `json:"tags"`
	InstanceIDs *[]string `json:"instance_ids,omitempty"` // when verbose
}

// describeKeyPairs is the action of that name. An unknown ID is an error.
func (q *api) describeKeyPairs(k *core.Call, a *args) (reply, *refusal) {
	f := readList(a, "keypairs")
	methods, instance := a.either("encrypt_method"), a.id("instance_id")
	f.unknownID(a, "key pair", q.hasKeyPair)
	if a.err != nil {
		return nil, a.err
	}
	var found []keyPair
	for _, p := range q.allKeyPairs() {
		right := instance == "" || slices.Contains(q.holders(k, p.ID), instance)
		if right && matches(methods, p.method) && f.passes(p.ID, p.Name, p.Tags) {
			found = append(found, p)
		}
	}
	return answered(&f, "keypair_set", found, func(p keyPair) keyPairView {
		v := keyPairView{
			ID: p.ID, Name: p.Name, Method: p.method, PublicKey: p.PublicKey, CreateTime: stamp(p.Created),
			Owner: owner, Tags: tagViews(p.Tags),
		}
		if f.verbose {
			ids := q.holders(k, p.ID)
			v.InstanceIDs = &ids
		}
		return v
	}), nil
}

// holders returns the instances that have a key pair.
func (q *api) holders(k *core.Call, keyPair string) []string {
	ids := []string{}
	for _, m := range q.service.All() {
		if slices.Contains(m.KeyPairs, keyPair) && m.PhaseAt(k.Now) != core.Gone {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

// deleteKeyPairs is the action of that name: it deletes all of the key pairs or none. It refuses
// one that instances have; the rule and the code are unverified.
func (q *api) deleteKeyPairs(k *core.Call, a *args) (reply, *refusal) {
	ids := a.requiredIDs("keypairs")
	for _, id := range ids {
		switch {
		case !q.hasKeyPair(id):
			a.refuse(refusef(notFound, "ResourceNotFound, key pair [%s] is not found", id))
		case len(q.holders(k, id)) > 0:
			a.refuse(refusef(inUse, "DependencyExists, key pair [%s] is attached to instances, can not be deleted", id))
		}
	}
	if a.err != nil {
		return nil, a.err
	}
	for _, id := range ids {
		q.deletedKeyPairs[id] = true
	}
	q.keyPairs = slices.DeleteFunc(q.keyPairs, func(p keyPair) bool { return slices.Contains(ids, p.ID) })
	return reply{"keypairs": ids}, nil
}

// attachKeyPairs is the action of that name: every key pair to every instance, or none. A key
// pair that an instance has already changes nothing (unverified).
func (q *api) attachKeyPairs(k *core.Call, a *args) (reply, *refusal) {
	return q.rekey(k, a, func(m *core.Instance, id string) {
		if !slices.Contains(m.KeyPairs, id) {
			m.KeyPairs = append(m.KeyPairs, id)
		}
	})
}

// detachKeyPairs is the action of that name. A key pair that an instance does not have changes
// nothing (unverified).
func (q *api) detachKeyPairs(k *core.Call, a *args) (reply, *refusal) {
	return q.rekey(k, a, func(m *core.Instance, id string) {
		m.KeyPairs = slices.DeleteFunc(m.KeyPairs, func(have string) bool { return have == id })
	})
}

// rekey changes the key pairs of all instances of a call, which run or are stopped.
func (q *api) rekey(k *core.Call, a *args, change func(m *core.Instance, id string)) (reply, *refusal) {
	ids := a.requiredIDs("keypairs")
	instances := q.switchable(k, a, "given key pairs", "running", "stopped")
	for _, id := range ids {
		q.knownKeyPair(a, id)
	}
	if a.err != nil {
		return nil, a.err
	}
	for _, m := range instances {
		for _, id := range ids {
			change(m, id)
		}
	}
	return q.lifecycleJob(k, instances, powerTime), nil
}

// knownKeyPair refuses a key pair that does not exist. Without an inventory of the options every
// ID counts as existing.
func (q *api) knownKeyPair(a *args, id string) {
	if q.service.Strict() && !q.hasKeyPair(id) {
		a.refuse(refusef(notFound, "ResourceNotFound, key pair [%s] is not found", id))
	}
}
