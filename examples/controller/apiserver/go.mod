module github.com/yunfan-cloud/yunfan/examples/controller/apiserver

go 1.26.0

replace github.com/yunfan-cloud/yunfan => ../../..

require (
	github.com/yunfan-cloud/yunfan v0.0.0-00010101000000-000000000000
	go.yaml.in/yaml/v4 v4.0.0
)
