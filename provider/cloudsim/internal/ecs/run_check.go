package ecs

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

const maxUserData = 16 << 10 // raw; today's reference says 32 KB

var (
	typeForm  = regexp.MustCompile(`^ecs(\.[a-z0-9-]+){2,}$`)
	priceForm = regexp.MustCompile(`^\d+(\.\d{1,3}0*)?$`)
)

// checkRun checks every parameter of RunInstances, including those of its launch
// template. The refusal, if any, is in the plan's params.
func (e *api) checkRun(k *core.Call) *runPlan {
	p := e.regional(k)
	plan := &runPlan{p: p}
	e.fromTemplate(k, p)
	p.ClientToken()
	p.Flag("DryRun")
	plan.amount = p.Number("Amount", 1, 1, 100)
	plan.least = p.Number("MinAmount", plan.amount, 1, plan.amount)
	e.checkImage(p)
	checkLogin(p)
	plan.groups = e.checkNetwork(k, p, plan.amount)
	checkSystemDisk(p)
	checkDataDisks(p)
	plan.charge = checkBilling(p)
	p.Flag("AutoPay")
	plan.unpaid = plan.charge == core.Prepaid && strings.EqualFold(p.Text("AutoPay"), "false")
	checkPlacement(p)
	plan.tags = checkTags(p)
	plan.release = checkRelease(p, k.Now)
	plan.zone = e.chosenZone(k, p, plan.charge, plan.amount)
	e.checkSet(k, p, plan.zone, plan.amount)
	e.checkInventory(k, plan)
	return plan
}

func (e *api) checkImage(p *alibaba.Params) {
	if !p.Has("ImageFamily") {
		p.Required("ImageId")
	}
	p.ID("ImageId")
	if p.Has("ImageFamily") && p.Has("ImageId") { // also when a template has it; the code is not verified
		p.Refuse(conflict("ImageFamily", "ImageId"))
	}
	p.Required("InstanceType")
	p.Matching("InstanceType", typeForm, "a type such as ecs.g5.large")
	p.Name("InstanceName")
	p.Description("Description")
	p.HostName(idPlaceholder)
	checkSuffix(p)
	p.Choice("IoOptimized", "optimized", "none")
	p.Choice("SecurityEnhancementStrategy", "Active", "Deactive")
	p.Choice("CreditSpecification", "Standard", "Unlimited")
	p.Choice("HttpEndpoint", "enabled", "disabled")
	p.Choice("HttpTokens", "optional", "required")
	p.Number("CpuOptions.Core", 0, 1, 1024)
	p.Number("CpuOptions.ThreadsPerCore", 0, 1, 2)
	if data, ok := p.UserData(); ok && len(data) > maxUserData {
		p.Refuse(alibaba.Refuse(400, "InvalidUserData.SizeExceeded",
			`The specified parameter "UserData" exceeds the size.`))
	}
}

// checkSuffix requires room for the numbers that UniqueSuffix adds to names without
// their own numbers.
func checkSuffix(p *alibaba.Params) {
	if !p.Flag("UniqueSuffix") {
		return
	}
	host := 64
	if alibaba.Windows(p.Text("ImageId")) {
		host = 15
	}
	check := func(name, code string, most int) {
		if text := p.Text(name); alibaba.PlainName(text) == text && len([]rune(text))+3 > most {
			p.Refuse(alibaba.Refuse(403, "InvalidParams."+code,
				"The uniqueSuffix takes three naming places, please shorten your "+name+"."))
		}
	}
	check("InstanceName", "InstanceNameExceed", 128)
	check("HostName", "HostnameExceed", host)
}

func checkLogin(p *alibaba.Params) {
	p.Password()
	p.ID("KeyPairName")
	p.ID("RamRoleName")
	if p.Flag("PasswordInherit") && p.Has("Password") {
		p.Refuse(alibaba.Refuse(400, "InvalidPasswordParam.Mismatch",
			"The input password should be null when passwdInherit is true."))
	}
}

func checkBilling(p *alibaba.Params) core.Charge {
	charge := p.Choice("InstanceChargeType", "PostPaid", "PrePaid")
	spot := p.Choice("SpotStrategy", "NoSpot", "SpotWithPriceLimit", "SpotAsPriceGo")
	p.Matching("SpotPriceLimit", priceForm, "a price with at most three decimals")
	p.Number("SpotDuration", 1, 0, 1)
	p.Choice("SpotInterruptionBehavior", "Terminate", "Stop")
	p.Choice("InternetChargeType", "PayByTraffic", "PayByBandwidth")
	p.Number("InternetMaxBandwidthIn", 0, 1, 200)
	p.Number("InternetMaxBandwidthOut", 0, 0, 100)
	protected := p.Flag("DeletionProtection")
	if charge == "PrePaid" {
		checkPrepaid(p)
		if spot != "NoSpot" {
			p.Refuse(alibaba.Refuse(400, "InvalidSpotPrepaid",
				"The specified Spot type is not support PrePay Instance."))
		}
		if protected {
			p.Refuse(protection())
		}
		return core.Prepaid
	}
	if spot != "NoSpot" {
		if protected {
			p.Refuse(protection())
		}
		return core.Spot
	}
	return core.Postpaid
}

func protection() *alibaba.Refusal {
	return alibaba.Refuse(403, "InvalidChargeType.ValueNotSupported",
		"Deletion protection is only valid for postPaid instance, not for prePaid or spot instance.")
}

func checkPrepaid(p *alibaba.Params) {
	p.Required("Period")
	if p.Choice("PeriodUnit", "Month", "Week") == "Week" {
		p.OneOf("Period", 1, 2, 3, 4)
		p.OneOf("AutoRenewPeriod", 1, 2, 3)
	} else {
		p.OneOf("Period", 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 24, 36, 48, 60)
		p.OneOf("AutoRenewPeriod", 1, 2, 3, 6, 12, 24, 36, 48, 60)
	}
	p.Flag("AutoRenew") // for AutoRenewPeriod, 1 if it is absent
}

func checkPlacement(p *alibaba.Params) {
	p.Choice("Tenancy", "default", "host")
	p.Choice("Affinity", "default", "host")
	p.Number("StorageSetPartitionNumber", 0, 1, 2000)
	for _, name := range []string{"DedicatedHostId", "HpcClusterId", "ResourceGroupId", "StorageSetId"} {
		p.ID(name)
	}
	onHost := p.Has("DedicatedHostId") || p.Text("Tenancy") == "host"
	if onHost && p.Has("DeploymentSetId") {
		p.Refuse(alibaba.Refuse(400, "InvalidDeploymentOnHost",
			"The specified deployment set does not support dedicated hosts."))
	}
}

// checkTags checks tags; a value may be empty.
func checkTags(p *alibaba.Params) map[string]string {
	seen := map[string]bool{}
	for _, n := range p.Indexes("Tag", maxTags) {
		prefix := "Tag." + strconv.Itoa(n) + "."
		key, value := p.Text(prefix+"Key"), p.Text(prefix+"Value")
		if seen[key] {
			p.Refuse(alibaba.Refuse(400, "Duplicate.TagKey", "The Tag.N.Key contain duplicate key."))
		}
		seen[key] = key != ""
		if len([]rune(key)) > 128 || strings.HasPrefix(key, "aliyun") || strings.HasPrefix(key, "acs:") ||
			holdsURL(key) {
			p.Bad(prefix+"Key", "at most 128 characters, no aliyun or acs: in front, no URL")
		}
		if len([]rune(value)) > 128 || holdsURL(value) {
			p.Bad(prefix+"Value", "at most 128 characters, no URL")
		}
	}
	return p.Tags(maxTags)
}

func holdsURL(s string) bool {
	return strings.Contains(s, "http://") || strings.Contains(s, "https://")
}

// checkRelease reads AutoReleaseTime: half an hour to three years ahead, rounded down
// to the minute.
func checkRelease(p *alibaba.Params, now time.Time) time.Time {
	s := p.Text("AutoReleaseTime")
	if s == "" {
		return time.Time{}
	}
	at, err := time.Parse(alibaba.TimeFormat, s)
	at = at.Truncate(time.Minute)
	if err != nil || at.Before(now.Add(30*time.Minute).Truncate(time.Minute)) || at.After(now.AddDate(3, 0, 0)) {
		p.Bad("AutoReleaseTime", "yyyy-MM-ddTHH:mm:ssZ, half an hour to three years from now")
	}
	return at
}
