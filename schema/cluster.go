package schema

import "strings"

// parseCluster takes the logs of supercomputers: an alert word or a number first, seconds since 1970 in a column.
//
//   - 1117838570 2005.06.03 R02-M1-N0-C:J12-U11 2005-06-03-15.42.50.363779 R02-M1-N0-C:J12-U11 RAS KERNEL INFO message
//   - 1131566461 2005.11.09 dn228 Nov 9 12:01:01 dn228/dn228 crond(pam_unix)[2915]: message
//     134681 node-246 unix.hw state_change.unavailable 1077804742 1 message
func parseCluster(p *Parser, e *Event, line string) bool {
	var f [9]string
	rest := line[:min(len(line), 240)]
	for i := range f {
		if rest == "" {
			return false
		}
		f[i], rest = cutToken(rest)
	}
	after := func(i int) string { return line[strings.Index(line, f[i])+len(f[i]):] }
	switch {
	case isEpochSecond(f[1]) && len(f[2]) == 10 && f[2][4] == '.' && f[2][7] == '.':
		t, ok := p.parseTime(f[1])
		if !ok {
			return false
		}
		e.setTime(t)
		addFieldIf(e, "alert", f[0])
		e.Platform.Host = f[3]
		msg := line[strings.Index(line, f[2])+len(f[2]):]
		msg = strings.TrimPrefix(strings.TrimLeft(msg, " "), f[3])
		e.Metadata.Level = levelWord(f[8], false)
		p.setText(e, msg)
		return true
	case allDigits(f[0]) && isEpochSecond(f[4]) && !allDigits(f[1]):
		t, ok := p.parseTime(f[4])
		if !ok {
			return false
		}
		e.setTime(t)
		e.Platform.Host = f[1]
		e.AddField("component", Text(f[2]))
		e.AddField("state", Text(f[3]))
		_, msg := cutToken(strings.TrimLeft(after(4), " "))
		p.setText(e, msg)
		return true
	}
	return false
}

// isEpochSecond reports whether s is a number of seconds since 1970 of our days.
func isEpochSecond(s string) bool {
	return allDigits(s) && (len(s) == 10 || len(s) == 9 && s[0] > '5')
}
