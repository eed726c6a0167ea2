//go:build unix

package main

// kinds returns what is done to the processes, by name. What was killed is started again at once.
func kinds() map[string]func(*processes) error {
	return map[string]func(*processes) error{
		"none":   nil,
		"worker": killWorker,
		"server": killServer,
		"both": func(p *processes) error {
			p.workers[0].kill()
			p.workers = p.workers[:0]
			if err := killServer(p); err != nil {
				return err
			}
			return p.startWorker()
		},
		"stop": stopWorker,
	}
}

func kindNames() []string { return []string{"none", "worker", "server", "both", "stop"} }

func killWorker(p *processes) error {
	p.workers[0].kill()
	p.workers = p.workers[:0]
	return p.startWorker()
}

func killServer(p *processes) error {
	p.server.kill()
	return p.startServer()
}

// stopWorker stops the worker and starts a second one. The first one wakes when the second has
// taken over: it still believes that it has the operations.
func stopWorker(p *processes) error {
	if err := p.workers[len(p.workers)-1].stop(); err != nil {
		return err
	}
	return p.startWorker()
}
