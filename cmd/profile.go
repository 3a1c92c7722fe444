package cmd

import (
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"

	"github.com/urfave/cli/v2"
)

// profileFlags let a user send us, or look at, where the time and the memory of a run went.
func profileFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "cpuprofile", Usage: "write a pprof CPU profile to `FILE`", Hidden: true},
		&cli.StringFlag{Name: "memprofile", Usage: "write a pprof heap profile to `FILE`", Hidden: true},
	}
}

// profile starts what the flags ask for; the function it returns ends it.
func profile(env *Env, c *cli.Context) (func(), error) {
	stop := func() {}
	if name := c.String("cpuprofile"); name != "" {
		f, err := os.Create(name)
		if err != nil {
			return nil, err
		}
		if err := pprof.StartCPUProfile(f); err != nil {
			return nil, err
		}
		stop = func() {
			pprof.StopCPUProfile()
			f.Close()
		}
	}
	if name := c.String("memprofile"); name != "" {
		cpu := stop
		stop = func() {
			cpu()
			f, err := os.Create(name)
			if err == nil {
				runtime.GC()
				err = pprof.WriteHeapProfile(f)
				f.Close()
			}
			if err != nil {
				fmt.Fprintf(env.Stderr, "ezlogs: %v\n", err)
			}
		}
	}
	return stop, nil
}
