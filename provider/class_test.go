package provider

import (
	"strings"
	"testing"
)

// What is learned of boot times is of a family of types and of what is on the disk.
func TestBootClass(t *testing.T) {
	for _, tc := range []struct {
		what   string
		spec   RunInstancesSpec
		family string
		disk   bool // the class tells disks apart
	}{
		{"a type", RunInstancesSpec{InstanceType: "ecs.g5.large"}, "ecs.g5", false},
		{"a short family", RunInstancesSpec{InstanceType: "c.large"}, "c", false},
		{"no family", RunInstancesSpec{InstanceType: "large"}, "large", false},
		{"a leading dot", RunInstancesSpec{InstanceType: ".large"}, ".large", false},
		{"an image", RunInstancesSpec{InstanceType: "ecs.g5.large", ImageID: "img-1"}, "ecs.g5", true},
		{"a template", RunInstancesSpec{LaunchTemplate: &LaunchTemplateRef{ID: "lt-1"}}, "", true},
		{"a named template", RunInstancesSpec{LaunchTemplate: &LaunchTemplateRef{Name: "web"}}, "", true},
	} {
		family, _, disk := strings.Cut(bootClass(&tc.spec), "/")
		if family != tc.family {
			t.Errorf("%s: family %q, want %q", tc.what, family, tc.family)
		}
		if disk != tc.disk {
			t.Errorf("%s: tells disks apart %v, want %v", tc.what, disk, tc.disk)
		}
	}
	one, two := RunInstancesSpec{LaunchTemplate: &LaunchTemplateRef{ID: "lt-1"}}, RunInstancesSpec{LaunchTemplate: &LaunchTemplateRef{ID: "lt-2"}}
	if bootClass(&one) == bootClass(&two) {
		t.Error("two templates are of one class")
	}
	one.ImageID, two.ImageID = "img-1", "img-1"
	if bootClass(&one) != bootClass(&two) {
		t.Error("one image is of two classes, by its template")
	}
}
