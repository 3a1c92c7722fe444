package cmd

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// The guard is the process that the application's pipe leads to. It starts the worker with the same standard input and
// keeps the pipe open: when the worker dies of a bug or of the kernel's memory killer, the application sees no broken pipe,
// what stands in the pipe stays there, and a new worker reads on. The data does not pass through it.

// workerVariable marks the worker; its value is the descriptor on which the worker says its exit status before it exits,
// so that a crash can be told from an end.
const workerVariable = "EZLOGS_GUARD_WORKER"

const (
	restartPause = 200 * time.Millisecond
	crashLimit   = 20          // restarts without a pause of calm; then the guard gives up
	calm         = time.Minute // a worker that lived so long starts a new count
)

// guarded reports whether the program is to run as a guard: it reads a pipe whose writer must not suffer.
func guarded(env *Env, paths []string, once, off bool) bool {
	if once || off || env.Getenv(workerVariable) != "" || len(paths) != 1 || paths[0] != "-" || env.Stdin != os.Stdin {
		return false
	}
	st, err := env.Stdin.Stat()
	return err == nil && st.Mode()&(os.ModeNamedPipe|os.ModeSocket) != 0 && guardSupported
}

// guard runs workers until one ends of its own will, and returns its status.
func guard(env *Env) int {
	signals := guardSignals()
	defer signals.stop()
	crashes, began := 0, time.Now()
	for {
		status, said, err := runWorker(env, signals)
		if err != nil {
			fmt.Fprintf(env.Stderr, "ezlogs: the worker cannot be started: %v\n", err)
			return statusFailed
		}
		if said {
			return status
		}
		if signals.ending() {
			return statusFailed
		}
		if time.Since(began) > calm {
			crashes = 0
		}
		if crashes++; crashes > crashLimit {
			fmt.Fprintf(env.Stderr, "ezlogs: the worker ended %d times in a row; giving up\n", crashes)
			return statusFailed
		}
		fmt.Fprintln(env.Stderr, "ezlogs: the worker ended unexpectedly and is started again; what was not read yet stands in the pipe")
		timer := time.NewTimer(restartPause)
		select {
		case <-timer.C:
		case <-signals.end:
			timer.Stop()
			return statusFailed
		}
		began = time.Now()
	}
}

// statusPipe is what a shell makes of a process that wrote to a pipe without a reader, as in `ezlogs ship | head`.
const statusPipe = 128 + 13

// runWorker starts one worker and waits for it. said reports that it ended of its own will, with status.
func runWorker(env *Env, signals *forwarder) (status int, said bool, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, false, err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return 0, false, err
	}
	defer r.Close()
	p, err := os.StartProcess(self, append([]string{os.Args[0]}, env.Args...), &os.ProcAttr{
		Env:   append(append([]string{}, env.Environ...), workerVariable+"=3"),
		Files: []*os.File{os.Stdin, os.Stdout, os.Stderr, w},
		Sys:   workerAttributes(),
	})
	w.Close()
	if err != nil {
		return 0, false, err
	}
	preferAsVictim(p.Pid)
	signals.to(p)
	defer signals.to(nil)
	said0 := make([]byte, 16)
	n, _ := r.Read(said0)
	state, err := p.Wait()
	if err != nil {
		return 0, false, err
	}
	if readerGone(state) {
		return statusPipe, true, nil
	}
	code, err := strconv.Atoi(strings.TrimSpace(string(said0[:n])))
	return code, err == nil, nil
}

// sayStatus tells the guard that the worker ends of its own will.
func sayStatus(env *Env, status int) {
	fd, err := strconv.Atoi(env.Getenv(workerVariable))
	if err != nil || fd < 3 {
		return
	}
	f := os.NewFile(uintptr(fd), "guard")
	fmt.Fprintln(f, status)
	f.Close()
}
