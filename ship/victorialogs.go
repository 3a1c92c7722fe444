package ship

// victorialogs posts events as they are to VictoriaLogs, which flattens them: platform.service and so on are its fields. It has no ids:
// an event that had to be sent again is there twice; "| uniq by (event_id)" leaves one.
var victorialogs = preset{
	name:        "victorialogs",
	contentType: "application/stream+json",
	path:        "/insert/jsonline",
	query: [][2]string{
		{"_time_field", "timestamp"},
		{"_msg_field", "metadata.message,action"},
		{"_stream_fields", "platform.service,platform.environment"},
	},
}
