package schema

// formatStarts tells with which bytes the lines of a format begin, for those of which that can be told: a line is only
// shown to the formats that it can belong to. "0" stands for all digits, "A" for capitals, "a" for small letters.
var formatStarts = map[string]string{
	"docker": "{", "json": "{", "lambda.platform": "A", "batch": "[", "cri": "0", "syslog": "<0A", "logplex": "0", "compose": "0Aa[",
	"logfmt": "Aa_@", "lograge.text": "m@", "heroku.router": "as", "klog": "IWEF", "sidekiq.text": "0Ap", "journald.export": "_M", "aws.cloudwatch": "0", "fluentd": "0",
}

// startsOf returns, for every byte that a line can begin with, the formats to try, in the order of the table. The first
// own ones are the user's and are shown everything, and so is the last.
func startsOf(table []format, own int) (order [256][]uint8) {
	for c := range 256 {
		for i := range table {
			if i < own || i == len(table)-1 || mayStart(formatStarts[table[i].name], byte(c)) {
				order[c] = append(order[c], uint8(i))
			}
		}
	}
	return order
}

// mayStart reports whether a format whose lines begin with these bytes can begin with c.
func mayStart(starts string, c byte) bool {
	if starts == "" {
		return c != '{'
	}
	for i := range len(starts) {
		switch s := starts[i]; {
		case s == c, s == '0' && isDigit(c), s == 'A' && c >= 'A' && c <= 'Z', s == 'a' && c >= 'a' && c <= 'z':
			return true
		}
	}
	return false
}
