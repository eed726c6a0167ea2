package main

import (
	"io"
	"strings"
	"testing"
)

func TestATypeIsChosenOnEachCloudAndShownWithItsPrice(t *testing.T) {
	out, took, err := inMemory(t, nil, "-type", "cpus>=2,memoryGiB>=4", "-faults=false")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text := strings.Join(strings.Fields(out), " ")
	for _, want := range []string{
		"aliyun chooses ecs.c6.large: 2 CPUs, 4 GiB, x86_64, stock plenty, 0.4 CNY an hour; 3 cost 1.2 CNY an hour",
		"ens chooses ens.sn1.tiny: 2 CPUs, 4 GiB, 100 in stock, price unknown; what they cost is unknown",
		"tencent chooses SA2.MEDIUM4: 2 CPUs, 4 GiB, x86_64, stock plenty, 0.31 CNY an hour; 3 cost 0.93 CNY an hour",
		"qingcloud chooses c2m4: 2 CPUs, 4 GiB, stock unknown, price unknown; what they cost is unknown",
		"12 instances ran on 4 clouds; 12 terminated; 0 left",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the output does not say %q:\n%s", want, out)
		}
	}
	if took.Seconds() > 10 {
		t.Errorf("the run took %v, want at most 10 s", took)
	}
}

func TestACloudOnWhichNothingFitsLeavesTheOthersRunning(t *testing.T) {
	out, _, err := inMemory(t, nil, "-type", "cpus>=2,maxPrice=0.5", "-faults=false")
	if err == nil || !strings.Contains(err.Error(), "qingcloud: no type fits") {
		t.Errorf("the error is %v, want that nothing fits on qingcloud: it has no prices", err)
	}
	if want := "6 instances ran on 2 clouds; 6 terminated; 0 left"; !strings.Contains(out, want) {
		t.Errorf("got\n%s\nwant %q", out, want)
	}
}

func TestATypeWithoutLiveIsAWant(t *testing.T) {
	for text, want := range map[string]string{
		"ecs.g6.large": "-type needs -live",
		"memory>=4":    "did you mean memoryGiB?",
		"cpus>=":       `cpus: ">=" is not a range`,
	} {
		if _, err := parse([]string{"-type", text}, io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("-type %s: got %v, want %q", text, err, want)
		}
	}
}
