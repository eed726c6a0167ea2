// Package cloudsim simulates an account on Alibaba Cloud ECS, Alibaba Cloud
// ENS, Tencent Cloud CVM and QingCloud, over the vendors' real wire protocols.
//
// A program under test keeps its adapter, the vendor's SDK and its signatures;
// only the transport or the endpoint differs:
//
//	sim := cloudsim.New(nil)
//	client, err := aliyun.New(aliyun.Config{
//		Region:      "cn-hangzhou",
//		Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
//		Transport:   sim.Transport(),
//	})
//
// The simulator verifies every signature with its own code, written from the vendors'
// documents. It imports no vendor SDK and no adapter, so it cannot share their
// mistakes. Clients in any language can use it over loopback: see [Sim.Start] and the
// simulator example.
//
// A [Fault] makes calls fail: throttling, no stock, 5xx before or after the effect, a
// connection cut after the effect, partial fulfilment, launch failure, malformed
// bodies, slow answers. A fault may also make answers wrong: instances that become
// visible late; answers that name too few, too many or foreign instances; a refusal
// that still created instances; client tokens that are dead or forgotten; unpaid
// orders; describes that leave instances out or contradict themselves; a proxy that
// answers in place of the service; bodies that end early. [FaultKind] documents each
// kind: the clouds that have it and the fields it reads. Faults combine. Random choices
// of faults come from [Options].Seed by a source of their own. They do not change the
// IDs, addresses and boot times of instances.
//
// [Sim.Instances] returns the instances that exist, whatever the clouds show.
//
// Regions, nodes and zones are those of the vendors' documents; a call to another one is
// refused as the cloud refuses it, and a zone must be one of its region. See [Region];
// [Options].Regions adds your own, for example the zones of a private QingCloud.
//
// [Options].Logger reports unknown actions and refused parameters. [Sim.KeepCalls] keeps
// records of the latest calls. Neither shows a secret. [Sim.Reset] makes the account empty.
// Package control serves all of this over HTTP on loopback, for tests in other languages,
// with a status page.
//
// [Sim.Announce] announces what will happen to instances: a spot instance that is taken back,
// maintenance, failures, unpaid bills, locks. It happens after a time, and the clouds show it as
// their documents say. Go programs alone can announce, not those that use package control.
package cloudsim
