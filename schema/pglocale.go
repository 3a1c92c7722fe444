package schema

import "strings"

// pgLocal gives the English name of what PostgreSQL calls its severities and parts in other languages (lc_messages).
var pgLocal = map[string]string{
	"HINWEIS": "NOTICE", "WARNUNG": "WARNING", "FEHLER": "ERROR", "PANIK": "PANIC", "TIPP": "HINT", "ZUSAMMENHANG": "CONTEXT", "ANWEISUNG": "STATEMENT", "ANFRAGE": "QUERY", "ORT": "LOCATION",
	"ATTENTION": "WARNING", "ERREUR": "ERROR", "DÉTAIL": "DETAIL", "ASTUCE": "HINT", "CONTEXTE": "CONTEXT", "INSTRUCTION": "STATEMENT", "REQUÊTE": "QUERY", "EMPLACEMENT": "LOCATION",
	"ADVERTENCIA": "WARNING", "PÁNICO": "PANIC", "DETALLE": "DETAIL", "SUGERENCIA": "HINT", "CONTEXTO": "CONTEXT", "SENTENCIA": "STATEMENT", "CONSULTA": "QUERY", "UBICACIÓN": "LOCATION",
	"ERRO": "ERROR", "AVISO": "WARNING", "PÂNICO": "PANIC", "DETALHE": "DETAIL", "DICA": "HINT", "COMANDO": "STATEMENT", "LOCALIZAÇÃO": "LOCATION",
	"ERRORE": "ERROR", "ATTENZIONE": "WARNING", "FATALE": "FATAL", "PANICO": "PANIC", "NOTIFICA": "NOTICE", "DETTAGLI": "DETAIL", "SUGGERIMENTO": "HINT", "CONTESTO": "CONTEXT", "ISTRUZIONE": "STATEMENT",
	"СООБЩЕНИЕ": "LOG", "ИНФОРМАЦИЯ": "INFO", "ЗАМЕЧАНИЕ": "NOTICE", "ПРЕДУПРЕЖДЕНИЕ": "WARNING", "ОШИБКА": "ERROR", "ВАЖНО": "FATAL", "ПАНИКА": "PANIC", "ПОДРОБНОСТИ": "DETAIL", "ПОДСКАЗКА": "HINT",
	"КОНТЕКСТ": "CONTEXT", "ОПЕРАТОР": "STATEMENT", "ЗАПРОС": "QUERY", "ПОЛОЖЕНИЕ": "LOCATION",
	"ログ": "LOG", "警告": "WARNING", "エラー": "ERROR", "パニック": "PANIC", "詳細": "DETAIL", "ヒント": "HINT", "文脈": "CONTEXT", "文": "STATEMENT",
	"日志": "LOG", "注意": "NOTICE", "错误": "ERROR", "致命错误": "FATAL", "详细信息": "DETAIL", "提示": "HINT", "上下文": "CONTEXT", "语句": "STATEMENT",
}

// pgLocalSeverity returns the English severity and where its name begins, if what stands before the colon at i is one in
// another language. French has a blank, which may be a narrow one, before the colon.
func pgLocalSeverity(s string, i int) (at int, severity string) {
	head := strings.TrimRight(s[:i], " \u00a0\u202f")
	at = strings.LastIndexAny(head, " ]:") + 1
	return at, pgLocal[head[at:]]
}
