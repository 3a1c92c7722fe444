package cmd

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

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

// gapEvent returns what tells receivers of events that they will never see: a log.message of our own.
func gapEvent(k *keys, cfg *Config) func(ship.Gap) []byte {
	src := schema.NewSource("ezlogs", "ezlogs", k.events(), []byte("gap"))
	var n atomic.Int64
	return func(g ship.Gap) []byte {
		now := time.Now()
		e := schema.Event{
			ID: src.EventID(now.UnixNano(), int32(n.Add(1))), Time: schema.Time{NS: now.UnixNano(), Digits: 3, From: schema.FromLine},
			Type: "log.message", Action: "ezlogs.gap",
		}
		e.Correlation.Flow = schema.FlowID(e.ID.Bits)
		e.Metadata.Level = schema.LevelWarn
		e.Metadata.Message = schema.Text(fmt.Sprintf("%d events are missing here: %s", g.Events, g.Reason))
		e.AddExtra("gap", schema.Value{Kind: schema.Raw, S: fmt.Sprintf(`{"reason":%q,"events":%d,"first":%q,"last":%q}`, g.Reason, g.Events,
			g.First.UTC().Format(time.RFC3339Nano), g.Last.UTC().Format(time.RFC3339Nano))})
		e.Platform.Service, e.Platform.Environment, e.Platform.Host, e.Platform.Format = cfg.ServiceName, cfg.Environment, hostName(), "ezlogs"
		return schema.AppendJSON(nil, &e)
	}
}
