// Package ens creates instances on Alibaba Cloud ENS, the edge nodes of Alibaba
// Cloud (API version 2017-11-10).
//
// A spec's Region is the edge node (EnsRegionId). The API itself is in one
// place, ens.aliyuncs.com. ENS has two create calls, and the adapter chooses by
// the spec alone: CreateInstance for a prepaid spec that it can express,
// RunInstances for every other one. What only RunInstances has is marked in the
// support table. No call has everything: a prepaid spec with AutoRenewPeriod,
// which is CreateInstance's, and, for example, two data disks, which are
// RunInstances', is refused with both fields named. AutoRenew needs AutoRenewPeriod,
// unless a field makes it RunInstances, which leaves the length to ENS.
//
// A spec without Billing.Mode is on demand (PostPaid). ENS itself has no default
// and one call that only sells contracts; an empty field must not buy one.
//
// A spec without Network.PublicIP says so to ENS (PublicIpIdentification=false),
// because ENS assigns an address when the parameter is left out.
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
// The same places also name a region, but one of ECS, such as cn-hangzhou. No edge node is called
// so: Config.Region is required.
//
// # Idempotency
//
// Neither create call has a client token or a dry run, so Limits.ClientToken is
// false and a create with an unknown outcome is never repeated blindly.
//
// # Names and markers
//
// A create carries a marker behind the name, "web-yf...", in the InstanceName of
// all its instances. When the answer is lost, the client looks for instances of that
// name, takes over what it finds, and creates the rest only once it is certain that
// nothing more will come. Of a name that is too long with the marker
// the end is left out for the time. Instances of a spec without Name are called
// "instance-yf..." and stay so.
//
// Once the instances are known they get the name of the spec by
// ModifyInstanceAttribute, one call each, numbered in the order of their IDs with
// UniqueSuffix. That takes the permission ens:ModifyInstanceAttribute; without it
// the instances are there, keep the marker, and the error says so.
// RunOptions.KeepMarker of package provider saves these calls. The reference
// calls a Code of 0 success, and its example has 200: both are.
//
// HostName goes out as it is, and ENS numbers it. Which number goes with which
// name is therefore not certain. If a create with UniqueSuffix and a HostName was
// cut short in the middle, the rest is not created, since its host names would
// begin again with 001: the error says how many instances there are.
//
// # Answers
//
// ENS answers a create before it is done. Code 0 or 200 means accepted. Another Code
// with HTTP status 200 is read by the error table; one that the table does not
// know, an answer without IDs and an answer with too few IDs are errors with an
// unknown outcome, beside the IDs that there are. IDs are kept from an answer that
// ends early too.
//
// With the status of an error, a code that neither the table nor a family of checks
// knows (Invalid, MissingParameter, Forbidden, NoPermission) leaves the outcome open,
// and so does StockNotEnough of a create of several instances: that it makes all or none
// is not documented. Of one instance it is a refusal, as documented.
//
// # Waiting
//
// Running, Stopping, Stopped and Expired are the documented states. Pending, Accepted and
// Creating are taken for a boot. Every other word counts as still in progress too: ENS has
// no word for an instance that failed while it was built. Boot times are not published. Expired has provider.LockExpired. The words
// of ServiceStatus are not documented, so they are no lock.
//
// Every field of a description is read by itself: one in another form is zero, and its
// path is in DescribePage.Unread. IPv6 addresses stand in Instance.IPv6Addresses, wherever
// ENS lists them. The documents say that tags are not answered, although there is a field.
//
// # Endpoints
//
// ens.aliyuncs.com serves every node; the region of the API is cn-hangzhou. Config.Endpoint
// and Config.EndpointFor replace it.
//
// # Release
//
// A create orders nothing that outlives its instances: disks and public addresses made
// with them go with them. Ordered and Force of a TerminateRequest are ignored. An instance
// with deletion protection is refused. An unpaid order stays until it is paid or canceled.
//
// # Changes and notices
//
// Package [maintain] sets tags (50 instances and 20 tags a call), names, deletion protection,
// security groups and passwords. ENS changes one group a call: an instance joins the new ones, and
// leaves the others then. It takes a new password of a stopped instance only. The time of a release is
// set at create time only. A renewal is for 1 to 9 months, or for a year.
// It has no token: the time at which the instance ends tells what a lost answer has done. Instances
// are not resized: the call for those on demand is not documented.
//
// Package [notice] asks DescribeInstances for expired instances, and DescribeHistoryEvents for
// events: those that are not over, and those of the last 24 hours that are. Events are those of all
// nodes: the answer does not say of which, and Notice.Region is "". ENS has no call that announces
// the end of a spot instance. That lists of DescribeHistoryEvents are sent as JSON text is unverified.
//
// # Catalog
//
// Package catalog answers questions about nodes as regions (DescribeEnsRegions), instance types
// (DescribeInstanceTypes), images, stock (DescribeAvailableResource), prices (DescribePrice), key
// pairs (DescribeKeyPairs), security groups (DescribeSecurityGroups), networks (DescribeNetworks) and
// vSwitches (DescribeVSwitches). There are no zones, and no call for quotas.
//
// Only DescribeImageInfos tells the architectures of public images, and it has neither names nor
// times. So a list that has public images asks it first, then reads DescribeImages, and then the own
// and shared images from DescribeSelfImages, which also has their states. The list is that of all
// nodes. A create takes key pairs by name.
//
// Stock is a number for each node, type and pair of disks. It is not documented for which way to pay
// it is: it is answered for each. Ten instances and more count as plenty. Prices are those of prepaid
// orders, and need SystemDisk.SizeGiB. Bandwidth is metered and in no price. An answer without a price
// is an unknown one.
//
// # Quotas and paging
//
// At most 100 instances in a create, 10 creates and 100 descriptions a second.
// Descriptions always ask for pages of 100; the cloud's default of 10 would hide
// the rest. Instances are released one by one, prepaid ones by a call of their
// own. Disk sizes are GiB in specs and MiB in the raw [RawInstance].
//
// Instances are started, stopped and rebooted one by one too: the form of the calls
// for several is unverified. IncorrectInstanceStatus is not temporary there,
// because the code does not tell an instance on its way from one that stays as it
// is; IncorrectInstanceStatus.Initializing is. For a rename it always is: no
// state is documented to be in its way. StockNotEnough is about the instance type
// on its node.
//
// # Vendor options
//
// [RunOptions] holds scheduling and billing settings of ENS, and raw parameters.
//
// RunOptions.ScheduleAreaLevel leaves the choice of the node to ENS. The Region of
// such a spec must be that of the client, and names no place; Instance.Region has
// the node of an instance. Instances of a lost create are looked for on every node, but
// Client.Sweep looks at one node at a time.
//
// # Not supported
//
// Zones, minimum counts, hardware by size, IPv6 by address, further network
// interfaces, disks from snapshots, existing disks, placement groups, dedicated
// hosts, launch templates, roles, spot bids, dry runs and client tokens: each is an
// error that names the field. So is StopCharging of a stop. The create can name a launch
// template by raw parameters (LaunchTemplateId); the calls about templates are not documented.
//
// All fixtures of the tests were written from documentation in November 2026.
// None was recorded live, and nothing here has met the real cloud.
package ens
