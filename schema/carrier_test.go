package schema

import (
	"strings"
	"testing"
	"time"
)

func TestCarriers(t *testing.T) {
	t.Parallel()
	const inner = `{"level":"info","time":"2026-03-14T10:00:00.150Z","message":"hi"}`
	const quoted = `{\"level\":\"info\",\"time\":\"2026-03-14T10:00:00.150Z\",\"message\":\"hi\"}`
	for _, tt := range []struct{ name, line, path, want string }{
		{"docker", `{"log":"` + quoted + `\n","stream":"stdout","time":"2026-03-14T10:00:01Z"}`, "timestamp", "2026-03-14T10:00:00.150Z"},
		{"docker in another order", `{"time":"2026-03-14T10:00:01Z","stream":"stdout","log":"` + quoted + `\n"}`, "metadata.message", "hi"},
		{"docker text takes the outer time", `{"log":"words\n","stream":"stdout","time":"2026-03-14T10:00:01.5Z"}`, "timestamp", "2026-03-14T10:00:01.500Z"},
		{"docker zone-less is UTC", `{"log":"2026-03-14 10:00:00,150 - a - INFO - hi\n","stream":"stdout","time":"2026-03-14T10:00:01Z"}`, "timestamp", "2026-03-14T10:00:00.150Z"},
		{"a logger's own log key", `{"log":"words","level":"info","time":"2026-03-14T10:00:01Z"}`, "metadata.message", "words"},
		{"docker with a forwarder's fields", `{"log":"` + quoted + `\n","stream":"stdout","time":"2026-03-14T10:00:01Z","kubernetes":{"pod_name":"web-1","container_name":"app"},"tag":"k"}`, "platform.pod", "web-1"},
		{"text in there", `{"log":"` + quoted + `\n","stream":"stdout","time":"2026-03-14T10:00:01Z","kubernetes":{"pod_name":"web-1"}}`, "metadata.message", "hi"},
		{"filebeat", `{"@timestamp":"2026-03-14T10:00:01Z","message":"` + quoted + `","host":{"name":"n1"},"agent":{"type":"filebeat"}}`, "metadata.message", "hi"},
		{"filebeat's host", `{"@timestamp":"2026-03-14T10:00:01Z","message":"` + quoted + `","host":{"name":"n1"},"agent":{"type":"filebeat"}}`, "platform.host", "n1"},
		{"its time is the outer one", `{"@timestamp":"2026-03-14T10:00:01Z","message":"{\"a\":1,\"msg\":\"x\"}"}`, "timestamp", "2026-03-14T10:00:01Z"},
		{"JSON as a message", `{"level":"info","message":"` + quoted + `"}`, "metadata.level", "info"},
		{"cri", `2026-03-14T10:00:01.5Z stdout F ` + inner, "timestamp", "2026-03-14T10:00:00.150Z"},
		{"cri in journald", `{"__REALTIME_TIMESTAMP":"1773482402000000","MESSAGE":"2026-03-14T10:00:01.5Z stdout F ` + quoted + `","_HOSTNAME":"n1"}`, "metadata.message", "hi"},
		{"host of the outermost", `{"__REALTIME_TIMESTAMP":"1773482402000000","MESSAGE":"2026-03-14T10:00:01.5Z stdout F ` + quoted + `","_HOSTNAME":"n1"}`, "platform.host", "n1"},
		{"journald bytes", `{"__REALTIME_TIMESTAMP":"1773482400150000","MESSAGE":[104,105],"PRIORITY":"3"}`, "metadata.message", "hi"},
		{"journald level", `{"__REALTIME_TIMESTAMP":"1773482400150000","MESSAGE":"x","PRIORITY":"3"}`, "metadata.level", "error"},
		{"journald own field", `{"__REALTIME_TIMESTAMP":"1773482400150000","MESSAGE":"x","REQUEST_ID":"r-1","_UID":"0"}`, "correlation.request_id", "r-1"},
		{"journald unit", `{"__REALTIME_TIMESTAMP":"1773482400150000","MESSAGE":"x","_SYSTEMD_UNIT":"shop@1.service"}`, "platform.service", "shop"},
		{"journald repeated field", `{"__REALTIME_TIMESTAMP":["1773482400150000","1773482400150000"],"MESSAGE":"x"}`, "timestamp", "2026-03-14T10:00:00.150000Z"},
		{"syslog 5424", `<165>1 2026-03-14T10:00:00.150Z h shop 87 - - ` + inner, "platform.service", "shop"},
		{"syslog 5424 frame", `93 <165>1 2026-03-14T10:00:00.150Z h shop 87 - - words`, "metadata.message", "words"},
		{"structured data", `<165>1 2026-03-14T10:00:00.150Z h shop 87 ID1 [a@1 trace_id="0af7651916cd43dd8448eb211c80319c" k="v\"]w"][timeQuality tz="1"] words`, "metadata.fields.k", `v"]w`},
		{"syslog 3164", `<34>Mar 14 10:00:00 h su[12]: words`, "platform.pid", "12"},
		{"syslog 3164 without host", `<34>Mar 14 10:00:00 su: words`, "platform.service", "su"},
		{"syslog 3164 without tag", `<34>Mar 14 10:00:00 h words here`, "metadata.message", "words here"},
		{"syslog of a file", `Mar 14 10:00:00 web-1 shop[77]: ` + inner, "platform.host", "web-1"},
		{"rsyslog of a file", `2026-03-14T10:00:00.150000+00:00 web-1 shop[77]: words`, "platform.service", "shop"},
		{"logplex", `2026-03-14T10:00:00.150000+00:00 app[web.1]: words`, "platform.container", "web.1"},
		{"logplex frame", `83 <40>1 2026-03-14T10:00:00+00:00 host app web.3 - State changed`, "metadata.message", "State changed"},
		{"compose", `shop-web-1  | ` + inner, "platform.service", "shop-web"},
		{"compose of old", `web_1 | words`, "metadata.message", "words"},
		{"kubectl", `[pod/web-7d9f/app] words`, "platform.pod", "web-7d9f"},
		{"a table is no prefix", `name | value`, "metadata.message", "name | value"},
		{"priority that is none", `<999>1 words`, "metadata.message", "<999>1 words"},
		{"a level is no host", `2026-03-14T10:00:00.150Z INFO main[1]: words`, "platform.host", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := parseLine(t, tt.line)
			if got := sprint(path(encoded(t, e), tt.path)); got != tt.want {
				t.Errorf("%s of %s is %q, want %q\n%s", tt.path, tt.line, got, tt.want, AppendJSON(nil, e))
			}
		})
	}
}

func TestFragments(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		line string
		role Role
		last bool
		text string
	}{
		{`{"log":"one ","stream":"stdout","time":"2026-03-14T10:00:01Z"}`, Fragment, false, "one "},
		{`{"log":"two\n","stream":"stdout","time":"2026-03-14T10:00:01Z"}`, Continues, true, "two"},
		{`2026-03-14T10:00:01.5Z stderr P one `, Fragment, false, "one "},
		{`2026-03-14T10:00:01.5Z stderr F two`, Continues, true, "two"},
	} {
		j := parseLine(t, tt.line).Join
		if j.Role != tt.role || j.Last != tt.last || j.Text != tt.text || j.Stream == "" {
			t.Errorf("%s: %+v", tt.line, j)
		}
	}
}

func TestKubernetesName(t *testing.T) {
	t.Parallel()
	id := strings.Repeat("0f", 32)
	for _, tt := range []struct{ path, pod, namespace, container string }{
		{"/var/log/containers/web-7d9f_shop_app-" + id + ".log", "web-7d9f", "shop", "app"},
		{"/var/log/pods/shop_web-7d9f_0b6cbf0e-53b4-4a44-a1b6-7c8f5a1b1a02/app/0.log", "web-7d9f", "shop", "app"},
		{"/var/log/pods/shop/app.log", "", "", ""}, {"/var/log/containers/web.log", "", "", ""}, {"web-" + id + ".log", "", "", ""},
	} {
		s := NewSource(tt.path, "x.log", nil, nil)
		if s.Pod != tt.pod || s.Namespace != tt.namespace || s.Container != tt.container {
			t.Errorf("%s: pod %q namespace %q container %q", tt.path, s.Pod, s.Namespace, s.Container)
		}
	}
}

func TestBatches(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		line string
		want []string // actions
	}{
		{`[{"event_type":"user.action","action":"a.b","actor":{"type":"user","id":"1"}},{"msg":"x","level":"info"}]`, []string{"a.b", "log"}},
		{`{"events":[{"event_type":"user.action","action":"a.b"},{"event_type":"user.action","action":"c.d","actor":{"type":"user","id":"1"}}]}`, []string{"a.b", "c.d"}},
		{`{"resourceLogs":[]}`, []string{"log"}},
		{`{"events":[1,2],"msg":"x"}`, []string{"log"}},
		{`[1,2]`, []string{"log"}},
		{`[{"a":1}`, []string{"log"}},
	} {
		p := newTestParser(t, time.UTC)
		p.Start(NewSource("x", "x", []byte("s"), []byte("i")), time.Unix(0, p.now))
		events := p.Parse(nil, tt.line, 7, nil)
		ids := map[ID]bool{}
		var got []string
		for i := range events {
			got = append(got, events[i].Action)
			ids[events[i].ID] = true
		}
		if strings.Join(got, " ") != strings.Join(tt.want, " ") || len(ids) != len(tt.want) {
			t.Errorf("%s: %v with %d ids, want %v", tt.line, got, len(ids), tt.want)
		}
	}
}
