package cmd

import (
	"os"
	"strings"
	"testing"
)

func TestExampleListsEveryKeyWithItsDefault(t *testing.T) {
	t.Parallel()
	want := exampleConfig()
	got, err := os.ReadFile("../ezlogs.toml.example")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("ezlogs.toml.example is not what `ezlogs check --init` prints; write it again")
	}
	// Uncommented, it is what holds without a file.
	var live []string
	for line := range strings.Lines(want) {
		key := strings.TrimPrefix(line, "# ")
		name, value, found := strings.Cut(key, " = ")
		if strings.HasPrefix(line, "# [[") {
			break
		}
		if found && !strings.Contains(name, " ") && strings.TrimSpace(value) != "" {
			line = key
		}
		live = append(live, line)
	}
	l, err := load("-", func() ([]byte, error) { return []byte(strings.Join(live, "")), nil }, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range l.Findings {
		t.Errorf("the example, uncommented: %s", f.short())
	}
	list := tables()
	for i := range list {
		for j := range list[i].settings {
			s := &list[i].settings[j]
			if list[i].list != nil {
				continue
			}
			path := list[i].path(s)
			if l.Origin[path] == "" {
				t.Errorf("the example does not set %s", path)
			}
			if got, want := show(s.pointer(l.Config)), show(s.pointer(defaultConfig())); got != want {
				t.Errorf("%s in the example is %s, the default is %s", path, got, want)
			}
		}
	}
}
