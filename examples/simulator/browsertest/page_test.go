package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// browser is the path of the Chromium that the tests use.
var browser string

// TestMain says when no test ran. A test that is skipped one by one says it only with -v.
func TestMain(m *testing.M) {
	path, tried := findChromium()
	if path == "" {
		fmt.Printf("SKIPPED: no Chromium found (looked for %v); the status page is not tested\n", tried)
		os.Exit(0)
	}
	browser = path
	os.Exit(m.Run())
}

// tab is an open status page.
type tab struct {
	*world
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	requests []string // URLs that the page asked for
	problems []string // errors in the console, such as a broken policy
}

// openPage opens the page of a new world.
func openPage(t *testing.T, query string) *tab {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	w, err := newWorld(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.close)
	ctx, end := openBrowser(ctx, browser)
	t.Cleanup(end)
	p := &tab{world: w, t: t, ctx: ctx}
	p.watch()
	p.do(chromedp.EmulateViewport(1200, 900), chromedp.Navigate(w.url()+"/"+query))
	p.wait(`document.querySelectorAll("#counts tr").length === 5`)
	return p
}

// watch records requests and problems.
func (p *tab) watch() {
	requests, messages := chromedp.Events(p.ctx, network.RequestWillBeSent), chromedp.Console(p.ctx)
	var wg sync.WaitGroup
	p.t.Cleanup(wg.Wait)
	wg.Go(func() {
		for e, err := range requests {
			if err != nil {
				return
			}
			p.mu.Lock()
			p.requests = append(p.requests, e.Request.URL)
			p.mu.Unlock()
		}
	})
	wg.Go(func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			p.mu.Lock()
			p.problems = append(p.problems, m.String())
			p.mu.Unlock()
		}
	})
}

// do runs actions that must succeed.
func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// wait waits until an expression is true.
func (p *tab) wait(expression string) {
	p.t.Helper()
	poll := chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingTimeout(20*time.Second))
	if err := chromedp.Do(p.ctx, poll); err != nil {
		p.t.Fatalf("%s: %v; the page shows\n%s", expression, err, p.text("body"))
	}
}

// text returns the text of an element.
func (p *tab) text(selector string) string {
	p.t.Helper()
	text, err := chromedp.Run(p.ctx, chromedp.Text(chromedp.CSS(selector)))
	if err != nil {
		p.t.Fatal(err)
	}
	return text
}

func TestThePageShowsTheAccount(t *testing.T) {
	p := openPage(t, "?lang=en")
	p.wait(`document.querySelectorAll("#list td.good").length === 10`) // 1+2+3+4 instances, all running
	counts := p.text("#counts")
	for _, c := range cloudsim.Clouds() {
		if !strings.Contains(counts, string(c)) {
			t.Errorf("the counts have no row %s:\n%s", c, counts)
		}
	}
	for _, i := range p.sim.Instances() {
		if list := p.text("#list"); !strings.Contains(list, i.ID) {
			t.Errorf("the list has no instance %s:\n%s", i.ID, list)
		}
	}
	calls := p.text("#calls")
	for _, want := range []string{"RunInstances", "no-stock", "InvalidRegionId.NotFound", "cn-hangzou", "masked", "Amount=1"} {
		if !strings.Contains(calls, want) {
			t.Errorf("the calls have no %q:\n%s", want, calls)
		}
	}
	if active := p.text("#active"); !strings.Contains(active, "no-stock") {
		t.Errorf("the faults have no no-stock:\n%s", active)
	}
}

func TestThePageUpdatesByItself(t *testing.T) {
	p := openPage(t, "")
	for _, c := range clouds.All() {
		if c.Sim == cloudsim.QingCloud {
			if err := p.launch(p.ctx, c, c.Spec.Region, 1); err != nil {
				t.Fatal(err)
			}
		}
	}
	list := p.sim.Instances(cloudsim.QingCloud)
	id := list[len(list)-1].ID
	p.wait(fmt.Sprintf(`document.querySelector("#list").textContent.includes(%q)`, id))
	p.server.Close() // the simulator ends
	p.wait(`document.querySelector("#contact").className === "lost"`)
}

func TestFaultSwitches(t *testing.T) {
	p := openPage(t, "")
	active := func() (kinds []string) {
		for _, f := range p.sim.Faults() {
			kinds = append(kinds, string(f.Fault.Cloud)+" "+string(f.Fault.Kind))
		}
		return kinds
	}
	before := active()
	p.do(chromedp.Click(chromedp.CSS("#switch-cvm-throttle")))
	p.wait(`document.querySelector("#switch-cvm-throttle").checked && document.querySelectorAll("#active tr").length === 3`)
	if got := active(); !slices.Contains(got, "cvm throttle") {
		t.Errorf("after the click the faults are %v, want throttle of cvm", got)
	}
	p.do(chromedp.Click(chromedp.CSS("#switch-cvm-throttle")))
	p.wait(`!document.querySelector("#switch-cvm-throttle").checked && document.querySelectorAll("#active tr").length === 2`)
	if got := active(); !slices.Equal(got, before) {
		t.Errorf("after the second click the faults are %v, want %v", got, before)
	}

	p.do(chromedp.SetValue(chromedp.CSS("#cloud"), "ens"), chromedp.SetValue(chromedp.CSS("#kind"), "quota"),
		chromedp.Click(chromedp.CSS("#add button")))
	p.wait(`document.querySelectorAll("#active tr").length === 3`)
	if got := active(); !slices.Contains(got, "ens quota") {
		t.Errorf("after Add the faults are %v, want quota of ens", got)
	}
	p.do(chromedp.SetValue(chromedp.CSS("#times"), "1.5"), chromedp.Evaluate[chromedp.Void](
		`document.querySelector("#add").noValidate = true; document.querySelector("#add button").click()`))
	p.wait(`document.querySelector("#problem").textContent.includes("times")`) // the API's own words
}

func TestThePageIsInTwoLanguages(t *testing.T) {
	p := openPage(t, "?lang=zh")
	for selector, want := range map[string]string{"h1": "模拟云", "#calls": "参数", "#language": "English"} {
		if got := p.text(selector); !strings.Contains(got, want) {
			t.Errorf("%s is %q, want %q in it", selector, got, want)
		}
	}
	p.do(chromedp.Click(chromedp.CSS("#language")))
	p.wait(`document.documentElement.lang === "en" && document.querySelector("h1").textContent.includes("simulated clouds")`)
	missing, err := chromedp.Run(p.ctx, chromedp.Evaluate[[]string](
		`Object.keys(labels.en).filter(k => !labels.zh[k]).concat(Object.keys(labels.zh).filter(k => !labels.en[k]))`))
	if err != nil || len(missing) > 0 {
		t.Errorf("labels in one language only: %v, %v", missing, err)
	}
}

func TestThePageKeepsToItself(t *testing.T) {
	p := openPage(t, "")
	p.wait(`document.querySelectorAll("#list td.good").length === 10`)
	html, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.documentElement.outerHTML + latest`))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(html, secret) {
		t.Error("the page shows a password")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, url := range p.requests {
		if !strings.HasPrefix(url, p.url()+"/") && !strings.HasPrefix(url, "data:") {
			t.Errorf("the page asked for %s", url)
		}
	}
	if len(p.requests) < 2 {
		t.Errorf("the page sent %d requests, want at least two: %v", len(p.requests), p.requests)
	}
	for _, problem := range p.problems {
		t.Errorf("in the console: %s", problem)
	}
}

func TestThePageFitsANarrowWindow(t *testing.T) {
	p := openPage(t, "?lang=en")
	p.wait(`document.querySelectorAll("#list td.good").length === 10`)
	p.do(chromedp.EmulateViewport(380, 800))
	p.wait(`document.documentElement.scrollWidth <= 380`)
}
