package aliyun

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// oddPage describes 100 instances, of which the first has the given fields.
func oddPage(t *testing.T, fields string) *provider.DescribePage {
	t.Helper()
	rows := []string{`{"InstanceId":"i-0","Status":"Running",` + fields + `}`}
	var ids []string
	for i := range 100 {
		ids = append(ids, fmt.Sprint("i-", i))
	}
	for i := 1; i < 100; i++ {
		rows = append(rows, fmt.Sprintf(`{"InstanceId":"i-%d","Status":"Running","Cpu":4,"Memory":8192}`, i))
	}
	body := `{"RequestId":"r","TotalCount":100,"Instances":{"Instance":[` + strings.Join(rows, ",") + `]}}`
	page, err := testDriver(t, answering(200, body)).DescribeInstances(t.Context(), &provider.DescribeRequest{IDs: ids})
	if err != nil {
		t.Fatalf("%s: got error %v, want none", fields, err)
	}
	return page
}

func TestAnOddFieldBlindsNothing(t *testing.T) {
	for fields, unread := range map[string]string{
		`"Memory":50.0`:                              "",
		`"Memory":"2048"`:                            "",
		`"Memory":"lots"`:                            "Instances.Instance[].Memory",
		`"Memory":"8GiB"`:                            "Instances.Instance[].Memory",
		`"Memory":1e3`:                               "",
		`"Cpu" : "2 vCPU","CPU":2`:                   "Instances.Instance[].Cpu",
		`"Tags":{"env":"prod"}`:                      "Instances.Instance[].Tags",
		`"Tags" : { "Tag" : [ ] }`:                   "",
		`"Memory":{"Size":1}`:                        "Instances.Instance[].Memory",
		`"Cpu":"2"`:                                  "",
		`"Cpu":""`:                                   "",
		`"Cpu":[],"CPU":2`:                           "Instances.Instance[].Cpu",
		`"Cpu":null,"Memory":null,"Tags":null`:       "",
		`"DeletionProtection":"true"`:                "",
		`"DeletionProtection":1`:                     "",
		`"DeletionProtection":"perhaps"`:             "Instances.Instance[].DeletionProtection",
		`"InstanceName":7`:                           "",
		`"InstanceName":{"x":1}`:                     "Instances.Instance[].InstanceName",
		`"Tags":""`:                                  "",
		`"Tags":[]`:                                  "",
		`"Tags":[{"TagKey":"k","TagValue":"v"}]`:     "",
		`"Tags":{"Tag":{"TagKey":"k"}}`:              "",
		`"Tags":{"Tag":"k"}`:                         "Instances.Instance[].Tags.Tag",
		`"VpcAttributes":""`:                         "",
		`"VpcAttributes":[]`:                         "",
		`"VpcAttributes":"vpc-1"`:                    "Instances.Instance[].VpcAttributes",
		`"EipAddress":""`:                            "",
		`"EipAddress":[{"IpAddress":"203.0.113.1"}]`: "",
		`"SecurityGroupIds":["sg-1","sg-2"]`:         "",
		`"SecurityGroupIds":{"SecurityGroupId":"s"}`: "",
		`"PublicIpAddress":["203.0.113.1"]`:          "",
		`"NetworkInterfaces":[{"Type":"Primary"}]`:   "",
		`"OperationLocks":""`:                        "",
		`"OperationLocks":{"LockReason":""}`:         "",
		`"OperationLocks":{"LockReason":"x"}`:        "",
		`"OperationLocks":{"LockReason":["x"]}`:      "",
		`"OperationLocks":"financial"`:               "",
		`"SecurityGroupIds":"sg-1"`:                  "",
		`"PublicIpAddress":"203.0.113.1"`:            "",
		`"Tags":["a","b"]`:                           "Instances.Instance[].Tags.Tag[]",
		`"Tags":"a=b"`:                               "Instances.Instance[].Tags",
		`"GPUAmount":"2x"`:                           "Instances.Instance[].GPUAmount",
		`"ExpiredTime":null`:                         "",
		`"EipAddress":{"IpAddress":["203.0.113.1"]}`: "Instances.Instance[].EipAddress.IpAddress",
		`"OperationLocks":7`:                         "Instances.Instance[].OperationLocks",
		`"CreationTime":5`:                           "",
		`"CreationTime":{}`:                          "Instances.Instance[].CreationTime",
		`"DedicatedHostAttribute":7`:                 "Instances.Instance[].DedicatedHostAttribute",
	} {
		page := oddPage(t, fields)
		if n := len(page.Instances); n != 100 {
			t.Errorf("%s: got %d instances, want 100", fields, n)
			continue
		}
		if page.Short {
			t.Errorf("%s: the page is short, want whole", fields)
		}
		if got := strings.Join(page.Unread, " "); got != unread {
			t.Errorf("%s: unread is %q, want %q", fields, got, unread)
		}
		if first := page.Instances[0]; first.ID != "i-0" || first.State != provider.StateRunning {
			t.Errorf("%s: the odd row is %s in %s, want i-0 in running", fields, first.ID, first.State)
		}
		if last := page.Instances[99]; last.ID != "i-99" || last.MemoryMiB != 8192 {
			t.Errorf("%s: the last row is %s with %d MiB, want i-99 with 8192", fields, last.ID, last.MemoryMiB)
		}
	}
}

func TestOddFormsKeepWhatTheySay(t *testing.T) {
	page := oddPage(t, `"Memory":2048.0,"Cpu":"2","Tags":[{"TagKey":"k","TagValue":"v"}],"SecurityGroupIds":["sg-1"],
		"PublicIpAddress":["203.0.113.1"],"NetworkInterfaces":{"NetworkInterface":{"NetworkInterfaceId":"eni-1"}},
		"DeletionProtection":"TRUE","Description":[]`)
	got := page.Instances[0].WithSys(nil)
	want := "2048 2 map[k:v] [sg-1] [203.0.113.1] eni-1 true"
	if text := fmt.Sprint(got.MemoryMiB, got.CPUs, got.Tags, got.SecurityGroupIDs, got.PublicIPs, " ", got.Interfaces[0].ID,
		" ", *got.DeletionProtection); text != want {
		t.Errorf("got %s, want %s", text, want)
	}
}

// The SDK's decoder takes 1e3 for 1.
func TestNumbersAreNotMisread(t *testing.T) {
	for field, want := range map[string]int{
		`"Memory":1e3`: 1000, `"Memory":"4e3"`: 4000, `"Memory":" 2048 "`: 2048, `"Memory":"8GiB"`: 0, `"Memory":2048.0`: 2048, `"Memory":7.5`: 0,
	} {
		if got := oddPage(t, field).Instances[0].MemoryMiB; got != want {
			t.Errorf("%s is read as %d, want %d", field, got, want)
		}
	}
}

func TestAStateThatCannotBeReadIsUnknown(t *testing.T) {
	for status, raw := range map[string]string{`7`: "7", `null`: "", `{"Code":16}`: "", `"Melting"`: "Melting"} {
		body := `{"RequestId":"r","Instances":{"Instance":[{"InstanceId":"i-1","Status":` + status + `}]}}`
		page, err := testDriver(t, answering(200, body)).DescribeInstances(t.Context(), &provider.DescribeRequest{IDs: []string{"i-1"}})
		if err != nil {
			t.Fatal(err)
		}
		if got := page.Instances[0]; got.State != provider.StateUnknown || got.RawState != raw {
			t.Errorf("%s: got %s %q, want unknown %q", status, got.State, got.RawState, raw)
		}
	}
}

// What the page lacks may exist.
func TestARowWithoutAnIDIsLeftOut(t *testing.T) {
	for _, row := range []string{`{"Status":"Running"}`, `{"InstanceId":{}}`, `{"InstanceId":""}`, `null`, `"i-2"`, `7`, `[1]`} {
		body := `{"RequestId":"r","Instances":{"Instance":[` + row + `,{"InstanceId":"i-1","Status":"Running"}]}}`
		for _, ids := range [][]string{nil, {"i-1", "i-2"}} {
			page, err := testDriver(t, answering(200, body)).DescribeInstances(t.Context(), &provider.DescribeRequest{IDs: ids})
			if err != nil {
				t.Errorf("%s: got error %v, want none", row, err)
				continue
			}
			if len(page.Instances) != 1 || page.Instances[0].ID != "i-1" {
				t.Errorf("%s: got %d instances, want i-1 alone", row, len(page.Instances))
			}
			if !page.Short {
				t.Errorf("%s: the page is whole, want short", row)
			}
		}
	}
}

func TestOddListsOfInstances(t *testing.T) {
	const row = `{"InstanceId":"i-1","Status":"Running"}`
	for _, list := range []string{`{"Instance":` + row + `}`, `[` + row + `]`, `{"Instance":[` + row + `],"Other":{}}`} {
		body := `{"RequestId":7,"TotalCount":"1","NextToken":null,"Instances":` + list + `}`
		page, err := testDriver(t, answering(200, body)).DescribeInstances(t.Context(), &provider.DescribeRequest{IDs: []string{"i-1"}})
		if err != nil {
			t.Errorf("%s: got error %v, want none", list, err)
		} else if len(page.Instances) != 1 || page.Short {
			t.Errorf("%s: got %d instances, short %v; want 1 and a whole page", list, len(page.Instances), page.Short)
		}
	}
	body := `{"RequestId":"r","NextToken":{"x":1},"Instances":{"Instance":[` + row + `]}}`
	page, err := testDriver(t, answering(200, body)).DescribeInstances(t.Context(), &provider.DescribeRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if !page.Short {
		t.Error("a page whose next page cannot be read is whole, want short")
	}
}

// IDs of a create are money: no odd field beside them may lose them.
func TestOddFieldsBesideTheIDsOfACreate(t *testing.T) {
	for _, body := range []string{
		`{"RequestId":7,"OrderId":{},"TradePrice":"x","InstanceIdSets":{"InstanceIdSet":["i-1","i-2"]}}`,
		`{"RequestId":null,"OrderId":12,"InstanceIdSets":["i-1","i-2"]}`,
		`{"RequestId":["r"],"Code":200,"InstanceIdSets":{"InstanceIdSet":[{"InstanceId":"i-1"},{"InstanceId":"i-2"}]}}`,
		`{"RequestId":"r","Message":{},"InstanceIdSets":{"InstanceIdSet":"[i-1,i-2]"}}`,
		`{"RequestId":"r","Code":200.0,"InstanceIdSets":{"InstanceIdSet":["i-1","i-2"]}}`,
		`{"RequestId":"r","Code":"Success","TradePrice":{"a":[1]},"InstanceIdSets":{"InstanceIdSet":["i-1","i-2"]}}`,
		`{"RequestId":"r","Code":null,"InstanceIdSets":[{"InstanceIdSet":["i-1","i-2"]}]}`,
	} {
		got, err := testDriver(t, answering(200, body)).RunInstances(t.Context(), minimalSpec())
		if err != nil {
			t.Errorf("%s: got error %v, want none", body, err)
		}
		if got == nil || !slices.Equal(got.InstanceIDs, []string{"i-1", "i-2"}) {
			t.Errorf("%s: got %+v, want i-1 and i-2", body, got)
		}
	}
}

func TestOddRowsOfAPowerAnswer(t *testing.T) {
	for _, body := range []string{
		`{"RequestId":"r","InstanceResponses":{"InstanceResponse":[{"InstanceId":"i-1","Code":200},{"InstanceId":"i-2","Code":"200","CurrentStatus":{}}]}}`,
		`{"RequestId":"r","InstanceResponses":[{"InstanceId":"i-1","Code":"200"},{"InstanceId":"i-2","Code":"200"},null]}`,
		`{"RequestId":"r","InstanceResponses":{"InstanceResponse":[{"InstanceId":{}},{"InstanceId":"i-1","Code":"200"},{"InstanceId":"i-2","Code":200}]}}`,
	} {
		res, err := testDriver(t, answering(200, body)).ChangePower(t.Context(), powerRequest(provider.PowerStop, 2))
		if err != nil {
			t.Errorf("%s: got error %v, want none", body, err)
		} else if len(res.Failed) > 0 {
			t.Errorf("%s: got failures %v, want none", body, res.Failed)
		}
	}
}

func TestOddRowsOfATerminateAnswer(t *testing.T) {
	for _, body := range []string{`{"RequestId":"r","Code":200}`, `{"RequestId":7}`, `{"RequestId":"r","Message":{},"Other":[1]}`} {
		err := testDriver(t, answering(200, body)).TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: []string{"i-1"}})
		if err != nil {
			t.Errorf("%s: got %v, want no error", body, err)
		}
	}
}

// A text in place of a list of one is that one: an address, a group or a lock must not be lost.
func TestATextInPlaceOfAListIsRead(t *testing.T) {
	got := oddPage(t, `"VpcAttributes":{"PrivateIpAddress":"10.0.0.1"},"PublicIpAddress":"203.0.113.1","SecurityGroupIds":"sg-1"`).
		Instances[0]
	if text := fmt.Sprint(got.PrivateIPs, got.PublicIPs, got.SecurityGroupIDs); text != "[10.0.0.1] [203.0.113.1] [sg-1]" {
		t.Errorf("got %s, want the three texts", text)
	}
	if !got.Addressed() {
		t.Error("the instance has no address, want one")
	}
}

func TestATagWithoutAKeyIsNone(t *testing.T) {
	for _, tags := range []string{`[{"a":"b"}]`, `{"Tag":[{"TagKey":{},"TagValue":"v"}]}`, `{"Tag":[{"TagKey":"","TagValue":"v"}]}`} {
		if got := oddPage(t, `"Tags":`+tags).Instances[0].Tags; len(got) != 0 {
			t.Errorf("%s: got %v, want no tags", tags, got)
		}
	}
}

func TestTheEndOfAPrepaidInstanceIsReadInAnyForm(t *testing.T) {
	for form, want := range map[string]string{
		`"2017-12-10T04:04Z"`: "2017-12-10T04:04:00Z", `"2017-12-10T04:04:05Z"`: "2017-12-10T04:04:05Z",
		`"2017-12-10T12:04+08:00"`: "2017-12-10T04:04:00Z", `"2017-12-10T12:04:05+08:00"`: "2017-12-10T04:04:05Z",
		`"2017-12-10T04:04:05.000Z"`: "2017-12-10T04:04:05Z", `1512878645000`: "2017-12-10T04:04:05Z",
		`"1512878645"`: "2017-12-10T04:04:05Z", `"soon"`: "0001-01-01T00:00:00Z", `null`: "0001-01-01T00:00:00Z",
		`""`: "0001-01-01T00:00:00Z", `7`: "0001-01-01T00:00:00Z",
	} {
		got := oddPage(t, `"InstanceChargeType":"PrePaid","ExpiredTime":`+form).Instances[0].ExpiresAt
		if text := got.UTC().Format(time.RFC3339); text != want {
			t.Errorf("%s: got %s, want %s", form, text, want)
		}
	}
}

func TestThePrimaryInterfaceIsKnownWithoutItsType(t *testing.T) {
	for row, want := range map[string]string{
		`[{"NetworkInterfaceId":"eni-1"}]`:                                                                    "eni-1",
		`[{"NetworkInterfaceId":"eni-1","Type":"primary"}]`:                                                   "eni-1",
		`[{"NetworkInterfaceId":"eni-1","Type":"Secondary"}]`:                                                 "",
		`[{"NetworkInterfaceId":"eni-2"},{"NetworkInterfaceId":"eni-1","PrimaryIpAddress":"10.0.0.1"}]`:       "eni-1",
		`[{"NetworkInterfaceId":"eni-2"},{"NetworkInterfaceId":"eni-1"}]`:                                     "",
		`[{"NetworkInterfaceId":"eni-2","Type":"Secondary"},{"NetworkInterfaceId":"eni-1","Type":"Primary"}]`: "eni-1",
	} {
		fields := `"VpcAttributes":{"PrivateIpAddress":{"IpAddress":["10.0.0.1"]}},"NetworkInterfaces":{"NetworkInterface":` + row + `}`
		got, first := "", oddPage(t, fields).Instances[0].Interfaces[0]
		if first.Primary {
			got = first.ID
		}
		if got != want {
			t.Errorf("%s: the primary interface is %q, want %q", row, got, want)
		}
	}
}

// An empty value in place of the list is an empty list if the total says so.
func TestAnEmptyValueInPlaceOfTheList(t *testing.T) {
	for body, ok := range map[string]bool{
		`{"RequestId":"r","TotalCount":0,"Instances":[]}`:              true,
		`{"RequestId":"r","TotalCount":"0","Instances":""}`:            true,
		`{"RequestId":"r","TotalCount":0.0,"Instances" : null}`:        true,
		`{"RequestId":"r","TotalCount":0,"Instances":{"Instance":""}}`: true,
		`{"RequestId":"r","TotalCount":1,"Instances":[]}`:              false,
		`{"RequestId":"r","Instances":[]}`:                             false,
		`{"RequestId":"r","TotalCount":0}`:                             false,
		`{"RequestId":"r","TotalCount":0,"Instances":"none"}`:          false,
	} {
		page, err := testDriver(t, answering(200, body)).DescribeInstances(t.Context(), &provider.DescribeRequest{IDs: []string{"i-1"}})
		if read := err == nil; read != ok {
			t.Errorf("%s: got error %v, want a page: %v", body, err, ok)
		}
		if ok && page.Short {
			t.Errorf("%s: the page is short, want whole", body)
		}
	}
}

func TestFormsOfTheCodeOfARow(t *testing.T) {
	for code, ok := range map[string]bool{
		`200`: true, `"200"`: true, `200.0`: true, `"200.0"`: true, `" 200 "`: true, `"OK"`: true, `"Success"`: true,
		`403`: false, `true`: false, `null`: false, `"InstanceExpired"`: false, `{"a":1}`: false, `2000`: false,
	} {
		body := `{"RequestId":"r","InstanceResponses":{"InstanceResponse":[{"InstanceId":"i-1","Code":` + code + `}]}}`
		res, err := testDriver(t, answering(200, body)).ChangePower(t.Context(), powerRequest(provider.PowerStop, 1))
		if err != nil {
			t.Errorf("%s: got error %v, want a result", code, err)
		} else if done := len(res.Failed) == 0; done != ok {
			t.Errorf("%s: got failures %v, want success: %v", code, res.Failed, ok)
		}
	}
}
