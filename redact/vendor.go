package redact

// vendorToken is the shape of a token that names its issuer: a prefix at the start of a word, an alphabet and a length.
type vendorToken struct {
	prefix   string
	chars    *[256]bool
	min, max int // length after the prefix; max 0 is no limit
	name     string
	kind     Kind
	mixed    bool // the part after the prefix must hold a digit and a letter, as short prefixes are words too
}

func alphabet(chars string) *[256]bool {
	var t [256]bool
	for i := 0; i < len(chars); i++ {
		if i+2 < len(chars) && chars[i+1] == '-' && chars[i+2] > chars[i] {
			for c := int(chars[i]); c <= int(chars[i+2]); c++ {
				t[c] = true
			}
			i += 2
			continue
		}
		t[chars[i]] = true
	}
	return &t
}

var (
	alnum     = alphabet("0-9A-Za-z")
	alnum_    = alphabet("0-9A-Za-z_")
	urlChars  = alphabet("0-9A-Za-z_-")
	dotted    = alphabet("0-9A-Za-z_.-")
	base64Std = alphabet("0-9A-Za-z+/=")
	base64Any = alphabet("0-9A-Za-z+/=_-")
	hexLower  = alphabet("0-9a-f")
	hexAny    = alphabet("0-9a-fA-F")
	hexDash   = alphabet("0-9a-f-")
	upperNum  = alphabet("0-9A-Z")
	lowerNum  = alphabet("0-9a-z")
	bech32    = alphabet("0-9A-Z")
)

// vendorTokens lists the tokens that are known by their look. Longer prefixes stand before shorter ones.
var vendorTokens = []vendorToken{
	{prefix: "AKIA", chars: upperNum, min: 16, max: 16, name: "aws", kind: CloudKey},
	{prefix: "ASIA", chars: upperNum, min: 16, max: 16, name: "aws", kind: CloudKey},
	{prefix: "ABIA", chars: upperNum, min: 16, max: 16, name: "aws", kind: CloudKey},
	{prefix: "ACCA", chars: upperNum, min: 16, max: 16, name: "aws", kind: CloudKey},
	{prefix: "A3T", chars: upperNum, min: 17, max: 17, name: "aws", kind: CloudKey},
	{prefix: "ABSK", chars: base64Std, min: 100, name: "aws_bedrock", kind: CloudKey},
	{prefix: "IQoJb3JpZ2lu", chars: base64Std, min: 30, name: "aws_session", kind: CloudKey},
	{prefix: "FwoGZXIvYXdz", chars: base64Std, min: 30, name: "aws_session", kind: CloudKey},
	{prefix: "FQoGZXIvYXdz", chars: base64Std, min: 30, name: "aws_session", kind: CloudKey},
	{prefix: "AIza", chars: urlChars, min: 35, max: 35, name: "gcp_api_key", kind: CloudKey},
	{prefix: "ya29.", chars: dotted, min: 20, name: "gcp_oauth", kind: CloudKey},
	{prefix: "1//0", chars: urlChars, min: 30, name: "gcp_refresh", kind: CloudKey},
	{prefix: "GOCSPX-", chars: urlChars, min: 28, name: "gcp_client_secret", kind: CloudKey},
	{prefix: "LTAI", chars: alnum, min: 12, max: 26, name: "alibaba", kind: CloudKey, mixed: true},
	{prefix: "AKID", chars: alnum, min: 28, max: 36, name: "tencent", kind: CloudKey, mixed: true},
	{prefix: "AQVN", chars: urlChars, min: 35, max: 38, name: "yandex", kind: CloudKey, mixed: true},
	{prefix: "ghp_", chars: alnum, min: 30, name: "github", kind: VendorToken},
	{prefix: "gho_", chars: alnum, min: 30, name: "github", kind: VendorToken},
	{prefix: "ghu_", chars: alnum, min: 30, name: "github", kind: VendorToken},
	{prefix: "ghs_", chars: dotted, min: 30, name: "github", kind: VendorToken},
	{prefix: "ghr_", chars: alnum, min: 30, name: "github", kind: VendorToken},
	{prefix: "github_pat_", chars: alnum_, min: 36, name: "github", kind: VendorToken},
	{prefix: "glpat-", chars: dotted, min: 20, name: "gitlab", kind: VendorToken},
	{prefix: "gldt-", chars: dotted, min: 20, name: "gitlab", kind: VendorToken},
	{prefix: "glrt-", chars: dotted, min: 20, name: "gitlab", kind: VendorToken},
	{prefix: "glrtr-", chars: dotted, min: 20, name: "gitlab", kind: VendorToken},
	{prefix: "glcbt-", chars: dotted, min: 20, name: "gitlab", kind: VendorToken},
	{prefix: "glptt-", chars: dotted, min: 20, name: "gitlab", kind: VendorToken},
	{prefix: "glft-", chars: dotted, min: 20, name: "gitlab", kind: VendorToken},
	{prefix: "glimt-", chars: dotted, min: 20, name: "gitlab", kind: VendorToken},
	{prefix: "glagent-", chars: dotted, min: 20, name: "gitlab", kind: VendorToken},
	{prefix: "gloas-", chars: dotted, min: 20, name: "gitlab", kind: VendorToken},
	{prefix: "glsoat-", chars: dotted, min: 20, name: "gitlab", kind: VendorToken},
	{prefix: "glffct-", chars: dotted, min: 20, name: "gitlab", kind: VendorToken},
	{prefix: "GR1348941", chars: urlChars, min: 20, name: "gitlab", kind: VendorToken},
	{prefix: "xoxe.xox", chars: urlChars, min: 12, name: "slack", kind: VendorToken},
	{prefix: "xoxb-", chars: urlChars, min: 10, name: "slack", kind: VendorToken},
	{prefix: "xoxp-", chars: urlChars, min: 10, name: "slack", kind: VendorToken},
	{prefix: "xoxa-", chars: urlChars, min: 10, name: "slack", kind: VendorToken},
	{prefix: "xoxr-", chars: urlChars, min: 10, name: "slack", kind: VendorToken},
	{prefix: "xoxs-", chars: urlChars, min: 10, name: "slack", kind: VendorToken},
	{prefix: "xoxo-", chars: urlChars, min: 10, name: "slack", kind: VendorToken},
	{prefix: "xoxe-", chars: urlChars, min: 10, name: "slack", kind: VendorToken},
	{prefix: "xoxc-", chars: urlChars, min: 10, name: "slack", kind: VendorToken},
	{prefix: "xoxd-", chars: alphabet("0-9A-Za-z+/=_%-"), min: 10, name: "slack", kind: VendorToken},
	{prefix: "xapp-", chars: urlChars, min: 10, name: "slack", kind: VendorToken, mixed: true},
	{prefix: "xwfp-", chars: urlChars, min: 10, name: "slack", kind: VendorToken, mixed: true},
	{prefix: "sk_org_", chars: alnum_, min: 30, name: "stripe", kind: VendorToken},
	{prefix: "sk_live_", chars: alnum_, min: 10, name: "stripe", kind: VendorToken},
	{prefix: "sk_test_", chars: alnum_, min: 10, name: "stripe", kind: VendorToken},
	{prefix: "sk_prod_", chars: alnum_, min: 10, name: "stripe", kind: VendorToken},
	{prefix: "rk_live_", chars: alnum_, min: 10, name: "stripe", kind: VendorToken},
	{prefix: "rk_test_", chars: alnum_, min: 10, name: "stripe", kind: VendorToken},
	{prefix: "rk_prod_", chars: alnum_, min: 10, name: "stripe", kind: VendorToken},
	{prefix: "whsec_", chars: base64Any, min: 20, name: "webhook_secret", kind: VendorToken},
	{prefix: "sk-ant-", chars: urlChars, min: 20, name: "anthropic", kind: VendorToken},
	{prefix: "sk-proj-", chars: urlChars, min: 20, name: "openai", kind: VendorToken},
	{prefix: "sk-svcacct-", chars: urlChars, min: 20, name: "openai", kind: VendorToken},
	{prefix: "sk-admin-", chars: urlChars, min: 20, name: "openai", kind: VendorToken, mixed: true},
	{prefix: "sk-None-", chars: urlChars, min: 20, name: "openai", kind: VendorToken, mixed: true},
	{prefix: "sk-or-v1-", chars: alnum, min: 32, name: "openrouter", kind: VendorToken},
	{prefix: "sk-helicone-", chars: urlChars, min: 24, name: "helicone", kind: VendorToken, mixed: true},
	{prefix: "sk-lf-", chars: urlChars, min: 20, name: "langfuse", kind: VendorToken, mixed: true},
	{prefix: "sk-", chars: alnum, min: 32, name: "openai", kind: VendorToken, mixed: true},
	{prefix: "sk_", chars: alnum, min: 32, name: "secret_key", kind: VendorToken, mixed: true},
	{prefix: "sb_secret_", chars: urlChars, min: 20, name: "supabase", kind: VendorToken},
	{prefix: "sbp_", chars: alnum_, min: 40, name: "supabase", kind: VendorToken, mixed: true},
	{prefix: "gsk_", chars: alnum, min: 40, name: "groq", kind: VendorToken, mixed: true},
	{prefix: "pplx-", chars: alnum, min: 40, name: "perplexity", kind: VendorToken, mixed: true},
	{prefix: "xai-", chars: alnum, min: 60, name: "xai", kind: VendorToken, mixed: true},
	{prefix: "nvapi-", chars: urlChars, min: 40, name: "nvidia", kind: VendorToken, mixed: true},
	{prefix: "r8_", chars: alnum, min: 37, name: "replicate", kind: VendorToken, mixed: true},
	{prefix: "pcsk_", chars: alnum_, min: 40, name: "pinecone", kind: VendorToken, mixed: true},
	{prefix: "tvly-", chars: urlChars, min: 28, name: "tavily", kind: VendorToken, mixed: true},
	{prefix: "lsv2_pt_", chars: alnum_, min: 32, name: "langsmith", kind: VendorToken, mixed: true},
	{prefix: "lsv2_sk_", chars: alnum_, min: 32, name: "langsmith", kind: VendorToken, mixed: true},
	{prefix: "hf_", chars: alnum, min: 30, name: "huggingface", kind: VendorToken},
	{prefix: "api_org_", chars: alnum, min: 30, name: "huggingface", kind: VendorToken},
	{prefix: "npm_", chars: alnum, min: 36, name: "npm", kind: VendorToken},
	{prefix: "pypi-", chars: urlChars, min: 50, name: "pypi", kind: VendorToken, mixed: true},
	{prefix: "rubygems_", chars: hexAny, min: 40, name: "rubygems", kind: VendorToken},
	{prefix: "oy2", chars: lowerNum, min: 43, max: 43, name: "nuget", kind: VendorToken, mixed: true},
	{prefix: "cio", chars: alnum, min: 32, max: 32, name: "crates_io", kind: VendorToken, mixed: true},
	{prefix: "SG.", chars: dotted, min: 40, name: "sendgrid", kind: VendorToken, mixed: true},
	{prefix: "key-", chars: hexLower, min: 32, max: 32, name: "mailgun", kind: VendorToken},
	{prefix: "xkeysib-", chars: urlChars, min: 60, name: "brevo", kind: VendorToken},
	{prefix: "xsmtpsib-", chars: urlChars, min: 60, name: "brevo", kind: VendorToken},
	{prefix: "re_", chars: alnum_, min: 24, max: 44, name: "resend", kind: VendorToken, mixed: true},
	{prefix: "SK", chars: hexAny, min: 32, max: 32, name: "twilio", kind: VendorToken},
	{prefix: "dop_v1_", chars: hexAny, min: 40, name: "digitalocean", kind: VendorToken},
	{prefix: "doo_v1_", chars: hexAny, min: 40, name: "digitalocean", kind: VendorToken},
	{prefix: "dor_v1_", chars: hexAny, min: 40, name: "digitalocean", kind: VendorToken},
	{prefix: "shpat_", chars: alnum, min: 24, name: "shopify", kind: VendorToken},
	{prefix: "shpca_", chars: alnum, min: 24, name: "shopify", kind: VendorToken},
	{prefix: "shppa_", chars: alnum, min: 24, name: "shopify", kind: VendorToken},
	{prefix: "shpss_", chars: alnum, min: 24, name: "shopify", kind: VendorToken},
	{prefix: "shpua_", chars: alnum, min: 24, name: "shopify", kind: VendorToken},
	{prefix: "shptka_", chars: alnum, min: 24, name: "shopify", kind: VendorToken},
	{prefix: "dapi", chars: alphabet("0-9a-f-"), min: 32, max: 34, name: "databricks", kind: VendorToken},
	{prefix: "dose", chars: hexLower, min: 32, max: 32, name: "databricks", kind: VendorToken},
	{prefix: "hvs.", chars: urlChars, min: 20, name: "vault", kind: VendorToken},
	{prefix: "hvb.", chars: urlChars, min: 20, name: "vault", kind: VendorToken},
	{prefix: "hvr.", chars: urlChars, min: 20, name: "vault", kind: VendorToken},
	{prefix: "s.", chars: alnum, min: 24, max: 24, name: "vault", kind: VendorToken, mixed: true},
	{prefix: "glsa_", chars: alnum_, min: 32, name: "grafana", kind: VendorToken},
	{prefix: "glc_", chars: base64Any, min: 32, name: "grafana", kind: VendorToken},
	{prefix: "eyJrIjoi", chars: base64Any, min: 40, name: "grafana", kind: VendorToken},
	{prefix: "ATATT3", chars: base64Any, min: 60, name: "atlassian", kind: VendorToken},
	{prefix: "ATCTT3", chars: base64Any, min: 60, name: "atlassian", kind: VendorToken},
	{prefix: "ATBB", chars: base64Any, min: 24, name: "bitbucket", kind: VendorToken, mixed: true},
	{prefix: "ATTA", chars: hexAny, min: 60, name: "trello", kind: VendorToken},
	{prefix: "lin_api_", chars: alnum, min: 32, name: "linear", kind: VendorToken},
	{prefix: "lin_oauth_", chars: alnum, min: 32, name: "linear", kind: VendorToken},
	{prefix: "NRAK-", chars: alnum, min: 27, name: "newrelic", kind: VendorToken},
	{prefix: "NRJS-", chars: alnum, min: 19, name: "newrelic", kind: VendorToken},
	{prefix: "NRII-", chars: urlChars, min: 32, name: "newrelic", kind: VendorToken},
	{prefix: "NRRA-", chars: alnum, min: 40, name: "newrelic", kind: VendorToken},
	{prefix: "NRSP-", chars: urlChars, min: 20, name: "newrelic", kind: VendorToken},
	{prefix: "dckr_pat_", chars: urlChars, min: 20, name: "docker", kind: VendorToken},
	{prefix: "dckr_oat_", chars: urlChars, min: 20, name: "docker", kind: VendorToken},
	{prefix: "PMAK-", chars: hexDash, min: 40, name: "postman", kind: VendorToken},
	{prefix: "AGE-SECRET-KEY-1", chars: bech32, min: 50, name: "age", kind: PrivateKey},
	{prefix: "AGE-SECRET-KEY-PQ-1", chars: bech32, min: 50, name: "age", kind: PrivateKey},
	{prefix: "dp.pt.", chars: alnum, min: 40, name: "doppler", kind: VendorToken},
	{prefix: "dp.st.", chars: dotted, min: 40, name: "doppler", kind: VendorToken},
	{prefix: "dp.ct.", chars: alnum, min: 40, name: "doppler", kind: VendorToken},
	{prefix: "dp.sa.", chars: alnum, min: 40, name: "doppler", kind: VendorToken},
	{prefix: "dp.scim.", chars: alnum, min: 40, name: "doppler", kind: VendorToken},
	{prefix: "dp.audit.", chars: alnum, min: 40, name: "doppler", kind: VendorToken},
	{prefix: "sq0atp-", chars: urlChars, min: 22, name: "square", kind: VendorToken},
	{prefix: "sq0csp-", chars: urlChars, min: 22, name: "square", kind: VendorToken},
	{prefix: "EAAA", chars: urlChars, min: 56, name: "square", kind: VendorToken, mixed: true},
	{prefix: "EAA", chars: alnum, min: 90, name: "facebook", kind: VendorToken, mixed: true},
	{prefix: "figd_", chars: urlChars, min: 30, name: "figma", kind: VendorToken, mixed: true},
	{prefix: "ntn_", chars: alnum, min: 40, name: "notion", kind: VendorToken, mixed: true},
	{prefix: "secret_", chars: alnum, min: 43, name: "notion", kind: VendorToken, mixed: true},
	{prefix: "CFPAT-", chars: urlChars, min: 40, name: "contentful", kind: VendorToken, mixed: true},
	{prefix: "dt0c01.", chars: dotted, min: 60, name: "dynatrace", kind: VendorToken},
	{prefix: "dt0s01.", chars: dotted, min: 60, name: "dynatrace", kind: VendorToken},
	{prefix: "sntrys_", chars: base64Any, min: 40, name: "sentry", kind: VendorToken},
	{prefix: "sntryu_", chars: hexAny, min: 60, name: "sentry", kind: VendorToken},
	{prefix: "pscale_tkn_", chars: dotted, min: 32, name: "planetscale", kind: VendorToken},
	{prefix: "pscale_pw_", chars: dotted, min: 32, name: "planetscale", kind: VendorToken},
	{prefix: "pscale_oauth_", chars: dotted, min: 32, name: "planetscale", kind: VendorToken},
	{prefix: "fo1_", chars: urlChars, min: 40, name: "fly", kind: VendorToken},
	{prefix: "fm1_", chars: base64Any, min: 60, name: "fly", kind: VendorToken},
	{prefix: "fm2_", chars: base64Any, min: 60, name: "fly", kind: VendorToken},
	{prefix: "nfp_", chars: alnum, min: 36, name: "netlify", kind: VendorToken, mixed: true},
	{prefix: "rnd_", chars: alnum, min: 28, name: "render", kind: VendorToken, mixed: true},
	{prefix: "HRKU-", chars: urlChars, min: 36, name: "heroku", kind: VendorToken, mixed: true},
	{prefix: "CCIPAT_", chars: alnum_, min: 40, name: "circleci", kind: VendorToken},
	{prefix: "CCIPRJ_", chars: alnum_, min: 40, name: "circleci", kind: VendorToken},
	{prefix: "bkua_", chars: alnum, min: 40, name: "buildkite", kind: VendorToken},
	{prefix: "sqp_", chars: hexAny, min: 40, max: 40, name: "sonarqube", kind: VendorToken},
	{prefix: "squ_", chars: hexAny, min: 40, max: 40, name: "sonarqube", kind: VendorToken},
	{prefix: "sqa_", chars: hexAny, min: 40, max: 40, name: "sonarqube", kind: VendorToken},
	{prefix: "sgp_", chars: alnum_, min: 40, name: "sourcegraph", kind: VendorToken, mixed: true},
	{prefix: "tskey-", chars: urlChars, min: 20, name: "tailscale", kind: VendorToken, mixed: true},
	{prefix: "access-production-", chars: hexDash, min: 36, max: 36, name: "plaid", kind: VendorToken},
	{prefix: "access-sandbox-", chars: hexDash, min: 36, max: 36, name: "plaid", kind: VendorToken},
	{prefix: "access-development-", chars: hexDash, min: 36, max: 36, name: "plaid", kind: VendorToken},
	{prefix: "EZAK", chars: alnum, min: 54, max: 54, name: "easypost", kind: VendorToken},
	{prefix: "EZTK", chars: alnum, min: 54, max: 54, name: "easypost", kind: VendorToken},
	{prefix: "duffel_test_", chars: urlChars, min: 43, name: "duffel", kind: VendorToken},
	{prefix: "duffel_live_", chars: urlChars, min: 43, name: "duffel", kind: VendorToken},
	{prefix: "FLWSECK", chars: urlChars, min: 14, name: "flutterwave", kind: VendorToken, mixed: true},
	{prefix: "fio-u-", chars: urlChars, min: 60, name: "frameio", kind: VendorToken},
	{prefix: "pat-na1-", chars: hexDash, min: 36, max: 36, name: "hubspot", kind: VendorToken},
	{prefix: "pat-eu1-", chars: hexDash, min: 36, max: 36, name: "hubspot", kind: VendorToken},
	{prefix: "sk.eyJ", chars: dotted, min: 50, name: "mapbox", kind: VendorToken},
	{prefix: "pnu_", chars: alnum, min: 36, max: 36, name: "prefect", kind: VendorToken, mixed: true},
	{prefix: "pul-", chars: hexAny, min: 40, max: 40, name: "pulumi", kind: VendorToken},
	{prefix: "rdme_", chars: lowerNum, min: 60, name: "readme", kind: VendorToken},
	{prefix: "tk-us-", chars: urlChars, min: 48, name: "scalingo", kind: VendorToken},
	{prefix: "shippo_live_", chars: hexAny, min: 40, name: "shippo", kind: VendorToken},
	{prefix: "shippo_test_", chars: hexAny, min: 40, name: "shippo", kind: VendorToken},
	{prefix: "tfp_", chars: dotted, min: 40, name: "typeform", kind: VendorToken, mixed: true},
	{prefix: "CLOJARS_", chars: alnum, min: 60, name: "clojars", kind: VendorToken},
	{prefix: "p8e-", chars: alnum, min: 32, max: 32, name: "adobe", kind: VendorToken, mixed: true},
	{prefix: "p8s-", chars: urlChars, min: 28, name: "adobe", kind: VendorToken, mixed: true},
	{prefix: "AKCp", chars: alnum, min: 60, name: "artifactory", kind: VendorToken, mixed: true},
	{prefix: "cmVmdGtuOj", chars: base64Std, min: 50, name: "artifactory", kind: VendorToken},
	{prefix: "ico-", chars: alnum, min: 32, max: 32, name: "infracost", kind: VendorToken, mixed: true},
	{prefix: "ops_eyJ", chars: base64Any, min: 100, name: "onepassword", kind: VendorToken},
	{prefix: "sha256~", chars: urlChars, min: 40, max: 46, name: "openshift", kind: VendorToken},
	{prefix: "API-", chars: upperNum, min: 25, max: 32, name: "octopus", kind: VendorToken, mixed: true},
	{prefix: "sl.", chars: urlChars, min: 120, name: "dropbox", kind: VendorToken, mixed: true},
	{prefix: "sm_aat_", chars: alnum, min: 16, name: "settlemint", kind: VendorToken},
	{prefix: "sm_pat_", chars: alnum, min: 16, name: "settlemint", kind: VendorToken},
	{prefix: "polar_oat_", chars: alnum_, min: 30, name: "polar", kind: VendorToken},
	{prefix: "pdl_live_apikey_", chars: alnum_, min: 30, name: "paddle", kind: VendorToken},
	{prefix: "pdl_sdbx_apikey_", chars: alnum_, min: 30, name: "paddle", kind: VendorToken},
	{prefix: "lip_", chars: alnum, min: 20, max: 24, name: "lichess", kind: VendorToken, mixed: true},
	{prefix: "wandb_v1_", chars: alnum_, min: 40, name: "wandb", kind: VendorToken},
	{prefix: "zpka_", chars: alnum_, min: 32, name: "zuplo", kind: VendorToken, mixed: true},
	{prefix: "phx_", chars: alnum, min: 40, name: "posthog", kind: VendorToken, mixed: true},
	{prefix: "phs_", chars: alnum, min: 40, name: "posthog", kind: VendorToken, mixed: true},
	{prefix: "inf_", chars: urlChars, min: 60, name: "influx", kind: VendorToken, mixed: true},
	{prefix: "pat", chars: dotted, min: 74, max: 82, name: "airtable", kind: VendorToken, mixed: true},
	{prefix: "sdk-", chars: hexDash, min: 36, max: 36, name: "launchdarkly", kind: VendorToken},
	{prefix: "rzp_live_", chars: alnum, min: 14, name: "razorpay", kind: VendorToken},
	{prefix: "rzp_test_", chars: alnum, min: 14, name: "razorpay", kind: VendorToken},
	{prefix: "sandbox_", chars: lowerNum, min: 24, max: 26, name: "braintree", kind: VendorToken, mixed: true},
	{prefix: "vck_", chars: alnum, min: 50, name: "vercel", kind: VendorToken, mixed: true},
	{prefix: "vcp_", chars: alnum, min: 50, name: "vercel", kind: VendorToken, mixed: true},
	{prefix: "cfut_", chars: alnum_, min: 40, name: "cloudflare", kind: VendorToken, mixed: true},
	{prefix: "v1.0-", chars: hexDash, min: 160, name: "cloudflare", kind: VendorToken},
	{prefix: "jina_", chars: urlChars, min: 50, name: "jina", kind: VendorToken, mixed: true},
	{prefix: "fc-", chars: hexLower, min: 32, max: 32, name: "firecrawl", kind: VendorToken},
	{prefix: "fw_", chars: alnum, min: 24, max: 24, name: "fireworks", kind: VendorToken, mixed: true},
	{prefix: "e2b_", chars: hexLower, min: 40, max: 40, name: "e2b", kind: VendorToken},
	{prefix: "apify_api_", chars: alnum, min: 30, name: "apify", kind: VendorToken},
	{prefix: "ltai_", chars: alnum, min: 30, name: "livekit", kind: VendorToken, mixed: true},
	{prefix: "A3-", chars: alphabet("0-9A-Z-"), min: 35, max: 38, name: "onepassword", kind: VendorToken, mixed: true},
	{prefix: "ak-", chars: alnum, min: 22, max: 22, name: "modal", kind: VendorToken, mixed: true},
	{prefix: "as-", chars: alnum, min: 22, max: 22, name: "modal", kind: VendorToken, mixed: true},
	{prefix: "glwt-", chars: dotted, min: 20, name: "gitlab", kind: VendorToken},
	{prefix: "pat.", chars: dotted, min: 60, name: "harness", kind: VendorToken, mixed: true},
	{prefix: "sat.", chars: dotted, min: 60, name: "harness", kind: VendorToken, mixed: true},
	{prefix: "pat-na2-", chars: hexDash, min: 36, max: 36, name: "hubspot", kind: VendorToken},
	{prefix: "pat-ap1-", chars: hexDash, min: 36, max: 36, name: "hubspot", kind: VendorToken},
	{prefix: "dG9rOj", chars: base64Std, min: 40, name: "intercom", kind: VendorToken},
	{prefix: "AQ.Ab8", chars: urlChars, min: 30, name: "gcp_api_key", kind: CloudKey},
	{prefix: "csk-", chars: alnum, min: 40, name: "cerebras", kind: VendorToken, mixed: true},
	{prefix: "tgp_v1_", chars: urlChars, min: 40, name: "together", kind: VendorToken, mixed: true},
	{prefix: "bb_live_", chars: urlChars, min: 24, name: "browserbase", kind: VendorToken, mixed: true},
	{prefix: "vercel_blob_rw_", chars: alnum_, min: 30, name: "vercel", kind: VendorToken},
	{prefix: "napi_", chars: lowerNum, min: 60, name: "neon", kind: VendorToken, mixed: true},
	{prefix: "EXO", chars: alnum, min: 24, max: 24, name: "exoscale", kind: CloudKey, mixed: true},
	{prefix: "ucat_", chars: alnum, min: 24, name: "upcloud", kind: CloudKey, mixed: true},
	{prefix: "depot_project_", chars: alnum, min: 40, name: "depot", kind: VendorToken},
	{prefix: "depot_org_", chars: alnum, min: 40, name: "depot", kind: VendorToken},
	{prefix: "sktsec_", chars: alnum_, min: 40, name: "socket", kind: VendorToken},
	{prefix: "hcaik_", chars: alnum, min: 50, name: "honeycomb", kind: VendorToken, mixed: true},
	{prefix: "hcamk_", chars: alnum, min: 50, name: "honeycomb", kind: VendorToken, mixed: true},
	{prefix: "xaat-", chars: hexDash, min: 36, max: 36, name: "axiom", kind: VendorToken},
	{prefix: "xapt-", chars: hexDash, min: 36, max: 36, name: "axiom", kind: VendorToken},
	{prefix: "secret-", chars: alnum, min: 40, name: "statsig", kind: VendorToken, mixed: true},
	{prefix: "n8n_api_", chars: alnum, min: 40, name: "n8n", kind: VendorToken},
	{prefix: "pk_", chars: alphabet("0-9A-Z_"), min: 40, name: "clickup", kind: VendorToken, mixed: true},
	{prefix: "bce-v3/ALTAK-", chars: alphabet("0-9A-Za-z/"), min: 50, name: "baidu", kind: CloudKey},
	{prefix: "AKLT", chars: alnum, min: 36, name: "volcengine", kind: CloudKey, mixed: true},
	{prefix: "mdb_sa_sk_", chars: urlChars, min: 36, name: "mongodb_atlas", kind: VendorToken},
	{prefix: "essu_", chars: base64Any, min: 40, name: "elastic", kind: VendorToken},
	{prefix: "dbtu_", chars: urlChars, min: 30, name: "dbt", kind: VendorToken, mixed: true},
	{prefix: "dbtc_", chars: urlChars, min: 30, name: "dbt", kind: VendorToken, mixed: true},
	{prefix: "CCDB1_", chars: alnum_, min: 40, name: "cockroach", kind: VendorToken},
	{prefix: "xau_", chars: alnum, min: 30, name: "xata", kind: VendorToken, mixed: true},
	{prefix: "DO00", chars: upperNum, min: 16, max: 16, name: "digitalocean", kind: CloudKey, mixed: true},
	{prefix: "DO801", chars: upperNum, min: 15, max: 15, name: "digitalocean", kind: CloudKey, mixed: true},
	{prefix: "A21AA", chars: urlChars, min: 80, name: "paypal", kind: VendorToken, mixed: true},
	{prefix: "live_", chars: alnum, min: 30, name: "live_key", kind: VendorToken, mixed: true},
	{prefix: "test_", chars: alnum, min: 30, name: "test_key", kind: VendorToken, mixed: true},
	{prefix: "ddapp_", chars: alnum, min: 30, name: "datadog", kind: VendorToken, mixed: true},
	{prefix: "ddpat_", chars: alnum, min: 30, name: "datadog", kind: VendorToken, mixed: true},
	{prefix: "pdus+", chars: alnum_, min: 18, name: "pagerduty", kind: VendorToken, mixed: true},
	{prefix: "pdeu+", chars: alnum_, min: 18, name: "pagerduty", kind: VendorToken, mixed: true},
	{prefix: "snyk_uat.", chars: dotted, min: 40, name: "snyk", kind: VendorToken},
	{prefix: "snyk_sat.", chars: dotted, min: 40, name: "snyk", kind: VendorToken},
	{prefix: "SCW", chars: upperNum, min: 17, max: 17, name: "scaleway", kind: CloudKey, mixed: true},
	{prefix: "YC", chars: urlChars, min: 38, max: 38, name: "yandex", kind: CloudKey, mixed: true},
	{prefix: "t1.", chars: dotted, min: 100, name: "yandex", kind: CloudKey, mixed: true},
	{prefix: "y0_", chars: urlChars, min: 50, name: "yandex", kind: CloudKey, mixed: true},
	{prefix: "st.", chars: dotted, min: 80, name: "infisical", kind: VendorToken, mixed: true},
	{prefix: "aivenv1", chars: base64Any, min: 100, name: "aiven", kind: VendorToken},
	{prefix: "BBFF-", chars: alnum, min: 28, max: 40, name: "ubidots", kind: VendorToken, mixed: true},
	{prefix: "aio_", chars: alnum, min: 28, max: 28, name: "adafruit", kind: VendorToken, mixed: true},
	{prefix: "bkat_", chars: alnum, min: 36, name: "buildkite", kind: VendorToken, mixed: true},
	{prefix: "lightstep_", chars: alnum, min: 36, name: "lightstep", kind: VendorToken, mixed: true},
	{prefix: "waka_", chars: hexDash, min: 36, max: 36, name: "wakatime", kind: VendorToken},
	{prefix: "unkey_", chars: alnum, min: 20, name: "unkey", kind: VendorToken, mixed: true},
	{prefix: "tr_prod_", chars: alnum, min: 20, name: "trigger", kind: VendorToken, mixed: true},
	{prefix: "tr_dev_", chars: alnum, min: 20, name: "trigger", kind: VendorToken, mixed: true},
	{prefix: "signkey-prod-", chars: lowerNum, min: 40, name: "inngest", kind: VendorToken},
	{prefix: "csb_v1_", chars: urlChars, min: 40, name: "codesandbox", kind: VendorToken, mixed: true},
	{prefix: "mlsn.", chars: lowerNum, min: 60, name: "mailersend", kind: VendorToken},
	{prefix: "retool_", chars: alnum, min: 26, max: 26, name: "retool", kind: VendorToken, mixed: true},
	{prefix: "rollbar_", chars: lowerNum, min: 32, name: "rollbar", kind: VendorToken, mixed: true},
	{prefix: "cflt", chars: base64Any, min: 60, max: 60, name: "confluent", kind: VendorToken, mixed: true},
	{prefix: "ATSTT3", chars: base64Any, min: 60, name: "atlassian", kind: VendorToken},
	{prefix: "AAAAAAAAAAAAAAAAAAAAA", chars: alphabet("0-9A-Za-z%"), min: 60, name: "twitter", kind: VendorToken},
}

// vendorLists are the vendor tokens that may begin with the same two bytes; vendorFirst gives the list of two bytes, 0
// when there is none.
var vendorLists, vendorFirst = func() (lists [][]uint16, first [256][256]uint8) {
	lists = make([][]uint16, 1)
	for i := range vendorTokens {
		at := &first[vendorTokens[i].prefix[0]][vendorTokens[i].prefix[1]]
		if *at == 0 {
			*at = uint8(len(lists))
			lists = append(lists, nil)
		}
		lists[*at] = append(lists[*at], uint16(i))
	}
	return lists, first
}()

// vendor matches a vendor's token at the start of a word and returns its end.
func vendor(t []byte, i int) (v *vendorToken, end int) {
	for _, at := range vendorLists[vendorFirst[t[i]][t[i+1]]] {
		v := &vendorTokens[at]
		if end := v.match(t, i); end > 0 {
			return v, end
		}
	}
	return nil, 0
}

func (v *vendorToken) match(t []byte, i int) int {
	if len(t)-i < len(v.prefix)+v.min || string(t[i:i+len(v.prefix)]) != v.prefix {
		return 0
	}
	start := i + len(v.prefix)
	end := start
	for end < len(t) && v.chars[t[end]] {
		end++
	}
	// A sentence may end behind a token.
	for end > start && (t[end-1] == '.' || v.chars == dotted && t[end-1] == '-') {
		end--
	}
	if n := end - start; n < v.min || v.max > 0 && n > v.max || v.max > 0 && end < len(t) && alnum_[t[end]] {
		return 0
	}
	if v.mixed && (!mixed(t[start:end]) || end < len(t) && t[end] == '(') {
		return 0
	}
	return end
}

// mixed reports whether s has digits and letters of a random look: at least two digits.
func mixed(s []byte) bool {
	digits, letters := 0, 0
	for _, c := range s {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			letters++
		}
	}
	return digits >= 2 && letters >= 2
}

// tailedToken matches tokens that show themselves behind their first word, which stands from i to end: Terraform's,
// Azure's client secrets, Mailchimp's.
func tailedToken(t []byte, i, end int) (int, string) {
	n := end - i
	rest := t[end:]
	run := func(from int, chars *[256]bool) int {
		for from < len(t) && chars[t[from]] {
			from++
		}
		return from
	}
	switch {
	case n == 14 && hasPrefix(rest, ".atlasv1."):
		if e := run(end+9, urlChars); e-end >= 60 {
			return e, "terraform"
		}
	case n >= 5 && n <= 8 && rest[0] == '~' && t[end-1] == 'Q' && byteClass[t[end-2]] == bDigit:
		if e := run(end+1, alphabetAzure); e-end >= 31 && e-end <= 38 {
			return e, "azure"
		}
	case n == 32 && hasPrefix(rest, "-us") && len(rest) > 3 && byteClass[rest[3]] == bDigit:
		for _, c := range t[i:end] {
			if !hexLower[c] {
				return 0, ""
			}
		}
		return run(end+3, alnum), "mailchimp"
	}
	return 0, ""
}

var alphabetAzure = alphabet("0-9A-Za-z_.~-")
