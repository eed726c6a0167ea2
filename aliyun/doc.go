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
// Config.Credentials, or else the profile that Config.Profile names and no other, or else the
// first of these places that has any. Each is exported as a source of its own.
//
//  1. The environment ([EnvironmentCredentials]): the key pair of ALIBABA_CLOUD_ACCESS_KEY_ID,
//     ALIBABA_CLOUD_ACCESS_KEY_SECRET and ALIBABA_CLOUD_SECURITY_TOKEN; or of the same names with
//     ALIBABACLOUD_; or of ALICLOUD_ACCESS_KEY, ALICLOUD_SECRET_KEY and ALICLOUD_SECURITY_TOKEN (also
//     ALICLOUD_ACCESS_KEY_ID and ALICLOUD_ACCESS_KEY_SECRET). Variables of two tools are never mixed.
//     A pair beside ALIBABA_CLOUD_ROLE_ARN assumes that role, unless
//     ALIBABA_CLOUD_OIDC_TOKEN_FILE is set too: then the role is that of step 3.
//  2. Profile files ([ProfileCredentials]): those that ALICLOUD_SHARED_CREDENTIALS_FILE and
//     ALIBABA_CLOUD_CREDENTIALS_FILE name, then ~/.aliyun/config.json of the command line tool (unless
//     ALIBABA_CLOUD_CLI_PROFILE_DISABLED or ALIBABA_CLOUD_IGNORE_PROFILE is true), then
//     ~/.alibabacloud/credentials of the SDKs. The profile is that of ALIBABA_CLOUD_PROFILE,
//     ALIBABACLOUD_PROFILE or ALICLOUD_PROFILE, or else the current one of the first file, or
//     "default".
//  3. OIDC, such as RRSA of Kubernetes ([OIDCCredentials]): ALIBABA_CLOUD_ROLE_ARN,
//     ALIBABA_CLOUD_OIDC_PROVIDER_ARN, ALIBABA_CLOUD_OIDC_TOKEN_FILE, ALIBABA_CLOUD_ROLE_SESSION_NAME;
//     also with ALIBABACLOUD_.
//  4. The role of the instance ([InstanceRoleCredentials]), which ALIBABA_CLOUD_ECS_METADATA or
//     ALICLOUD_ECS_ROLE_NAME may name. ALIBABA_CLOUD_ECS_METADATA_DISABLED=true leaves it out,
//     ALIBABA_CLOUD_IMDSV1_DISABLED=true forbids the first version of the metadata service.
//  5. A credentials URI ([URICredentials]): ALIBABA_CLOUD_CREDENTIALS_URI or
//     ALICLOUD_CREDENTIALS_URI.
//
// ALICLOUD_ASSUME_ROLE_ARN, with ALICLOUD_ASSUME_ROLE_SESSION_NAME and
// ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION (seconds), is a role that is assumed with what was found,
// wherever that was.
//
// A place that is configured and fails is the error: half a key pair, a variable that is set but
// empty, a file without the profile, a Security Token Service that cannot be reached. Another
// identity is never tried. The place that answered first is kept for the life of the client. Without
// any, one error lists all places. An expired sign-in says which command renews it; a refusal for the
// time of a request says how far the local clock is off.
//
// Profiles of the command line tool work in the modes AK, StsToken, RamRoleArn, EcsRamRole,
// RamRoleArnWithRoleName, ChainableRamRoleArn, OIDC, External (its command runs without a shell),
// CredentialsURI, CloudSSO and OAuth (both while the sign-in lasts; the file is never written).
// RsaKeyPair, BearerToken and Anonymous are refused. A file is read by the first call and again every
// 30 s, so that a new sign-in or a rotated key counts. Types of the SDKs' file are access_key, sts,
// ram_role_arn, ecs_ram_role, oidc_role_arn and credentials_uri.
//
// The Security Token Service is sts.aliyuncs.com, or that of ALIBABA_CLOUD_STS_REGION, of
// ALIBABA_CLOUD_STS_ENDPOINT or of the profile; ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED=true takes the
// endpoint of private networks. Calls go through Config.Transport, to HTTPS. The metadata service is
// never asked through a proxy. Temporary keys are renewed 5 minutes before their end, by one call for
// all waiters.
//
// Config.Region of "" is the region of the profile that Config.Profile names, or else of
// ALIBABA_CLOUD_REGION_ID, ALIBABA_CLOUD_REGION, ALIBABACLOUD_REGION_ID, ALIBABACLOUD_REGION,
// ALICLOUD_REGION or ALICLOUD_REGION_ID, or else of the selected profile. Beside Config.Credentials
// no profile is asked.
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
// # Changes and notices
//
// Package [maintain] changes one instance a call here, except for tags (50 instances, 20 tags). A new
// password takes effect at the next start. A description cannot be removed, only replaced. Deletion
// protection is for instances on demand. A time of release is 30 minutes ahead at least, and not for
// prepaid instances. Resizes and renewals are idempotent by token; a prepaid instance is resized by
// ModifyPrepayInstanceSpec, which pays at once.
//
// Package [notice] asks DescribeInstances for the locks Recycling (a spot instance that is taken back
// in about 5 minutes), financial and security, and DescribeInstanceHistoryEvents for events: those that
// are not over, and those of the last 24 hours that are. An answer about events takes three calls.
//
// # Catalog
//
// Package [catalog] has an answer to every question on ECS. One call tells the stock of all zones
// and types for one way to pay, as a word: WithStock is plenty, ClosedWithStock low. A price is that
// of the whole order, with its disks, in the currency of the answer; a type that the cloud has no
// price for now (PriceNotFound) has an unknown one. A price cannot be asked for a launch template,
// nor for an image family. Without SystemDisk.Type the price call assumes a disk of its own choice,
// which some types refuse. A spot price needs the zone. Networks and subnets come from the VPC
// product, whose host follows from the endpoint of ECS: ecs-vpc.{region} gives vpc-vpc.{region}; a
// host of the program's own serves both. Community images are not listed. Bandwidth is
// counted as the vendor does, 1024000 kbit/s as 1000 Mbit/s.
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
