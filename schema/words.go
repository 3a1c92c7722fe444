package schema

import "strings"

// resolveWords tells what a message in plain words reports: a mail that was sent, something a person did. Only whole
// phrases at the start of the message count.
func resolveWords(e *Event) {
	s := e.Metadata.Message.S
	if len(s) < 8 || e.Metadata.Level > LevelInfo {
		return
	}
	first, rest := cutToken(s)
	if len(first) > 24 || rest == "" {
		return
	}
	second, after := cutToken(rest)
	switch first {
	case "email", "Email", "mail", "Mail", "E-mail":
		switch second {
		case "delivered", "sent":
			e.Type, e.Action = "mail.delivered", "mail.delivered"
			setOutcome(e, OutcomeSuccess)
		}
	case "delivered", "Delivered", "sent", "Sent":
		if second == "mail" || second == "email" {
			e.Type, e.Action = "mail.delivered", "mail.delivered"
			setOutcome(e, OutcomeSuccess)
		}
	case "user", "User", "customer", "Customer", "member", "Member", "account", "Account":
		third, _ := cutToken(after)
		verb := ""
		switch second {
		case "signed", "logged":
			switch third {
			case "up", "in", "out", "off":
				verb = second + "_" + third
			}
		case "registered", "subscribed", "unsubscribed", "invited":
			verb = second
		}
		if verb != "" {
			e.Type, e.Action = "user.action", strings.ToLower(first)+"."+verb
		}
	case "checkout", "Checkout", "signup", "Signup", "onboarding", "Onboarding", "registration", "Registration", "purchase", "Purchase":
		if second == "completed" || second == "started" || second == "abandoned" {
			e.Type, e.Action = "user.action", strings.ToLower(first)+"."+second
		}
	}
}

func setOutcome(e *Event, o Outcome) {
	if e.Metadata.Outcome == OutcomeNone {
		e.Metadata.Outcome = o
	}
}
