package aliyun

import (
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/providertest"
)

func FuzzAnswers(f *testing.F) { providertest.FuzzAnswers(f, harness()) }

func FuzzSpecs(f *testing.F) { providertest.FuzzSpecs(f, harness()) }
