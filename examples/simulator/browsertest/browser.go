package main

import (
	"context"
	"os"
	"os/exec"

	"github.com/chromedp/chromedp"
)

// findChromium returns the path of a Chromium, "" if there is none, and the names that it
// looked for.
func findChromium() (path string, tried []string) {
	tried = []string{"chromium", "chromium-browser", "headless-shell", "google-chrome", "google-chrome-stable"}
	for _, name := range tried {
		if path, err := exec.LookPath(name); err == nil {
			return path, tried
		}
	}
	return "", tried
}

// openBrowser returns a context with a tab of a headless Chromium. The caller must call
// cancel, which ends the browser.
func openBrowser(ctx context.Context, path string) (tab context.Context, cancel func()) {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.DisableGPU)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium has no sandbox for root
	}
	ctx, endBrowser := chromedp.NewExecAllocator(ctx, options...)
	tab, closeTab := chromedp.NewContext(ctx)
	return tab, func() {
		_ = chromedp.Cancel(tab) // waits for the browser to end
		closeTab()
		endBrowser()
	}
}
