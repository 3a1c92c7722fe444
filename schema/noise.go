package schema

import "strings"

// Noise names what makes e uninteresting to most readers: "asset", "health", "socket", "introspection" or "bookkeeping"; ""
// for everything else. Failures are never noise.
func (e *Event) Noise() string {
	if e.Failed() {
		return ""
	}
	switch e.Type {
	case "http.request":
		if isIntrospection(e) {
			return "introspection"
		}
		if e.Metadata.Status >= 400 {
			return ""
		}
		switch e.Metadata.Method {
		case "GET", "HEAD", "OPTIONS", "":
			return noisePath(e.Metadata.Path)
		}
	case "data.query", "data.change":
		if bookkeepingTable(e.Metadata.DB.Table) {
			return "bookkeeping"
		}
	}
	return ""
}

// noisePath tells assets and the questions of probes by their path.
func noisePath(path string) string {
	switch path {
	case "/health", "/healthz", "/healthcheck", "/health_check", "/health-check", "/health/live", "/health/ready", "/_health", "/up", "/alive", "/live", "/livez", "/liveness",
		"/ready", "/readyz", "/readiness", "/ping", "/metrics", "/heartbeat", "/-/healthy", "/-/ready", "/actuator/health", "/actuator/prometheus", "/status/health",
		"/actuator/health/liveness", "/actuator/health/readiness", "/startupz", "/startup", "/server-status", "/nginx_status", "/stub_status", "/hc":
		return "health"
	case "/favicon.ico", "/robots.txt", "/sitemap.xml", "/manifest.json", "/apple-touch-icon.png", "/service-worker.js":
		return "asset"
	case "/cable", "/websocket", "/socket.io/":
		return "socket"
	}
	for _, prefix := range [...]string{"/assets/", "/static/", "/packs/", "/_next/static/", "/vite/", "/rails/active_storage/"} {
		if strings.HasPrefix(path, prefix) {
			return "asset"
		}
	}
	if isAsset(path) {
		return "asset"
	}
	if last := path[strings.LastIndexByte(path, '/')+1:]; last == "health" || last == "healthz" || last == "readyz" || last == "livez" {
		return "health"
	}
	return ""
}

// bookkeepingTable reports whether a table belongs to the machinery of a framework.
func bookkeepingTable(table string) bool {
	switch table {
	case "schema_migrations", "ar_internal_metadata", "sessions", "django_session", "django_migrations", "delayed_jobs", "good_jobs", "good_job_processes",
		"flyway_schema_history", "databasechangelog", "alembic_version", "cache", "jobs", "failed_jobs", "migrations":
		return true
	}
	for _, prefix := range [...]string{"solid_queue_", "solid_cache_", "solid_cable_", "good_job_", "que_", "pg_", "information_schema", "sqlite_"} {
		if strings.HasPrefix(table, prefix) {
			return true
		}
	}
	return false
}
