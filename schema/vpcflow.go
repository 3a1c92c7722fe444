package schema

import "strings"

// parseVPCFlow takes a record of Amazon's VPC flow logs in the default order of version 2.
//
//	2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK
func parseVPCFlow(p *Parser, e *Event, line string) bool {
	if !strings.HasPrefix(line, "2 ") || len(line) > 300 {
		return false
	}
	f := strings.Fields(line)
	if len(f) != 14 || !strings.HasPrefix(f[2], "eni-") {
		return false
	}
	start, ok := parseEpoch(f[10])
	end, ended := parseEpoch(f[11])
	if !ok || !ended || end.NS < start.NS {
		return false
	}
	e.setTime(start)
	e.Action = "connection"
	e.Metadata.Duration = Duration{end.NS - start.NS, true}
	setClientIP(e, f[3])
	setBytes(e, f[9])
	for i, name := range [...]string{1: "account", 2: "interface", 4: "destination", 5: "source_port", 6: "destination_port", 7: "protocol", 8: "packets", 13: "log_status"} {
		if name != "" {
			addFieldIf(e, name, f[i])
		}
	}
	switch f[12] {
	case "ACCEPT":
		e.Metadata.Outcome = OutcomeSuccess
	case "REJECT":
		e.Metadata.Outcome = OutcomeFailure
	}
	return true
}
