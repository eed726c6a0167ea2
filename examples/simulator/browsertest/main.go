// Command browsertest takes pictures of the simulator's status page in headless Chromium,
// in English and in Chinese. Its tests use the page as a person does.
//
//	cd examples/simulator/browsertest && go run . -o pictures && go test .
//
// It is a module of its own, so that the library does not depend on what drives the
// browser. Without Chromium it says so and ends without an error.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/chromedp"
)

func main() {
	folder := flag.String("o", "", "`folder` for the pictures; a temporary one unless given")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	err := pictures(ctx, *folder, os.Stdout)
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "browsertest:", err)
		os.Exit(1)
	}
}

// pictures writes the pictures and the name of each.
func pictures(ctx context.Context, folder string, stdout io.Writer) error {
	path, tried := findChromium()
	if path == "" {
		_, err := fmt.Fprintf(stdout, "SKIPPED: no Chromium found (looked for %v); no picture was taken\n", tried)
		return err
	}
	folder, err := makeFolder(folder)
	if err != nil {
		return err
	}
	w, err := newWorld(ctx)
	if err != nil {
		return err
	}
	defer w.close()
	ctx, cancel := openBrowser(ctx, path)
	defer cancel()
	for _, language := range []string{"en", "zh"} {
		err := chromedp.Do(ctx,
			chromedp.EmulateViewport(1200, 900),
			chromedp.Navigate(w.url()+"/?lang="+language),
			chromedp.WaitVisible(chromedp.CSS(`#list td.good`)), // an instance that runs
		)
		if err != nil {
			return err
		}
		png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err != nil {
			return err
		}
		name := filepath.Join(folder, "status-"+language+".png")
		if err := os.WriteFile(name, png, 0o600); err != nil {
			return err
		}
		fmt.Fprintln(stdout, name)
	}
	return nil
}

// makeFolder makes the folder of the pictures.
func makeFolder(folder string) (string, error) {
	if folder == "" {
		return os.MkdirTemp("", "cloudsim-pictures-")
	}
	return folder, os.MkdirAll(folder, 0o750)
}
