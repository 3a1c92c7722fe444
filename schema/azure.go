package schema

import "strings"

// azureEntry reads an entry of Azure Monitor that is but a wrapper: console output of App Service and Container Apps, whose line
// stands in resultDescription or Log_s.
func (p *Parser) azureEntry(e *Event, line string) {
	o := &p.out
	var text Value
	var own []Field
	eachMember(line, func(key string, v Value) bool {
		switch key {
		case "resultDescription", "ResultDescription", "Log_s", "Log", "LogMessage":
			text = v
		case "time", "timeStamp", "TimeGenerated":
			if t, ok := p.parseTime(v.scalar()); ok {
				o.time = t
			}
		case "level", "Level":
			o.level = levelOf(v.Plain())
		case "resourceId", "_ResourceId":
			setDefault(&o.platform.Service, strings.ToLower(lastSegment(v.Plain())))
		case "ContainerAppName_s", "ContainerAppName", "ContainerName_s":
			o.platform.Service = v.Plain()
		case "ContainerGroupName_s", "PodName", "Name_s":
			o.platform.Pod = v.Plain()
		case "Host", "host", "containerId", "ContainerId":
			o.platform.Container = v.Plain()
		case "EventStampType", "EventPrimaryStampName", "EventStampName", "EventIpAddress", "operationName", "OperationName":
		default:
			own = append(own, Field{key, v})
		}
		return true
	})
	o.format, o.utc = "azure.json", true
	p.inner(e, strings.TrimRight(p.unescape(text), "\r\n"))
	p.addOwn(e, own)
}

func lastSegment(s string) string { return s[strings.LastIndexByte(s, '/')+1:] }

// isAzureEntry reports whether a line with a resource of Azure is the wrapper of a line of text.
func isAzureEntry(line string) bool {
	switch member(line, "category").Plain() {
	case "AppServiceConsoleLogs", "AppServiceAppLogs", "AppServicePlatformLogs", "ContainerAppConsoleLogs", "ApplicationConsole", "SystemLogs", "AppPlatformLogsforSpring":
		return member(line, "resultDescription").isText() || member(line, "Log").isText()
	}
	return false
}

// appInsights is a record of Application Insights while it is read.
type appInsights struct {
	kind, name, url, result, data, target, depends string
	message, outer, class                          string
	success                                        string
}

// parseAppInsights reads a record of Application Insights in its two spellings, of workspaces (AppRequests, OperationId) and of
// the tables before them (requests, operation_Id).
func parseAppInsights(p *Parser, e *Event, line string) {
	e.Join.Single = true
	e.Platform.Format = "azure.appinsights"
	var a appInsights
	eachMember(line, func(key string, v Value) bool {
		if v.isNull() {
			return true
		}
		s := v.scalar()
		switch key {
		case "Type", "itemType":
			a.kind = s
		case "time", "timestamp", "TimeGenerated":
			if t, ok := p.parseTime(s); ok {
				e.setTime(t)
			}
		case "OperationId", "operation_Id":
			e.setTrace(key, s)
			setDefault(&e.Correlation.RequestID, s)
		case "Id", "id":
			e.setSpan(key, s)
		case "ParentId", "operation_ParentId":
			e.setParentSpan(key, s)
		case "Name", "name":
			a.name = s
		case "Url", "url":
			a.url = s
		case "ResultCode", "resultCode":
			a.result = s
		case "Success", "success":
			a.success = strings.ToLower(v.S)
		case "DurationMs", "duration":
			setDuration(e, s, millisecond)
		case "Data", "data":
			a.data = s
		case "Target", "target":
			a.target = s
		case "DependencyType", "type":
			a.depends = s
		case "ExceptionType", "OuterType", "outerType":
			setDefault(&a.class, s)
		case "OuterMessage", "outerMessage", "InnermostMessage", "innermostMessage":
			setDefault(&a.outer, s)
		case "Message", "message":
			a.message = s
		case "SeverityLevel", "severityLevel":
			if n, ok := smallInt(s); ok {
				e.Metadata.Level = levelOfNumber(n, scaleRuby)
			}
		case "level", "Level":
			e.Metadata.Level = levelOf(s)
		case "AppRoleName", "cloud_RoleName":
			e.Platform.Service = s
		case "AppRoleInstance", "cloud_RoleInstance":
			e.Platform.Host = s
		case "AppVersion", "application_Version":
			e.Platform.Version = s
		case "ClientIP", "client_IP":
			if s != "0.0.0.0" {
				setClientIP(e, s)
			}
		case "UserAuthenticatedId", "user_AuthenticatedId":
			setUserActor(e, s)
		case "SessionId", "session_Id":
			e.setSession(key, s)
		case "resourceId", "OperationName", "operation_Name", "SDKVersion", "sdkVersion", "PerformanceBucket", "performanceBucket", "ItemCount", "itemCount", "IKey", "iKey", "appId", "itemId", "ClientType", "client_Type", "ClientBrowser":
		default:
			p.field(e, key, v)
		}
		return true
	})
	a.tell(e)
	p.finishFields(e)
}

// tell gives e what the record as a whole says.
func (a *appInsights) tell(e *Event) {
	m := &e.Metadata
	switch a.success {
	case "true":
		m.Outcome = OutcomeSuccess
	case "false":
		m.Outcome = OutcomeFailure
	}
	method, _ := cutToken(a.name)
	switch strings.TrimPrefix(strings.ToLower(a.kind), "app") {
	case "requests", "request":
		if !isMethod(method) {
			method = ""
		}
		setHTTP(e, method, a.url, status3(a.result))
	case "dependencies", "dependency":
		switch strings.ToLower(a.depends) {
		case "sql", "postgresql", "mysql":
			if looksLikeSQL(a.data) {
				setSQL(e, a.data, "")
				return
			}
		case "http", "ajax", "fetch":
			if isMethod(method) {
				target := a.data
				if !strings.Contains(target, "://") {
					target = firstToken(strings.TrimSpace(a.name[len(method):]))
				}
				setHTTPClient(e, method, target, status3(a.result))
				return
			}
		}
		e.Action = a.name
		addFieldIf(e, "target", a.target)
		addFieldIf(e, "dependency", a.depends)
		addFieldIf(e, "data", a.data)
		addFieldIf(e, "result", a.result)
	case "exceptions", "exception":
		if a.class == "" {
			a.class = a.depends // the older spelling has its type under the same name
		}
		m.Error.Class, m.Error.Message = a.class, Text(a.outer)
		m.Message = Text(a.message)
		setDefaultValue(&m.Message, Text(a.outer))
		if m.Level == LevelNone {
			m.Level = LevelError
		}
		setRaised(e)
	default: // traces, events, availability results, page views …
		m.Message = Text(a.message)
		e.Action = a.name
		e.AddField("type", Text(a.kind))
	}
}
