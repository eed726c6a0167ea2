package api

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Version returns the group and the version of fleets.
func Version() schema.GroupVersion {
	return schema.GroupVersion{Group: "yunfan.example.com", Version: "v1alpha1"}
}

// AddToScheme makes the types of this package known to a scheme.
func AddToScheme(s *runtime.Scheme) error {
	s.AddKnownTypes(Version(), &Fleet{}, &FleetList{})
	metav1.AddToGroupVersion(s, Version())
	return nil
}
