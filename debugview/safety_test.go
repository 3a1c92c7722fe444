package debugview_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/ezlogs/ezlogs/debugview"
	"github.com/ezlogs/ezlogs/schema"
)

// evil holds what text of a log must not do to a terminal: clear it, name it, write the clipboard, ring, forge a line, turn
// the direction of writing, hide characters, or be no text at all.
const evil = "hi \x1b[2J\x1b]0;PWNED\x07\x1b]52;c;eA==\x07 \u202eevil\nFAKE line\r\x9b31m\u0085\u200b\u2066\ufeff\x00\x7f\xff\u2028end"

// poison puts evil text everywhere an event has text.
func poison(events []schema.Event, text string) []schema.Event {
	events = append([]schema.Event(nil), events...)
	for i := range events {
		e := &events[i]
		e.Action += text
		e.Actor = schema.Actor{Type: "user" + text, ID: text, Name: text}
		if e.Subject.Type != "" {
			e.Subject.ID = text
		}
		e.ID.Text = text + e.ID.String()
		e.Correlation.RequestID, e.Correlation.SessionID = text, text
		e.Correlation.Processes = []string{"p:" + text}
		e.Metadata.IP = text
		e.Metadata.Message = schema.Text(text)
		e.Metadata.Error = schema.ErrorInfo{Class: text, Message: schema.Text(text), Stack: schema.Text(text + "\n" + text)}
		e.Metadata.DB.SQL = schema.Text("SELECT " + text)
		e.Metadata.Changes = []schema.Change{{Field: text, Old: schema.Text(text), New: schema.Text(text)}}
		e.Metadata.Fields = []schema.Field{{Key: text, Value: schema.Text(text)}, {Key: "esc", Value: schema.Value{Kind: schema.Escaped, S: `\u001b[2J\n`}}}
		e.Metadata.Extra = []schema.Field{{Key: "transition", Value: schema.Value{Kind: schema.Raw, S: `{"from":"\u001b[2J","to":"\u001b]0;x\u0007"}`}},
			{Key: "validation_errors", Value: schema.Value{Kind: schema.Raw, S: `["\u001b[2J"]`}}}
		e.Platform.Service, e.Platform.Format = text, text
	}
	return events
}

// ours matches what the view itself writes for colour.
var ours = regexp.MustCompile("\x1b\\[[0-9;]*m")

func TestLogTextIsShownNeverObeyed(t *testing.T) {
	t.Parallel()
	for _, layout := range debugview.Layouts() {
		for _, set := range []func(*debugview.Config){
			func(*debugview.Config) {},
			func(c *debugview.Config) { c.Color = true },
			func(c *debugview.Config) { c.Width = 0 },
			func(c *debugview.Config) { c.Flows = []string{"c4"} },
			func(c *debugview.Config) { c.Failed = true },
			func(c *debugview.Config) { c.By = "process" },
			func(c *debugview.Config) { c.By = "actor" },
			func(c *debugview.Config) { c.Journeys = true },
			func(c *debugview.Config) { c.ASCII = true },
		} {
			c := config(func(c *debugview.Config) {
				c.Layout, c.Show, c.All, c.Terminal = layout, []string{"*"}, true, true
				c.Files = []string{evil}
				c.ErrColor = true
				set(c)
			})
			out, errs := run(t, c, poison(append(shop().n1().events, situations()...), evil))
			for _, text := range []string{out, errs} {
				inertText(t, layout, text)
				if c.ASCII {
					for i := range len(text) {
						if text[i] >= utf8.RuneSelf {
							t.Fatalf("%s --ascii: %q", layout, text[max(0, i-40):min(len(text), i+10)])
						}
					}
				}
			}
			if strings.Contains(out, "\nFAKE") || strings.Contains(errs, "\nFAKE") {
				t.Errorf("%s: text of the log made a line of its own", layout)
			}
		}
	}
}

// inertText fails when text has anything that a terminal obeys, besides our own colours and line ends.
func inertText(t *testing.T, name, text string) {
	t.Helper()
	text = ours.ReplaceAllString(text, "")
	for i, r := range text {
		if r == '\n' || r == utf8.RuneError && strings.HasPrefix(text[i:], "\uFFFD") {
			continue
		}
		if r < 0x20 || r >= 0x7f && r < 0xa0 || r == utf8.RuneError || unicode.Is(unicode.Cf, r) || r == 0x2028 || r == 0x2029 {
			t.Fatalf("%s: %U at %q", name, r, text[max(0, i-40):min(len(text), i+20)])
		}
	}
}

func TestWhatIsShownInstead(t *testing.T) {
	t.Parallel()
	s := &scene{}
	s.begin("aa0001", "").add("14:00:00.000", "log.message", "log", schema.ID{}, -1, message("hi \x1b[2J\x1b]0;PWNED\x07 \u202eevil\nFAKE line \xff \u0085"))
	out, _ := run(t, config(nil), s.events)
	if want := "hi ␛[2J␛]0;PWNED␇ ‹U+202E›evil⏎FAKE line ‹ff› ‹U+0085›"; !strings.Contains(out, want) {
		t.Errorf("got %q, want %q", out, want)
	}
	out, _ = run(t, config(func(c *debugview.Config) { c.ASCII = true }), s.events)
	if want := "hi ^[[2J^[]0;PWNED^G <U+202E>evil^JFAKE line <ff> <U+0085>"; !strings.Contains(out, want) {
		t.Errorf("got %q, want %q", out, want)
	}
}

// TestWidths checks that no row is wider than the page and that what must not be cut is not.
func TestWidths(t *testing.T) {
	t.Parallel()
	events := append(shop().n1().events, situations()...)
	for i := range events {
		events[i].Action = strings.Replace(events[i].Action, "order", "注文の名前がとても長い👍e\u0301order", 1)
		if events[i].Type == "error.raised" {
			events[i].Metadata.Error.Message = schema.Text(strings.Repeat("長い", 80))
		}
	}
	for _, layout := range []string{"tree", "lines", "lanes", "story", "card", "list"} {
		for _, width := range []int{60, 80, 100, 120, 200} {
			out, _ := run(t, config(func(c *debugview.Config) { c.Layout, c.Width = layout, width }), events)
			for line := range strings.Lines(out) {
				if n := displayWidth(strings.TrimSuffix(line, "\n")); n > width {
					t.Errorf("%s at %d: %d cells: %s", layout, width, n, line)
				}
			}
			if layout == "tree" || layout == "list" {
				for _, keep := range []string{"c9ad1a", "c47774", "4b066c", "→ 500", "1.78 s"} {
					if !strings.Contains(out, keep) {
						t.Errorf("%s at %d lost %s", layout, width, keep)
					}
				}
			}
		}
	}
}

// displayWidth counts cells: wide characters two, combining ones none.
func displayWidth(s string) (n int) {
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.Is(unicode.Han, r), unicode.Is(unicode.Hiragana, r), unicode.Is(unicode.Katakana, r), r > 0x1f000:
			n += 2
		default:
			n++
		}
	}
	return n
}

func TestColour(t *testing.T) {
	t.Parallel()
	for _, theme := range []string{"auto", "light", "dark", "mono", "cvd"} {
		out, errs := run(t, config(func(c *debugview.Config) { c.Theme, c.Color, c.ErrColor = theme, true, true }), shop().events)
		plain, plainErrs := run(t, config(nil), shop().events)
		if ours.ReplaceAllString(out, "") != plain || ours.ReplaceAllString(errs, "") != plainErrs {
			t.Errorf("%s: colour changes the text", theme)
		}
		if !strings.Contains(out, "\x1b[") {
			t.Errorf("%s: no colour", theme)
		}
		for _, code := range ours.FindAllString(out, -1) {
			if strings.HasPrefix(code, "\x1b[4") && code != "\x1b[4m" {
				t.Errorf("%s: a background: %q", theme, code)
			}
		}
	}
	out, _ := run(t, config(func(c *debugview.Config) { c.Color = true }), shop().deadlock().events[len(shop().events):])
	for _, want := range []string{
		"\x1b[1;31m✗\x1b[0m \x1b[1m14:02:14.370  POST /orders → 500  PG::DeadlockDetected\x1b[0m",
		"  \x1b[31merr \x1b[0m \x1b[2m└─ \x1b[0m", "\x1b[2m4b066c\x1b[0m\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%q", want, out)
		}
	}
}

func FuzzTree(f *testing.F) {
	f.Add(evil, uint8(3))
	f.Add("order.created", uint8(200))
	f.Fuzz(func(t *testing.T, text string, seed uint8) {
		events := poison((&scene{}).order().retries().events, text)
		for i := range events {
			// Parents at random make rings and gaps.
			if seed>>(i%8)&1 == 1 {
				events[i].Correlation.Parent = events[(i*int(seed)+7)%len(events)].ID
			}
		}
		for _, layout := range []string{"tree", "lanes", "story", "card", "profile"} {
			out, _ := run(t, config(func(c *debugview.Config) { c.Layout, c.Color = layout, true }), events)
			inertText(t, layout, out)
		}
	})
}
