package specfile_test

import (
	"fmt"
	"log"

	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// What an instance must have, in a file of the program's own and in a flag. The result is for
// [catalog.Catalog.Candidates].
func ExampleWant() {
	form := struct {
		Version int
		Type    specfile.Want
	}{Version: 1}
	text := "version: 1\ntype: {cpus: 2..4, memoryGiB: \">=4\", arch: x86_64, maxPrice: \"0.9\"}\n"
	doc, err := specfile.Decode([]byte(text), "order.yaml", &form, nil)
	if err != nil {
		log.Fatal(err)
	}
	form.Type.Check(doc, "type")
	if err := doc.Err(); err != nil {
		log.Fatal(err)
	}
	want := form.Type.Catalog()
	fmt.Println(want.CPUs, want.MaxCPUs, want.MemoryMiB, want.Arch, want.MaxPrice)

	_, err = specfile.ParseWant("cpus>=2,memory>=4")
	fmt.Println(err)
	// Output:
	// 2 4 4096 x86_64 0.9
	// memory: unknown field; did you mean memoryGiB?
}
