package cmd

import (
	"os"
	"strconv"
	"syscall"
)

// workerAttributes let the worker end when the guard is killed: two workers must not read one pipe. What it has read it keeps.
func workerAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
}

// preferAsVictim makes the worker the first choice of the kernel when memory runs out, so that the guard lives.
func preferAsVictim(pid int) {
	// Without the right to do so the kernel chooses as it would have.
	_ = os.WriteFile("/proc/"+strconv.Itoa(pid)+"/oom_score_adj", []byte("500"), 0)
}
