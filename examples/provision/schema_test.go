package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/clouds"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// Editors complete and check fleet files with fleet.schema.json. To rewrite it: go test . -update.
func TestSchemaOfFleetFilesIsFresh(t *testing.T) {
	got, err := specfile.Schema(&specfile.SchemaOptions{
		Form: &fleet{Version: fleetVersion}, Title: "Yunfan fleet", Required: []string{"clouds", "members"},
		Vendors: clouds.Vendors(), Words: clouds.Words,
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(sourceDir, "fleet.schema.json")
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("fleet.schema.json is stale: run go test . -update")
	}
}
