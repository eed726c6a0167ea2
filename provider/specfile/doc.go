// Package specfile reads and writes specs of instances as YAML and JSON files.
//
//	version: 1
//	cloud: aliyun
//	spec:
//	  region: cn-hangzhou
//	  imageId: ubuntu_22_04_x64_20G_alibase_20230907.vhd
//	  instanceType: ecs.g6.large
//	  count: 20
//	  login:
//	    password: env:WEB_PASSWORD
//	  network:
//	    subnetId: vsw-1
//	    securityGroupIds: [sg-1]
//	  userData: file:boot.sh
//	  vendor:
//	    aliyun:
//	      creditSpecification: Unlimited
//	run:
//	  owner: web
//	  alternatives:
//	    - instanceType: ecs.g7.large
//
// # Names
//
// Every field of [provider.RunInstancesSpec], of [provider.RunOptions] and of the options of
// each cloud has one name: its Go name in lower camel case. An acronym counts as one word, and
// units keep their spelling: imageId, vpcId, ipv6Addresses, cpus, sizeGiB, bandwidthMbps.
// [FieldName] is this rule. Journal and Progress of RunOptions belong to the program: files do
// not have them. Options of a cloud are below vendor, by the name of the cloud. A program gives
// the types that it knows in [Options].Vendors, and links only the adapters of these.
//
// # Values
//
// A time is RFC 3339 (2026-12-31T20:00:00+08:00), a duration has units (90s, 2m), an address is
// a text. A number, true or false in place of a text is an error: quotes make it a text. A
// whole number is written in decimal digits. A field with the zero value is left out. Fields
// that are pointers in Go may be false, 0 or {}, since their presence is a choice.
//
// # Secrets
//
// Login.Password, UserData and other secrets are never in a file. The file has a reference:
//
//   - env:NAME is the value of an environment variable.
//   - file:PATH is the content of a file. UserData is its bytes. Of other secrets, one line
//     break at the end is removed. A relative PATH begins at [Options].Dir.
//   - scheme:REST is what a function of the program returns: see [Options].Resolvers.
//
// Entries of a map in the options of a cloud, such as raw parameters, are treated as secrets as
// well. One that is no secret may be in the file, after the word plain: "plain:rack-7". Names
// that look like those of secrets refuse this word.
//
// What is read keeps its references ([File].References), and is written with them. A secret
// without a reference cannot be written. No error holds the text of a secret.
//
// # Errors
//
// Reading is strict: an unknown field, a second key of the same name, a wrong type, a tag, a
// merge key, a null value and a second document are errors. All problems of a file are in one
// [Errors], sorted by line, each with file, line, column, field and the nearest right name. They
// match [provider.ErrInvalid]. Anchors and aliases of YAML work, within limits.
//
// The rules of the spec itself are checked by Validate of the spec and of the client.
// [File.Locate] gives the problems that these return their positions in the file.
//
// # Wants
//
// A [Want] says what an instance must have, where package catalog chooses the type. It is for forms
// of a program's own; [ParseWant] reads one from a flag.
//
// # Records
//
// A [Record] is a file together with the token of an operation: all that another process needs
// to resume it.
//
// # Forms of a program's own
//
// [Decode] reads a configuration of the program by the same rules. A struct in it may embed [File],
// and so have a spec with its options. The [Document] that it returns takes the problems that the
// program finds itself.
package specfile
