// Package schema turns lines into universal events and events into JSON.
//
// A [Parser] takes one line and fills one or more [Event]s; it keeps no state between lines, so lines may be
// parsed side by side and in any order. A [Joiner] takes the parsed events of all sources in order and makes records of
// several lines (stack traces, Rails request blocks, wrapped fragments) into one event. [AppendJSON] writes an event.
//
// A line never causes an error: what no format claims is a log.message whose message is the line.
package schema
