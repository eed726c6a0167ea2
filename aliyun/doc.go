// Package aliyun runs instances on Alibaba Cloud ECS.
//
//	c, err := aliyun.New(aliyun.Config{Region: "cn-hangzhou"})
//
// The fixtures of its tests were written from the vendor's documentation and
// from its SDK's source. None was recorded from the live cloud.
//
// Calls go to the endpoint of their region by the vendor's table, which also has the
// closed regions for finance and government. Config.Endpoint may be a pattern, such as
// "ecs-vpc.{region}.aliyuncs.com" inside private networks. Config.EndpointFor chooses
// region by region. A host that does not exist ends a call within seconds, with the
// question whether the region exists.
//
// # Credentials
//
// Without Config.Credentials the vendor's default chain is asked, before the
// first call and again when keys expire: the environment variables
// ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and
// ALIBABA_CLOUD_SECURITY_TOKEN, OIDC, the profile of the vendor's command line
// tool, the credentials file, the role of the instance this runs on (which is asked
// past any proxy), and ALIBABA_CLOUD_CREDENTIALS_URI. The error of a failed chain is not repeated,
// because it quotes URLs and answers.
//
// # Idempotency
//
// Every create carries a ClientToken: the same token and parameters give the
// same instances. How long a token lives is not documented, so after about an
// hour look for the instances before repeating it. A token cannot be used again
// after a definite refusal, nor with other parameters.
//
// A create is refused for certain by a code of the error table, by a code of the
// families of checks that come first (Invalid, MissingParameter, Forbidden,
// NoPermission), and by what never let the request through: no connection, or HTTP
// 413, 414, 421, 425, 426, 429, 431 and the like. Any other answer leaves the outcome
// open. IdempotentFailed says that the token is used up. IDs are kept from every
// answer, also from one that ends early.
//
// With AutoPay false the answer is an order without IDs, and no error: nothing exists
// until the order is paid.
//
// A template or a version of one is created without a token: after a lost answer
// look for the name, which exists once. Deployment sets have a token, the
// caller's own if placement.Spec.ClientToken is set.
//
// # Names
//
// UniqueSuffix numbers instances from 001 on, and goes on over all creates of an
// operation: after the first 100, names are sent in the form "web[101,3]". Names
// that number themselves, such as "web-[1,4]-x", go on in the same way.
//
// # Launch templates
//
// Package [launchtemplate] keeps specs under a name. A template holds no
// password, no count, no CPU options, no dedicated hosts and no keys of encrypted
// disks: such a field is an error, where the cloud would drop it. Values are
// looked at by the cloud when instances are made. A version that is read has in
// [RunOptions.Params] what no field of a spec says. Zeros that mean "not set" are
// left out. A spec that names a template cannot blank what the template sets.
// User data comes back decoded; a password was never there. Tags in templates
// have keys of at most 64 characters; raw parameters take longer ones.
//
// # Placement groups
//
// The groups of package [placement] are deployment sets: spread is Availability,
// partition AvailabilityGroup with 1 to 7 partitions, cluster LowLatency. They
// keep instances apart by hosts, one to a host, and have no tags. Newer
// documentation has further levels: [PlacementOptions].Params take Type and
// Affinity, and both are read. An instance is moved by a call of its own; Force may
// restart it.
//
// # Waiting
//
// Reads lag behind creates: a new instance may be missing from an answer for up
// to a minute. ECS has no failed state. An instance that cannot be built is
// released by the cloud, usually within five minutes, and disappears. An
// account without the permission to describe gets empty lists, not an error: a dry run
// of the describe tells the two apart.
//
// A locked instance has [provider.Instance].Lock and Reason: financial means arrears, or
// the end of a prepaid period; dedicatedhostfinancial the end of the host's period;
// Recycling a spot instance that is taken back; security and refunded what they say. It is
// suspended unless it still runs. Of several locks security counts first, then Recycling.
//
// DescribeInstances has neither disks, roles nor automatic renewal. Of interfaces it has
// the addresses, but the subnet and the groups of the primary one only.
//
// # Quotas and paging
//
// At most 100 instances per create, and 100 IDs per describe, terminate, start,
// stop and reboot. Lists are read 100 a page, templates and deployment sets 50. A region holds 30
// templates of 30 versions each; one call deletes 29 versions. The cloud throttles per API, region
// and account, together for all its users. Only the account's quota center shows the
// numbers, so [provider.Limits] holds guesses.
//
// Terminating cuts the power of running instances. The cloud answers no result per
// instance, and does not release a prepaid instance within its period. With the instance
// go its public address, its system disk, its data disks unless DeleteWithInstance is
// false, and its interfaces unless DeleteOnRelease is false. TerminateRequest.Ordered adds
// TerminateSubscription, which releases prepaid instances whose period is over. Force adds
// ForceStop. Disks and interfaces that were to outlive their instance stay.
//
// Starting, stopping and rebooting have a result per instance, and no instance stops
// the change of another (BatchOptimization=SuccessFirst). IncorrectInstanceStatus
// is the answer for an instance that is on its way, and for one that stays as it is:
// it counts as temporary only beside a state that passes, or as
// IncorrectInstanceStatus.Initializing. A code of one instance, such as InstanceExpired,
// is a refusal for it. StoppedMode is sent for StopCharging and for KeepCharging; without
// both the cloud decides whether a stopped instance is paid for.
//
// # Vendor options
//
// [RunOptions] in RunInstancesSpec.Vendor: burstable credits, storage sets,
// partitions of a deployment set, image families, unpaid orders, the older
// parameters for one security group, and every other parameter of the vendor's newest
// typed SDK for Go (ecs-20140526 v7.7.0): the metadata service, private pools, trusted
// systems, queues of interfaces, bursts of disks and more. [InterfaceOptions] can make an
// interface the primary one. Newer parameters go by their wire names.
// [TemplateOptions] are for launch templates, [PlacementOptions] for deployment
// sets. Raw parameters go out with every create of an operation: those that give each
// instance a value of its own, such as HostNames.N, are refused when there may be
// several.
//
// A field that is false goes out as no parameter at all, which lets a launch
// template decide. RunOptions.SendFalse sends false.
//
// # Not supported
//
// Hardware by size, VPCID (the SubnetID implies it), IPFamily, existing volumes
// and snapshots as system disk, DeleteWithInstance of the system disk, and the
// choice of a monitoring agent. Year and day periods: use month or week. A data
// disk has a size or a snapshot: beside a snapshot ECS ignores the size. On a
// public Windows image it ignores key pairs, so that they are an error there. That
// AutoReleaseTime has to be half an hour ahead is left to the cloud: a create that is
// asked for again after a crash must not be refused for its age.
package aliyun
