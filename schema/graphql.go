package schema

import (
	"strings"

	"github.com/tidwall/gjson"
)

// isGraphQL reports whether a path is a GraphQL endpoint.
func isGraphQL(path string) bool {
	if len(path) < len("/graphql") {
		return false
	}
	i := strings.Index(path, "/graphql")
	return i >= 0 && (i+8 == len(path) || path[i+8] == '/' || path[i+8] == '.')
}

// setGraphQLParams looks for the operation in a query string, as GET requests carry it.
func setGraphQLParams(e *Event, query string) {
	name, text := "", ""
	for pair := range strings.SplitSeq(query, "&") {
		key, value, _ := strings.Cut(pair, "=")
		switch key {
		case "operationName":
			name = unescapeQuery(value)
		case "query":
			text = unescapeQuery(value)
		}
	}
	if name != "" || text != "" {
		setGraphQL(e, name, text)
	}
}

// resolveGraphQL makes a request to a GraphQL endpoint the operation that its parameters or fields name.
func resolveGraphQL(e *Event) {
	if e.Type != "http.request" || !isGraphQL(e.Metadata.Path) || e.hasExtra("graphql") {
		return
	}
	name, text := "", ""
	if e.Metadata.Params.Kind == Raw {
		params := e.Metadata.Params.S
		name, text = gjson.Get(params, "operationName").String(), gjson.Get(params, "query").String()
		if name == "" && text == "" { // Rails repeats the body under the controller's name
			name, text = gjson.Get(params, "graphql.operationName").String(), gjson.Get(params, "graphql.query").String()
		}
	}
	for _, f := range e.Metadata.Fields {
		switch f.Key {
		case "operationName", "operation_name", "graphql.operation.name", "graphql_operation_name", "graphqlOperation":
			if name == "" {
				name = f.Value.Plain()
			}
		}
	}
	if name != "" || text != "" {
		setGraphQL(e, strings.Trim(name, `"`), text)
	}
}

// setGraphQL makes e the GraphQL operation it carries: action "mutation CreateUser", subject graphql and the operation's
// name. name is operationName, text the query document; either may be empty. It does nothing when both are.
func setGraphQL(e *Event, name, text string) {
	kind, found := graphQLOperation(text, name)
	if found != "" {
		name = found
	}
	if name == "" && kind == "" {
		return
	}
	if name == "" {
		name = "anonymous"
		if strings.HasPrefix(strings.TrimLeft(text, "{ \t\r\n"), "__") {
			name = "__schema" // a tool asking for the schema
		}
	}
	if kind == "" {
		kind = graphQLKindOfName(name)
	}
	e.Subject = Subject{"graphql", name}
	if kind != "" {
		e.Action = kind + " " + name
		e.AddExtra("graphql", objectOf("type", kind, "name", name))
	} else {
		e.Action = "graphql " + name
		e.AddExtra("graphql", objectOf("name", name))
	}
}

// isIntrospection reports whether e is a tool asking a GraphQL server for its schema.
func isIntrospection(e *Event) bool {
	return e.Subject.Type == "graphql" && (e.Subject.ID == "IntrospectionQuery" || strings.HasPrefix(e.Subject.ID, "__"))
}

// graphQLKindOfName says what an operation is by the verb its name begins with, "" when that does not tell.
func graphQLKindOfName(name string) string {
	for _, v := range [...]string{"Get", "List", "Fetch", "Find", "Search", "Load", "Query", "Introspection"} {
		if hasVerb(name, v) {
			return "query"
		}
	}
	for _, v := range [...]string{"Create", "Update", "Delete", "Remove", "Add", "Set", "Upsert", "Save", "Cancel", "Archive", "Send", "Submit"} {
		if hasVerb(name, v) {
			return "mutation"
		}
	}
	if hasVerb(name, "On") || hasVerb(name, "Subscribe") {
		return "subscription"
	}
	return ""
}

// hasVerb reports whether a camelCase name begins with the word verb.
func hasVerb(name, verb string) bool {
	if len(name) < len(verb) || !strings.EqualFold(name[:len(verb)], verb) {
		return false
	}
	return len(name) == len(verb) || name[len(verb)] < 'a'
}

// graphQLOperation returns kind and name of the operation in a document: the one called want, else the first. Text in
// strings, comments, and field names inside of selections are not operations.
func graphQLOperation(text, want string) (kind, name string) {
	depth, parens := 0, 0
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == '#':
			for i < len(text) && text[i] != '\n' {
				i++
			}
		case c == '"':
			i = skipGraphQLString(text, i)
		case c == '(':
			parens++
			i++
		case c == ')':
			parens--
			i++
		case c == '{':
			if depth == 0 && parens == 0 && kind == "" {
				kind = "query" // the short form has neither word nor name
			}
			depth++
			i++
		case c == '}':
			depth--
			i++
		case isAlpha(c) || c == '_':
			end := wordEnd(text, i)
			word := text[i:end]
			i = end
			if depth != 0 || parens != 0 {
				continue
			}
			switch word {
			case "fragment":
				// Its selection must not be taken for the short form.
				i = skipGraphQLBlock(text, i)
				continue
			case "query", "mutation", "subscription":
			default:
				continue
			}
			for i < len(text) && (text[i] == ' ' || text[i] == '\n' || text[i] == '\t' || text[i] == '\r') {
				i++
			}
			end = wordEnd(text, i)
			if kind == "" || text[i:end] == want && want != "" {
				kind, name = word, text[i:end]
			}
			if want == "" || name == want {
				return kind, name
			}
			i = skipGraphQLBlock(text, end)
		default:
			i++
		}
	}
	return kind, name
}

func wordEnd(s string, i int) int {
	for i < len(s) && (isAlpha(s[i]) || isDigit(s[i]) || s[i] == '_') {
		i++
	}
	return i
}

// skipGraphQLString returns the index after the string that begins at i.
func skipGraphQLString(s string, i int) int {
	if strings.HasPrefix(s[i:], `"""`) {
		if end := strings.Index(s[i+3:], `"""`); end >= 0 {
			return i + 6 + end
		}
		return len(s)
	}
	for i++; i < len(s) && s[i] != '"'; i++ {
		if s[i] == '\\' {
			i++
		}
	}
	return min(i+1, len(s))
}

// skipGraphQLBlock returns the index after the next selection in braces.
func skipGraphQLBlock(s string, i int) int {
	depth, parens := 0, 0
	for i < len(s) {
		switch s[i] {
		case '"':
			i = skipGraphQLString(s, i)
			continue
		case '(':
			parens++
		case ')':
			parens--
		case '{':
			if parens == 0 {
				depth++
			}
		case '}':
			if parens == 0 {
				if depth--; depth <= 0 {
					return i + 1
				}
			}
		}
		i++
	}
	return i
}
