package main

import (
	"context"
	_ "embed"
	"errors"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// streams are what the command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// settings are the values of the flags of all commands.
type settings struct {
	file     string
	state    string
	output   string
	simulate bool
	yes      bool
	boot     time.Duration
	idle     time.Duration
}

// app is one run of the command.
type app struct {
	settings
	streams
	screen *screen
	stop   func() // makes the next interrupt end the process at once
}

//go:embed fleet.yaml
var exampleFleet string

// run runs one command, and returns the exit code of the process.
func run(ctx context.Context, args []string, s streams) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	a := &app{streams: s, screen: newScreen(s.out), stop: stop}
	root := a.root()
	root.SetArgs(doubleDashes(root, args))
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	failure := asFailure(err)
	a.report(failure)
	return failure.code
}

// root returns the tree of commands.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "provision",
		Short: "Create the instances of a fleet on several clouds, from one file",
		Long: "Create the instances of a fleet on several clouds, from one file.\n\n" +
			"First run, without an account and without cost:\n\n" +
			"  provision example > fleet.yaml\n" +
			"  provision plan --simulate\n" +
			"  provision apply --simulate\n" +
			"  provision status\n" +
			"  provision down\n\n" + exitHelp,
		SilenceErrors: true, SilenceUsage: true,
		Args: noArguments,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			return a.checkOutput()
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(flagFailure)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SuggestionsMinimumDistance = 2
	all := root.PersistentFlags()
	all.StringVarP(&a.state, "state", "s", ".provision", "`directory` that remembers what was created")
	all.StringVarP(&a.output, "output", "o", "text", "`format` of the result: text or json")
	root.AddCommand(a.planCommand(), a.applyCommand(), a.statusCommand(), a.resumeCommand(), a.downCommand(),
		a.exampleCommand(), a.simulatorCommand())
	return root
}

func (a *app) planCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "plan", Args: noArguments,
		Short: "Show the requests that apply would send; creates nothing",
		RunE:  func(c *cobra.Command, _ []string) error { return a.plan(c.Context()) },
	}
	a.fileFlags(c.Flags())
	return c
}

func (a *app) applyCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "apply", Args: noArguments,
		Short: "Create what the file asks for, and wait until it runs",
		RunE:  func(c *cobra.Command, _ []string) error { return a.apply(c.Context()) },
	}
	a.fileFlags(c.Flags())
	c.Flags().BoolVarP(&a.yes, "yes", "y", false, "do not ask before instances are created that cost money")
	return c
}

func (a *app) statusCommand() *cobra.Command {
	return &cobra.Command{
		Use: "status", Args: noArguments,
		Short: "Show what exists, and in which state it is; changes nothing",
		RunE:  func(c *cobra.Command, _ []string) error { return a.status(c.Context()) },
	}
}

func (a *app) resumeCommand() *cobra.Command {
	return &cobra.Command{
		Use: "resume", Args: noArguments,
		Short: "Continue an apply that was interrupted or killed",
		RunE:  func(c *cobra.Command, _ []string) error { return a.resume(c.Context()) },
	}
}

func (a *app) downCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "down [MEMBER...]",
		Short: "Release the instances of all members, or of some",
		RunE:  func(c *cobra.Command, names []string) error { return a.down(c.Context(), names) },
	}
	c.Flags().BoolVarP(&a.yes, "yes", "y", false, "do not ask before instances are released")
	return c
}

func (a *app) exampleCommand() *cobra.Command {
	return &cobra.Command{
		Use: "example", Args: noArguments,
		Short: "Print a fleet file to begin with",
		RunE: func(*cobra.Command, []string) error {
			_, err := io.WriteString(a.out, exampleFleet)
			return err
		},
	}
}

// simulatorCommand is the process that --simulate starts in the background.
func (a *app) simulatorCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "simulator", Args: noArguments,
		Short: "Serve the four simulated clouds; --simulate starts this in the background",
		RunE:  func(c *cobra.Command, _ []string) error { return a.serveSimulator(c.Context()) },
	}
	c.Flags().DurationVar(&a.boot, "boot", 0, "time from a create to running; 0 is 1 to 6 seconds by chance")
	c.Flags().DurationVar(&a.idle, "idle", 15*time.Minute, "end after this time without a call")
	return c
}

// fileFlags are the flags of the commands that read a fleet file.
func (a *app) fileFlags(f *pflag.FlagSet) {
	f.StringVarP(&a.file, "file", "f", "fleet.yaml", "fleet `file`, YAML or JSON")
	f.BoolVar(&a.simulate, "simulate", false, "use simulated clouds on this computer: no account, no cost")
}

func (a *app) checkOutput() error {
	if a.output != "text" && a.output != "json" {
		return usageFailure(`the format "`+a.output+`" of --output is not known`, "use -o text or -o json")
	}
	return nil
}

func noArguments(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	what := `"` + args[0] + `" is not an argument of ` + c.CommandPath()
	next := "see " + c.CommandPath() + " --help"
	if c.Parent() == nil {
		what = `there is no command "` + args[0] + `"`
		if near := c.SuggestionsFor(args[0]); len(near) > 0 {
			next = "did you mean " + c.CommandPath() + " " + near[0] + "?"
		}
	}
	return usageFailure(what, next)
}

func flagFailure(c *cobra.Command, err error) error {
	if errors.Is(err, pflag.ErrHelp) {
		return err
	}
	return usageFailure(err.Error(), "see "+c.CommandPath()+" --help")
}

// doubleDashes turns -simulate into --simulate, since many programs write long flags so.
func doubleDashes(root *cobra.Command, args []string) []string {
	known := map[string]bool{"help": true}
	note := func(f *pflag.Flag) { known[f.Name] = true }
	root.PersistentFlags().VisitAll(note)
	for _, c := range root.Commands() {
		c.Flags().VisitAll(note)
	}
	var out []string
	for _, arg := range args {
		name, _, _ := strings.Cut(strings.TrimPrefix(arg, "-"), "=")
		if single := strings.HasPrefix(arg, "-") && known[name]; single {
			arg = "-" + arg
		}
		out = append(out, arg)
	}
	return out
}
