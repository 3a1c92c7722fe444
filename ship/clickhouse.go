package ship

import (
	"bytes"
	"net/http"
	"strconv"
)

// clickhouse inserts events into a table, "events" unless the URL's query says otherwise (?query=INSERT INTO db.table FORMAT JSONEachRow). Columns are the
// event's keys; those of objects (actor, correlation, metadata, platform) are String or JSON.
var clickhouse = preset{
	name: "clickhouse",
	query: [][2]string{
		{"query", "INSERT INTO events FORMAT JSONEachRow"},
		{"wait_end_of_query", "1"}, // else the status is sent before the insert has ended
		{"insert_deduplication_token", "{batch}"},
		{"input_format_skip_unknown_fields", "1"},
		{"input_format_json_read_objects_as_strings", "1"},
		{"date_time_input_format", "best_effort"},
	},
	judge: judgeClickHouse,
}

// judgeClickHouse goes by the exception's code where there is one: the status says less.
func judgeClickHouse(status int, h http.Header, body []byte) (action, bool) {
	code := h.Get("X-ClickHouse-Exception-Code")
	if code == "" && status/100 == 2 && bytes.Contains(body, []byte("DB::Exception")) {
		return again, true
	}
	n, err := strconv.Atoi(code)
	if err != nil {
		return 0, false
	}
	switch n {
	case 6, 26, 27, 38, 41, 53, 69, 72, 117, 130, 131, 349, 441: // the text of a row does not fit its column
		return refused, true
	case 16, 60, 62, 81, 192, 193, 194, 497, 516: // no such table, column or database, a wrong query, user or right
		return blocked, true
	}
	return again, true // 159 timeout, 202 too many queries, 241 memory, 242 read-only, 252 too many parts …
}
