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
// Config.Credentials, or else the SDK's default chain: the environment
// (ALIBABA_CLOUD_ACCESS_KEY_ID, _SECRET, _SECURITY_TOKEN), OIDC, the profile of
// the vendor's command line, its credentials file, the role of the instance (which
// is asked past any proxy), and the credentials URI.
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
