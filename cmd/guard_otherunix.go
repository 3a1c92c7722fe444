//go:build unix && !linux

package cmd

import "syscall"

func workerAttributes() *syscall.SysProcAttr { return nil }

func preferAsVictim(int) {}
