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
// The simulator verifies every signature by itself, from the vendors'
// documents, and imports no vendor SDK and no adapter, so that it cannot share
// their mistakes. Clients in any language can use it over loopback: see
// [Sim.Start] and the simulator example.
//
// What a cloud does on a bad day is a [Fault]: throttling, no stock, 5xx before
// or after the effect, a connection cut after the effect, partial fulfilment,
// launch failure, malformed bodies, slow answers. It may also lie: instances that
// show up late, answers that name too few, too many or foreign instances, a refusal
// that still made some, client tokens that are dead or forgotten, orders that
// nobody paid, describes that leave instances out or contradict themselves, a proxy
// that answers in place of the service, bodies that end early. [FaultKind] says of
// each which clouds know it and which fields it reads. Faults combine. What they draw
// comes from [Options].Seed by a source of its own, which does not change what IDs,
// addresses and boot times instances get.
//
// What truly exists is what [Sim.Instances] returns, not what the clouds show.
package cloudsim
