package schema

import (
	"testing"
	"time"
)

func TestParseDuration(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in   string
		want time.Duration
	}{
		{"152ms", 152 * time.Millisecond}, {"0.152s", 152 * time.Millisecond}, {"152000µs", 152 * time.Millisecond}, {"152 ms", 152 * time.Millisecond},
		{"1m2.5s", 62500 * time.Millisecond}, {"1h2m3s", 3723 * time.Second}, {"3 seconds", 3 * time.Second}, {"PT0.5S", 500 * time.Millisecond},
		{"P1DT1M", 24*time.Hour + time.Minute}, {"00:00:00.0125000", 12500 * time.Microsecond}, {"1.00:00:01", 24*time.Hour + time.Second},
		{"12ns", 12}, {"1.5us", 1500}, {"1e3ms", time.Second}, {"2 minutes", 2 * time.Minute}, {"0s", 0}, {"12.5 msec", 12500 * time.Microsecond},
	} {
		if got, ok := parseDuration(tt.in); !ok || got.NS != int64(tt.want) || !got.Set {
			t.Errorf("parseDuration(%q) = %v %v, want %v", tt.in, time.Duration(got.NS), ok, tt.want)
		}
	}
	for _, in := range []string{"", "12", "ms", "1x", "-1s", "1ms2", "P", "P1Y", "PT", "12:00", "1e99s", "99999999999h", "1..5s", "+2ms"} {
		if got, ok := parseDuration(in); ok {
			t.Errorf("parseDuration(%q) = %v, want none", in, time.Duration(got.NS))
		}
	}
}

func TestScaleDuration(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in   string
		unit int64
		want int64
	}{
		{"152000000", nanosecond, 152e6}, {"0.152", second, 152e6}, {"152.0", millisecond, 152e6}, {"0.15230000000000002", second, 152300000},
		{"58.33", millisecond, 58330000}, {"1.5e-5", second, 15000}, {"7", minute, 420e9}, {"0.0000000005", second, 1}, {"1.52e8", nanosecond, 152e6},
		{"3", 60 * minute, 10800e9}, {"0", second, 0}, {"000.5", second, 5e8}, {"1E+1", second, 10e9},
	} {
		if got, ok := scaleDuration(tt.in, tt.unit); !ok || got.NS != tt.want {
			t.Errorf("scaleDuration(%q, %d) = %d %v, want %d", tt.in, tt.unit, got.NS, ok, tt.want)
		}
	}
	for _, in := range []string{"", "-1", "x", "1x", "1e", ".", "1e999", "99999999999999999999", "-", "0x10", "NaN", "Infinity"} {
		if got, ok := scaleDuration(in, second); ok {
			t.Errorf("scaleDuration(%q) = %d, want none", in, got.NS)
		}
	}
}

func TestLevels(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]Level{
		"INFO": LevelInfo, "Information": LevelInfo, "[error]": LevelError, "WARNING": LevelWarn, "INFO+2": LevelInfo, "DEBUG-4": LevelDebug, "DEBUG3": LevelDebug,
		"\x1b[32minfo\x1b[39m": LevelInfo, "notice": LevelInfo, "CRITICAL": LevelFatal, "SEVERE": LevelError, "dpanic": LevelFatal, "ERR": LevelError,
		"verbose": LevelDebug, "TRACE": LevelTrace, "I": LevelInfo, "W": LevelWarn, " info ": LevelInfo,
		"informative": LevelNone, "": LevelNone, "30": LevelNone, "infos": LevelNone, "error: x": LevelNone,
	} {
		if got := levelOf(in); got != want {
			t.Errorf("levelOf(%q) = %v, want %v", in, got, want)
		}
	}
	for _, tt := range []struct {
		n     int
		scale levelScale
		want  Level
	}{
		{30, scalePino, LevelInfo}, {35, scalePino, LevelInfo}, {60, scalePino, LevelFatal}, {3, scaleSyslog, LevelError}, {7, scaleSyslog, LevelDebug}, {8, scaleSyslog, LevelNone},
		{9, scaleOTel, LevelInfo}, {24, scaleOTel, LevelFatal}, {30, scalePython, LevelWarn}, {-4, scaleSlog, LevelDebug}, {2, scaleSlog, LevelInfo}, {8, scaleSlog, LevelError},
		{20000, scaleLogback, LevelInfo}, {250, scaleMonolog, LevelInfo}, {400, scaleMonolog, LevelError}, {2, scaleSemantic, LevelInfo}, {3, scaleRuby, LevelError},
		{30, scaleUnknown, LevelInfo}, {3, scaleUnknown, LevelNone}, {400, scaleUnknown, LevelError},
	} {
		if got := levelOfNumber(tt.n, tt.scale); got != tt.want {
			t.Errorf("levelOfNumber(%d, %d) = %v, want %v", tt.n, tt.scale, got, tt.want)
		}
	}
}
