package control

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// fault is [cloudsim.Fault] in JSON.
type fault struct {
	Cloud    cloudsim.Cloud     `json:"cloud,omitempty"`
	API      string             `json:"api,omitempty"`
	Kind     cloudsim.FaultKind `json:"kind"`
	Skip     int                `json:"skip,omitempty"`
	Times    int                `json:"times,omitempty"`
	Delay    duration           `json:"delay,omitempty"`
	Spread   duration           `json:"spread,omitempty"`
	Count    int                `json:"count,omitempty"`
	Share    float64            `json:"share,omitempty"`
	Total    int                `json:"total,omitempty"`
	Code     string             `json:"code,omitempty"`
	Message  string             `json:"message,omitempty"`
	Status   int                `json:"status,omitempty"`
	Body     string             `json:"body,omitempty"`
	Invented bool               `json:"invented,omitempty"`
	NextPage bool               `json:"nextPage,omitempty"`
}

// fault returns the fault for the simulator.
func (f fault) fault() cloudsim.Fault {
	return cloudsim.Fault{
		Cloud: f.Cloud, API: f.API, Kind: f.Kind, Skip: f.Skip, Times: f.Times,
		Delay: time.Duration(f.Delay), Spread: time.Duration(f.Spread), Count: f.Count, Share: f.Share, Total: f.Total,
		Code: f.Code, Message: f.Message, Status: f.Status, Body: f.Body, Invented: f.Invented, NextPage: f.NextPage,
	}
}

// faultOf returns a fault of the simulator for JSON.
func faultOf(f cloudsim.Fault) fault {
	return fault{
		Cloud: f.Cloud, API: f.API, Kind: f.Kind, Skip: f.Skip, Times: f.Times,
		Delay: duration(f.Delay), Spread: duration(f.Spread), Count: f.Count, Share: f.Share, Total: f.Total,
		Code: f.Code, Message: f.Message, Status: f.Status, Body: f.Body, Invented: f.Invented, NextPage: f.NextPage,
	}
}

// activeFault is a fault in an answer.
type activeFault struct {
	ID    int   `json:"id"`
	Hits  int   `json:"hits"`
	Fault fault `json:"fault"`
}

// activeFaults returns the active faults of a simulator.
func activeFaults(sim *cloudsim.Sim) []activeFault {
	list := []activeFault{}
	for _, f := range sim.Faults() {
		list = append(list, activeFault{ID: f.ID, Hits: f.Hits, Fault: faultOf(f.Fault)})
	}
	return list
}

// ParseFault reads a fault as a flag of a program has it: a JSON object as for POST
// /faults, or its fields as name=value with commas between them, as in
// "kind=slow,cloud=ecs,delay=2s". In the second form no value has a comma. Errors name the
// field and what it may be.
func ParseFault(sim *cloudsim.Sim, text string) (cloudsim.Fault, error) {
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		return decodeFault(sim, []byte(text))
	}
	body, err := objectOf(text)
	if err != nil {
		return cloudsim.Fault{}, err
	}
	return decodeFault(sim, body)
}

// objectOf returns the JSON object of a list name=value,name=value.
func objectOf(text string) ([]byte, error) {
	var members []string
	for part := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok {
			return nil, errors.New("want name=value,name=value, as in kind=throttle,cloud=ecs,times=2")
		}
		if !isNumber(name) {
			value = strconv.Quote(value)
		}
		members = append(members, strconv.Quote(name)+":"+value)
	}
	return []byte("{" + strings.Join(members, ",") + "}"), nil
}

// isNumber reports whether a field is a number or a boolean in JSON.
func isNumber(name string) bool {
	t := reflect.TypeFor[fault]()
	i := slices.Index(memberNames(t), name)
	if i < 0 || t.Field(i).Type == reflect.TypeFor[duration]() {
		return false
	}
	return t.Field(i).Type.Kind() != reflect.String
}

// decodeFault reads and checks a fault.
func decodeFault(sim *cloudsim.Sim, body []byte) (cloudsim.Fault, error) {
	var f fault
	if err := decode(body, &f); err != nil {
		return cloudsim.Fault{}, err
	}
	return f.fault(), f.check(sim)
}

// check refuses a fault that could hit no call, or that makes no sense.
func (f fault) check(sim *cloudsim.Sim) error {
	switch {
	case f.Kind == "":
		return errors.New(`field "kind" is missing; want ` + oneOf(words(cloudsim.FaultKinds())))
	case !slices.Contains(cloudsim.FaultKinds(), f.Kind):
		return errors.New(`field "kind": no such fault; want ` + oneOf(words(cloudsim.FaultKinds())))
	case f.Cloud != "" && !slices.Contains(cloudsim.Clouds(), f.Cloud):
		return errors.New(`field "cloud": no such cloud; want ` + oneOf(words(cloudsim.Clouds())) + ", or none for all")
	}
	if err := f.checkAPI(sim); err != nil {
		return err
	}
	return f.checkNumbers()
}

// checkAPI requires an action of the fault's clouds.
func (f fault) checkAPI(sim *cloudsim.Sim) error {
	if f.API == "" {
		return nil
	}
	clouds := cloudsim.Clouds()
	if f.Cloud != "" {
		clouds = []cloudsim.Cloud{f.Cloud}
	}
	var all []string
	for _, c := range clouds {
		all = append(all, sim.Actions(c)...)
	}
	if slices.Contains(all, f.API) {
		return nil
	}
	slices.Sort(all)
	return errors.New(`field "api": no such action; want ` + oneOf(slices.Compact(all)))
}

func (f fault) checkNumbers() error {
	for name, n := range map[string]int{
		"skip": f.Skip, "times": f.Times, "count": f.Count, "total": f.Total, "delay": int(f.Delay), "spread": int(f.Spread),
	} {
		if n < 0 {
			return fmt.Errorf("field %q must not be negative", name)
		}
	}
	_, err := strconv.Atoi(f.Code)
	switch {
	case f.Share < 0 || f.Share > 1:
		return errors.New(`field "share" must be from 0 to 1`)
	case f.Status != 0 && f.Status != min(max(f.Status, 200), 599):
		return errors.New(`field "status" must be from 200 to 599, or 0 for the usual one`)
	case f.Cloud == cloudsim.QingCloud && f.Code != "" && err != nil:
		return errors.New(`field "code": the codes of qingcloud are numbers`)
	default:
		return nil
	}
}

// words returns the texts of a list.
func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = string(w)
	}
	return out
}
