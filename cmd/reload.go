package cmd

import (
	"context"
	"net"
	"os"
	"os/signal"
)

// onReload has SIGHUP sent to a channel from now on, also between two configurations: by itself it ends the process.
func onReload() (hup chan os.Signal, stop func()) {
	hup = make(chan os.Signal, 1)
	if len(reloadSignals) > 0 {
		signal.Notify(hup, reloadSignals...)
	}
	return hup, func() { signal.Stop(hup) }
}

// startError says that a session could not begin: a file or an address of its configuration cannot be used.
type startError struct{ error }

// awaitReload waits for SIGHUP and reads the configuration again. It reports true when there is a valid one to go on with;
// one with errors changes nothing.
func (r *shipRun) awaitReload(ctx context.Context) bool {
	for {
		select {
		case <-ctx.Done():
			return false
		case <-r.hup:
			cfg, err := r.reload()
			if err != nil {
				r.admin.reloads.failed.Add(1)
				r.log.Error("the configuration has errors, the one before goes on")
				continue
			}
			if len(cfg.Delivery.To) == 0 && len(cfg.Delivery.Destinations) == 0 {
				cfg.Delivery.To = r.cfg.Delivery.To
			}
			r.next = cfg
			r.admin.reloads.done.Add(1)
			r.log.Info("the configuration was read again")
			return true
		}
	}
}

// notifySystemd tells the service manager how far we are; nothing happens without one.
func notifySystemd(env *Env, state string) {
	name := env.Getenv("NOTIFY_SOCKET")
	if name == "" {
		return
	}
	conn, err := net.Dial("unixgram", name)
	if err != nil {
		return
	}
	conn.Write([]byte(state))
	conn.Close()
}
