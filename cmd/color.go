package cmd

// wantColor decides whether a stream gets colour: the first rule that applies wins.
func wantColor(env *Env, when string, stream any) bool {
	forced := func(name string) bool { v := env.Getenv(name); return v != "" && v != "0" }
	switch {
	case when == "always":
		return true
	case when == "never":
		return false
	case env.Getenv("NO_COLOR") != "":
		return false
	case forced("CLICOLOR_FORCE") || forced("FORCE_COLOR"):
		return true
	case env.Getenv("TERM") == "dumb":
		return false
	}
	return isTerminal(stream)
}
