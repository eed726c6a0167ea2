// Package api has the Fleet, an object of Kubernetes: a number of instances on a cloud.
package api

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// Fleet is a number of instances that are alike.
type Fleet struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   FleetSpec   `json:"spec"`
	Status FleetStatus `json:"status,omitempty"`
}

// FleetList is a list of fleets.
type FleetList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []Fleet `json:"items"`
}

// FleetSpec is what is wanted.
type FleetSpec struct {
	// Account names an account in the file of the controller.
	Account string `json:"account"`

	// Replicas is how many instances shall run, from 0 to 1000.
	Replicas int32 `json:"replicas"`

	// Template is one instance: the fields below spec in a spec file of package specfile. It
	// has no count. References of secrets have the form secret:NAME/KEY, and mean a Secret in
	// the namespace of the fleet.
	Template runtime.RawExtension `json:"template"`
}

// FleetStatus is what there is, and the memory of the controller: it is written before anything
// is sent to a cloud.
type FleetStatus struct {
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	Ready   int32 `json:"ready"`   // they run
	Pending int32 `json:"pending"` // they do not run yet, or are still to be created
	Failed  int32 `json:"failed"`  // they will never run, and are not gone yet

	// Applied is what the instances were made of; nil without operations.
	Applied *Applied `json:"applied,omitempty"`

	Operations []Operation `json:"operations,omitempty"` // the oldest first
	Instances  []Instance  `json:"instances,omitempty"`

	// Failures counts creates and instances that failed in a row. RetryAt is when the next
	// create may be sent; nil means at once.
	Failures int32        `json:"failures,omitempty"`
	RetryAt  *metav1.Time `json:"retryAt,omitempty"`

	Conditions []metav1.Condition `json:"conditions,omitempty"`
}

// Applied is what instances were made of.
type Applied struct {
	Account  string               `json:"account"`
	Template runtime.RawExtension `json:"template"`
}

// Operation is one create of instances.
type Operation struct {
	ID string `json:"id"`

	// Token is what the library continues the operation from. It holds no secret.
	Token string `json:"token"`

	// Ending reports that all of it is to be released, and Ended that the cloud has accepted
	// that for every instance.
	Ending bool `json:"ending,omitempty"`
	Ended  bool `json:"ended,omitempty"`

	// Leaving are its instances that are not wanted any more, also those that are gone.
	Leaving []Leaving `json:"leaving,omitempty"`
}

// Leaving is an instance that is not wanted any more.
type Leaving struct {
	ID     string `json:"id"`
	Failed string `json:"failed,omitempty"` // why it failed; empty when it did not

	Accepted     bool         `json:"accepted,omitempty"`     // the cloud has accepted its release
	MissingSince *metav1.Time `json:"missingSince,omitempty"` // the cloud does not show it any more
	Gone         bool         `json:"gone,omitempty"`         // it is proved that it is gone
}

// Instance is an instance that is wanted and exists.
type Instance struct {
	ID      string `json:"id"`
	State   string `json:"state,omitempty"` // in the library's words; empty when it was not shown yet
	Address string `json:"address,omitempty"`
}
