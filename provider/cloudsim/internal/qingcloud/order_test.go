package qingcloud_test

import (
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// badOrder is the smallest order with some wrong parameters.
type badOrder struct {
	name  string
	pairs []string
	names string // parameter that the message has to name
}

// illFormed are orders with a missing or ill-formed parameter.
func illFormed() []badOrder {
	return []badOrder{
		{"no image", []string{"image_id=-"}, "image_id"},
		{"malformed image", []string{"image_id=centos 6"}, "image_id"},
		{"no login mode", []string{"login_mode=-"}, "login_mode"},
		{"no password", []string{"login_passwd=-"}, "login_passwd"},
		{"no key pair", []string{"login_mode=keypair"}, "login_keypair"},
		{"no size", []string{"instance_type=-"}, "instance_type"},
		{"cpu alone", []string{"instance_type=-", "cpu=2"}, "instance_type"},
		{"memory alone", []string{"instance_type=-", "memory=2048"}, "instance_type"},
		{"cpu not a number", []string{"cpu=two", "memory=1024"}, "cpu"},
		{"count not a number", []string{"count=many"}, "count"},
		{"malformed address", []string{"vxnets.1=vxnet-a|10.0.0"}, "vxnets.1"},
		{"malformed network", []string{"vxnets.1=vxnet a"}, "vxnets.1"},
		{"empty network", []string{"vxnets.1="}, "vxnets.1"},
		{"host name with a blank", []string{"hostname=web 1"}, "hostname"},
		{"host name with an underscore", []string{"hostname=web_1"}, "hostname"},
		{"host name with an empty label", []string{"hostname=web..example"}, "hostname"},
		{"host name that ends in a hyphen", []string{"hostname=web-"}, "hostname"},
		{"long host name", []string{"hostname=" + strings.Repeat("a", 64)}, "hostname"},
		{"malformed security group", []string{"security_group=sg 1"}, "security_group"},
		{"malformed volume", []string{"volumes.1=vol 1"}, "volumes"},
		{"malformed key pair", []string{"login_mode=keypair", "login_keypair=kp-1,kp-2"}, "login_keypair"},
		{"malformed user", []string{"target_user=usr 1"}, "target_user"},
		{"malformed instance group", []string{"instance_group=ig 1"}, "instance_group"},
		{"malformed host", []string{"dedicated_host_id=dh 1"}, "dedicated_host_id"},
		{"malformed host group", []string{"dedicated_host_group_id=dhg 1"}, "dedicated_host_group_id"},
		{"disk not a number", []string{"os_disk_size=20G"}, "os_disk_size"},
		{"months not a number", []string{"months=one"}, "months"},
		{"SID that is no flag", []string{"need_newsid=yes"}, "need_newsid"},
		{"queues that are no flag", []string{"nic_mqueue=on"}, "nic_mqueue"},
		{"list from 0", []string{"vxnets.0=vxnet-a"}, "vxnets"},
		{"list with a word", []string{"vxnets.a=vxnet-a"}, "vxnets"},
		{"user data without a type", []string{"need_userdata=1", "userdata_value=YQ=="}, "userdata_type"},
		{"user data without a value", []string{"need_userdata=1", "userdata_type=plain"}, "userdata_value"},
		{"user data that is not base64", []string{
			"need_userdata=1", "userdata_type=plain",
			"userdata_value=#!/bin/sh",
		}, "userdata_value"},
		{
			"attachment that is not an ID",
			[]string{"need_userdata=1", "userdata_type=tar", "userdata_value=a b"},
			"userdata_value",
		},
		{"flag that is not one", []string{"need_userdata=yes"}, "need_userdata"},
		{
			"bare metal without a type",
			[]string{"instance_type=-", "cpu=1", "memory=1024", "hypervisor=bm"},
			"instance_type",
		},
		{"topology of two numbers", []string{"cpu=4", "memory=4096", "cpu_topology=2,2"}, "cpu_topology"},
	}
}

// notAllowed are orders with a value that does not exist or is not allowed.
func notAllowed() []badOrder {
	return []badOrder{
		{"unknown login mode", []string{"login_mode=password"}, "login_mode"},
		{
			"key pair for Windows",
			[]string{"image_id=winsrv2016", "login_mode=keypair", "login_keypair=kp-1"},
			"login_mode",
		},
		{"memory in GiB", []string{"cpu=2", "memory=4"}, "memory"},
		{"memory not whole", []string{"cpu=2", "memory=1500"}, "memory"},
		{"count 0", []string{"count=0"}, "count"},
		{"disk too large", []string{"os_disk_size=101"}, "os_disk_size"},
		{"disk too small for Windows", []string{"image_id=winsrv2016", "os_disk_size=40"}, "os_disk_size"},
		{"volumes for two", []string{"count=2", "volumes.1=vol-1"}, "volumes"},
		{"address for two", []string{"count=2", "vxnets.1=vxnet-a|10.0.0.1"}, "vxnets.1"},
		{"address in the base network", []string{"vxnets.1=vxnet-0|10.0.0.1"}, "vxnets.1"},
		{"address in a self-managed network", []string{"vxnets.1=vxnet-self1|10.0.0.1"}, "vxnets.1"},
		{"user data of unknown type", []string{"userdata_type=shell"}, "userdata_type"},
		{"unknown hypervisor", []string{"hypervisor=xen"}, "hypervisor"},
		{"unknown cipher", []string{"cipher_alg=des"}, "cipher_alg"},
		{"encryption maybe", []string{"os_disk_encryption=maybe"}, "os_disk_encryption"},
		{"topology of another size", []string{"cpu=8", "memory=8192", "cpu_topology=2,2,1"}, "cpu_topology"},
		{"unknown GPU class", []string{"gpu=1", "gpu_class=2"}, "gpu_class"},
		{"disk too small", []string{"os_disk_size=19"}, "os_disk_size"},
		{"flag of 2", []string{"nic_mqueue=2"}, "nic_mqueue"},
		{"renewal for no months", []string{"months=1", "auto_renew=0"}, "auto_renew"},
		{"negative GPUs", []string{"gpu=-1"}, "gpu"},
		{"contract of no months", []string{"months=0"}, "months"},
		{"negative class", []string{"instance_class=-1"}, "instance_class"},
	}
}

func TestRunRefusesBadOrders(t *testing.T) {
	for want, orders := range map[int][]badOrder{1100: illFormed(), 1101: notAllowed()} {
		for _, tt := range orders {
			t.Run(tt.name, func(t *testing.T) {
				c := newClient(t, nil)
				a := c.Call("RunInstances", simtest.QingCloudCreate(tt.pairs...)...)
				if a.Code() != want || !strings.Contains(a.Message, "["+tt.names) {
					t.Errorf("answer is %s, want %d about %s", a.Raw, want, tt.names)
				}
				if n := len(c.sim.Everything()); n != 0 {
					t.Errorf("the refused order made %d instances", n)
				}
			})
		}
	}
}
