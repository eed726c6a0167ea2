package cloudsim

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

const ecsMaxUserData = 16 << 10 // raw; today's reference says 32 KB

var (
	ecsType  = regexp.MustCompile(`^ecs(\.[a-z0-9-]+){2,}$`)
	ecsPrice = regexp.MustCompile(`^\d+(\.\d{1,3}0*)?$`)
)

// checkRun checks every parameter of RunInstances, those of its launch template
// among them. The refusal, if any, is in the plan's params.
func (e *ecs) checkRun(k *core.Call) *ecsPlan {
	p := e.regional(k)
	plan := &ecsPlan{p: p}
	e.fromTemplate(k, p)
	p.clientToken()
	p.flag("DryRun")
	plan.amount = p.number("Amount", 1, 1, 100)
	plan.least = p.number("MinAmount", plan.amount, 1, plan.amount)
	e.checkImage(p)
	checkECSLogin(p)
	plan.groups = e.checkNetwork(k, p, plan.amount)
	checkECSSystemDisk(p)
	checkECSDataDisks(p)
	plan.charge = checkECSBilling(p)
	p.flag("AutoPay")
	plan.unpaid = plan.charge == core.Prepaid && strings.EqualFold(p.text("AutoPay"), "false")
	checkECSPlacement(p)
	plan.tags = checkECSTags(p)
	plan.release = checkECSRelease(p, k.Now)
	e.checkSet(k, p, plan.amount)
	return plan
}

func (e *ecs) checkImage(p *aliParams) {
	if !p.has("ImageFamily") {
		p.required("ImageId")
	}
	p.id("ImageId")
	if p.has("ImageFamily") && p.has("ImageId") { // also when a template has it; the code is not verified
		p.refuse(ecsConflict("ImageFamily", "ImageId"))
	}
	p.required("InstanceType")
	p.matching("InstanceType", ecsType, "a type such as ecs.g5.large")
	p.name("InstanceName")
	p.description("Description")
	p.hostName()
	checkECSSuffix(p)
	p.choice("IoOptimized", "optimized", "none")
	p.choice("SecurityEnhancementStrategy", "Active", "Deactive")
	p.choice("CreditSpecification", "Standard", "Unlimited")
	p.choice("HttpEndpoint", "enabled", "disabled")
	p.choice("HttpTokens", "optional", "required")
	p.number("CpuOptions.Core", 0, 1, 1024)
	p.number("CpuOptions.ThreadsPerCore", 0, 1, 2)
	if data, ok := p.userData(); ok && len(data) > ecsMaxUserData {
		p.refuse(aliRefusal(400, "InvalidUserData.SizeExceeded", `The specified parameter "UserData" exceeds the size.`))
	}
}

// checkECSSuffix wants room for the numbers that UniqueSuffix adds to names without
// numbers of their own.
func checkECSSuffix(p *aliParams) {
	if !p.flag("UniqueSuffix") {
		return
	}
	host := 64
	if aliWindows(p.text("ImageId")) {
		host = 15
	}
	check := func(name, code string, most int) {
		if text := p.text(name); aliPlainName(text) == text && len([]rune(text))+3 > most {
			p.refuse(aliRefusal(403, "InvalidParams."+code, "The uniqueSuffix takes three naming places, please shorten your "+name+"."))
		}
	}
	check("InstanceName", "InstanceNameExceed", 128)
	check("HostName", "HostnameExceed", host)
}

func checkECSLogin(p *aliParams) {
	p.password()
	p.id("KeyPairName")
	p.id("RamRoleName")
	if p.flag("PasswordInherit") && p.has("Password") {
		p.refuse(aliRefusal(400, "InvalidPasswordParam.Mismatch", "The input password should be null when passwdInherit is true."))
	}
}

func checkECSBilling(p *aliParams) core.Charge {
	charge := p.choice("InstanceChargeType", "PostPaid", "PrePaid")
	spot := p.choice("SpotStrategy", "NoSpot", "SpotWithPriceLimit", "SpotAsPriceGo")
	p.matching("SpotPriceLimit", ecsPrice, "a price with at most three decimals")
	p.number("SpotDuration", 1, 0, 1)
	p.choice("SpotInterruptionBehavior", "Terminate", "Stop")
	p.choice("InternetChargeType", "PayByTraffic", "PayByBandwidth")
	p.number("InternetMaxBandwidthIn", 0, 1, 200)
	p.number("InternetMaxBandwidthOut", 0, 0, 100)
	protected := p.flag("DeletionProtection")
	if charge == "PrePaid" {
		checkECSPrepaid(p)
		if spot != "NoSpot" {
			p.refuse(aliRefusal(400, "InvalidSpotPrepaid", "The specified Spot type is not support PrePay Instance."))
		}
		if protected {
			p.refuse(ecsProtection())
		}
		return core.Prepaid
	}
	if spot != "NoSpot" {
		if protected {
			p.refuse(ecsProtection())
		}
		return core.Spot
	}
	return core.Postpaid
}

func ecsProtection() *aliError {
	return aliRefusal(403, "InvalidChargeType.ValueNotSupported",
		"Deletion protection is only valid for postPaid instance, not for prePaid or spot instance.")
}

func checkECSPrepaid(p *aliParams) {
	p.required("Period")
	if p.choice("PeriodUnit", "Month", "Week") == "Week" {
		p.oneOf("Period", 1, 2, 3, 4)
		p.oneOf("AutoRenewPeriod", 1, 2, 3)
	} else {
		p.oneOf("Period", 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 24, 36, 48, 60)
		p.oneOf("AutoRenewPeriod", 1, 2, 3, 6, 12, 24, 36, 48, 60)
	}
	p.flag("AutoRenew") // for AutoRenewPeriod, 1 if it is absent
}

func checkECSPlacement(p *aliParams) {
	p.choice("Tenancy", "default", "host")
	p.choice("Affinity", "default", "host")
	p.number("StorageSetPartitionNumber", 0, 1, 2000)
	for _, name := range []string{"DedicatedHostId", "HpcClusterId", "ResourceGroupId", "StorageSetId"} {
		p.id(name)
	}
	onHost := p.has("DedicatedHostId") || p.text("Tenancy") == "host"
	if onHost && p.has("DeploymentSetId") {
		p.refuse(aliRefusal(400, "InvalidDeploymentOnHost", "The specified deployment set does not support dedicated hosts."))
	}
}

// checkECSTags checks the rules for tags; a value may be empty.
func checkECSTags(p *aliParams) map[string]string {
	seen := map[string]bool{}
	for _, n := range p.indexes("Tag", ecsMaxTags) {
		prefix := "Tag." + strconv.Itoa(n) + "."
		key, value := p.text(prefix+"Key"), p.text(prefix+"Value")
		if seen[key] {
			p.refuse(aliRefusal(400, "Duplicate.TagKey", "The Tag.N.Key contain duplicate key."))
		}
		seen[key] = key != ""
		if len([]rune(key)) > 128 || strings.HasPrefix(key, "aliyun") || strings.HasPrefix(key, "acs:") || aliHoldsURL(key) {
			p.bad(prefix+"Key", "at most 128 characters, no aliyun or acs: in front, no URL")
		}
		if len([]rune(value)) > 128 || aliHoldsURL(value) {
			p.bad(prefix+"Value", "at most 128 characters, no URL")
		}
	}
	return p.tags(ecsMaxTags)
}

func aliHoldsURL(s string) bool {
	return strings.Contains(s, "http://") || strings.Contains(s, "https://")
}

// checkECSRelease reads AutoReleaseTime: half an hour to three years ahead, cut
// to the minute.
func checkECSRelease(p *aliParams, now time.Time) time.Time {
	s := p.text("AutoReleaseTime")
	if s == "" {
		return time.Time{}
	}
	at, err := time.Parse(aliStamp, s)
	at = at.Truncate(time.Minute)
	if err != nil || at.Before(now.Add(30*time.Minute).Truncate(time.Minute)) || at.After(now.AddDate(3, 0, 0)) {
		p.bad("AutoReleaseTime", "yyyy-MM-ddTHH:mm:ssZ, half an hour to three years from now")
	}
	return at
}
