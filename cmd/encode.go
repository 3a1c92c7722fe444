package cmd

import (
	"context"
	"encoding/binary"
	"errors"

	"github.com/ezlogs/ezlogs/schema"
	"github.com/ezlogs/ezlogs/ship"
)

// redactor replaces what must not leave; one per worker.
type redactor interface{ Event(e *schema.Event) }

// shipEncoder redacts and encodes the events of a step for delivery. Its buffers are reused: the shipper copies.
type shipEncoder struct {
	redactor redactor
	maxBytes int
	group    ship.Group
}

func (x *shipEncoder) encode(s *step) {
	g := &x.group
	g.Body, g.Events = g.Body[:0], g.Events[:0]
	for _, e := range s.events {
		x.redactor.Event(e)
		g.Body = append(schema.AppendLimited(g.Body, e, x.maxBytes), '\n')
		ev := ship.Event{End: int32(len(g.Body)), Flow: binary.BigEndian.Uint64(e.Correlation.Flow[:8])}
		if e.Failed() {
			ev.Flags = ship.FlagError
		}
		if e.Origin.Mark != nil {
			ev.Ack = e.Origin.Mark
		}
		g.Events = append(g.Events, ev)
	}
	s.group = g
}

// shipSink hands steps to delivery.
type shipSink struct{ shipper *ship.Shipper }

func (k shipSink) take(ctx context.Context, s *step) error {
	if len(s.group.Events) == 0 {
		return nil
	}
	// What was read is delivered or kept also after the user has said stop: ctx must not cut that short.
	err := k.shipper.Add(context.WithoutCancel(ctx), s.group)
	if errors.Is(err, ship.ErrOutputClosed) {
		return errOutputClosed
	}
	return err
}

// errOutputClosed ends a run whose reader has gone. It is no fault: `ezlogs … | head` is good use.
var errOutputClosed = errors.New("output closed")
