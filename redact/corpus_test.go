package redact_test

import (
	"encoding/base64"
	"fmt"
	"html"
	"math/rand/v2"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ezlogs/ezlogs/redact"
)

// The corpus is made, not written: kinds of secrets in places where logs hold them, and look-alikes that have to stay.

const (
	lowerLetters = "abcdefghijklmnopqrstuvwxyz"
	upperLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	decimals     = "0123456789"
	hexDigits    = "0123456789abcdef"
	base62       = upperLetters + lowerLetters + decimals
	base64url    = base62 + "-_"
	base64std    = base62 + "+/"
)

type gen struct{ *rand.Rand }

func (g gen) of(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[g.IntN(len(alphabet))]
	}
	return string(b)
}

func (g gen) pick(list ...string) string { return list[g.IntN(len(list))] }

// token is of plus a digit and letters of both cases, as nearly every random token has.
func (g gen) token(alphabet string, n int) string { return g.of(alphabet, n-3) + "aB3" }

func luhnDigit(d string) string {
	sum := 0
	for i := range len(d) {
		v := int(d[len(d)-1-i] - '0')
		if i%2 == 0 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return d + strconv.Itoa((10-sum%10)%10)
}

func (g gen) card() string {
	switch g.IntN(6) {
	case 0:
		return luhnDigit("34" + g.of(decimals, 12))
	case 1:
		return luhnDigit("36" + g.of(decimals, 11))
	case 2:
		return luhnDigit("6011" + g.of(decimals, 11))
	case 3:
		return luhnDigit("22" + g.pick("30", "99") + g.of(decimals, 11))
	}
	return luhnDigit(g.pick("44", "51", "55") + g.of(decimals, 13))
}

func groups(d string, sep string, sizes ...int) string {
	var parts []string
	for _, n := range sizes {
		parts = append(parts, d[:n])
		d = d[n:]
	}
	return strings.Join(parts, sep)
}

func (g gen) cardGrouped() string {
	sep := g.pick(" ", "-")
	if g.IntN(4) == 0 {
		return groups(luhnDigit("37"+g.of(decimals, 12)), sep, 4, 6, 5)
	}
	return groups(luhnDigit("4"+g.of(decimals, 14)), sep, 4, 4, 4, 4)
}

func (g gen) iban() string {
	type format struct {
		country string
		n       int
	}
	f := []format{{"DE", 18}, {"FR", 23}, {"GB", 18}, {"ES", 20}, {"NL", 14}, {"PT", 21}, {"CH", 17}, {"NO", 11}, {"DK", 14}}[g.IntN(9)]
	body := g.of(decimals, f.n)
	if f.country == "GB" || f.country == "NL" {
		body = g.of(upperLetters, 4) + body[4:]
	}
	r := 0
	for _, c := range body + f.country + "00" {
		if c >= 'A' {
			r = (r*100 + int(c-'A') + 10) % 97
		} else {
			r = (r*10 + int(c-'0')) % 97
		}
	}
	return fmt.Sprintf("%s%02d%s", f.country, 98-r, body)
}

func inFours(s string) string {
	var b strings.Builder
	for i, c := range s {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return b.String()
}

func (g gen) email() string {
	user := g.pick("ada", "li.wei", "o'brien", "j_doe", "x", "first-last", "a.b.c") + g.of(lowerLetters, 4)
	return user + g.pick("", "+"+g.of(lowerLetters, 3), g.of(decimals, 2)) + "@" + g.of(lowerLetters, 7) + g.pick(".com", ".co.uk", ".pl", ".io", ".museum", ".de", ".sh", ".mail.example.org")
}

func (g gen) phone() string {
	switch g.IntN(4) {
	case 0:
		return "+1" + g.pick("415", "212", "650") + "555" + g.of(decimals, 4)
	case 1:
		return "+49 " + g.pick("151", "30") + " " + g.of("123456789", 8)
	case 2:
		return "+33 6 " + g.of("123456789", 2) + " " + g.of(decimals, 2) + " " + g.of(decimals, 2) + " " + g.of(decimals, 2)
	}
	return "+44-20-7946-" + g.of(decimals, 4)
}

func (g gen) ssn() string {
	return g.pick("123", "457", "219", "772") + "-" + g.pick("45", "09", "88") + "-" + g.of("123456789", 4)
}

func (g gen) cpf() string {
	d := g.of(decimals, 8) + "7"
	for range 2 {
		sum := 0
		for i := range d {
			sum += int(d[i]-'0') * (len(d) + 1 - i)
		}
		d += strconv.Itoa(sum * 10 % 11 % 10)
	}
	return d[:3] + "." + d[3:6] + "." + d[6:9] + "-" + d[9:]
}

func (g gen) jwt() string {
	part := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	return part(`{"alg":"RS256","kid":"`+g.of(base62, 6)+`"}`) + "." + part(`{"sub":"`+g.of(decimals, 6)+`","exp":1737000000}`) + "." + g.token(base64url, 43)
}

func (g gen) password() string {
	switch g.IntN(5) {
	case 0:
		return g.of(lowerLetters, 5) + "-" + g.of(lowerLetters, 6) + "-" + g.of(lowerLetters, 4)
	case 1:
		return "S" + g.of(base62, 8) + g.pick("!", "#", "*", "?", "$", "^", "%") + "7"
	case 2:
		return g.of(upperLetters+lowerLetters, 12) + "9"
	case 3:
		return "Tr0ub4dor" + g.of(decimals, 3) + g.pick("!", "@", "#")
	}
	return g.of(base62, 14) + "x1"
}

// secret is a value of a kind with the keys it may stand under.
type secret struct {
	kind  string
	keys  []string // none: the value shows itself
	make  func(g gen) string
	plain bool // also found in running text
	short bool // too short to be looked for in the whole of the output
}

var tokenKeys = []string{"access_token", "refreshToken", "authToken", "X-Auth-Token", "CSRF_TOKEN", "token", "bot_token", "deviceToken", "personal-access-token"}

var secretKinds = []secret{
	{kind: "password", keys: []string{"password", "newPassword", "DB_PASSWORD", "user_password", "spring.datasource.password", "passwordConfirmation", "PGPASSWORD", "smtpPass", "passphrase", "root-password", "mysql_pwd", "Kennwort"}, make: gen.password},
	{kind: "api_key", keys: []string{"api_key", "apiKey", "X-API-Key", "APIKEY", "stripe.api.key", "google_maps_api_key", "subscriptionKey", "serviceApiKey"}, make: func(g gen) string { return g.token(base62, 32) }},
	{kind: "secret", keys: []string{"client_secret", "clientSecret", "SECRET_KEY_BASE", "webhookSecret", "app-secret", "jwt.secret", "signingKey", "encryption_key", "consumer_secret", "sharedSecret"}, make: func(g gen) string { return g.token(base64url, 40) }},
	{kind: "token_hex", keys: tokenKeys, make: func(g gen) string { return g.of(hexDigits, 39) + "a" }},
	{kind: "token_uuid", keys: tokenKeys[:5], make: func(g gen) string {
		return groups(g.of(hexDigits, 32), "-", 8, 4, 4, 4, 12)
	}},
	{kind: "token", keys: tokenKeys, make: func(g gen) string { return g.token(base64url, 43) }},
	{kind: "aws_secret", keys: []string{"aws_secret_access_key", "SecretAccessKey", "AWS_SECRET_ACCESS_KEY", "awsSecretKey"}, make: func(g gen) string { return g.token(base64std, 40) }},
	{kind: "azure_key", keys: []string{"AccountKey", "SharedAccessKey", "AZURE_STORAGE_KEY"}, make: func(g gen) string { return g.token(base64std, 86) + "==" }},
	{kind: "aws_key", keys: []string{"aws_access_key_id", "key"}, plain: true, make: func(g gen) string { return g.pick("AKIA", "ASIA") + g.of(upperLetters+"234567", 16) }},
	{kind: "github", keys: tokenKeys, plain: true, make: func(g gen) string { return g.pick("ghp_", "gho_", "ghs_", "ghu_", "ghr_") + g.of(base62, 36) }},
	{kind: "github_pat", plain: true, make: func(g gen) string { return "github_pat_" + g.of(base62, 22) + "_" + g.of(base62, 59) }},
	{kind: "gitlab", plain: true, make: func(g gen) string { return g.pick("glpat-", "glrt-", "gldt-", "glptt-") + g.token(base64url, 20) }},
	{kind: "slack", plain: true, make: func(g gen) string {
		return "xoxb-" + g.of(decimals, 12) + "-" + g.of(decimals, 12) + "-" + g.of(base62, 24)
	}},
	{kind: "slack_app", plain: true, make: func(g gen) string {
		return "xapp-1-A" + g.of(upperLetters+decimals, 10) + "-" + g.of(decimals, 13) + "-" + g.of(hexDigits, 64)
	}},
	{kind: "stripe", plain: true, make: func(g gen) string { return g.pick("sk_live_", "rk_live_", "sk_test_") + g.of(base62, 24) }},
	{kind: "stripe_webhook", plain: true, make: func(g gen) string { return "whsec_" + g.token(base62, 32) }},
	{kind: "google", plain: true, make: func(g gen) string { return "AIza" + g.of(base64url[:62], 35) }},
	{kind: "google_oauth", plain: true, make: func(g gen) string { return "ya29." + g.token(base64url[:62], 60) }},
	{kind: "google_client", plain: true, make: func(g gen) string { return "GOCSPX-" + g.token(base62, 28) }},
	{kind: "openai", plain: true, make: func(g gen) string { return "sk-" + g.of(base62, 20) + "T3BlbkFJ" + g.of(base62, 20) }},
	{kind: "openai_project", plain: true, make: func(g gen) string { return "sk-proj-" + g.token(base62, 60) }},
	{kind: "anthropic", plain: true, make: func(g gen) string { return "sk-ant-api03-" + g.token(base62, 93) }},
	{kind: "npm", plain: true, make: func(g gen) string { return "npm_" + g.of(base62, 36) }},
	{kind: "pypi", plain: true, make: func(g gen) string { return "pypi-AgEIcHlwaS5vcmc" + g.token(base62, 70) }},
	{kind: "sendgrid", plain: true, make: func(g gen) string { return "SG." + g.of(base62, 22) + "." + g.of(base62, 43) }},
	{kind: "twilio", plain: true, make: func(g gen) string { return "SK" + g.of(hexDigits, 32) }},
	{kind: "telegram", plain: true, make: func(g gen) string { return g.of("123456789", 10) + ":AA" + g.of(base62, 33) }},
	{kind: "digitalocean", plain: true, make: func(g gen) string { return "dop_v1_" + g.of(hexDigits, 64) }},
	{kind: "shopify", plain: true, make: func(g gen) string { return g.pick("shpat_", "shpca_", "shpss_") + g.of(hexDigits, 32) }},
	{kind: "databricks", plain: true, make: func(g gen) string { return "dapi" + g.of(hexDigits, 32) }},
	{kind: "huggingface", plain: true, make: func(g gen) string { return "hf_" + g.of(base62, 34) }},
	{kind: "vault", plain: true, make: func(g gen) string { return "hvs." + g.token(base62, 90) }},
	{kind: "grafana", plain: true, make: func(g gen) string { return "glsa_" + g.of(base62, 32) + "_" + g.of(hexDigits, 8) }},
	{kind: "atlassian", plain: true, make: func(g gen) string { return "ATATT3xFfGF0" + g.token(base62, 170) + "=" + g.of(hexDigits, 8) }},
	{kind: "linear", plain: true, make: func(g gen) string { return "lin_api_" + g.of(base62, 40) }},
	{kind: "newrelic", plain: true, make: func(g gen) string { return "NRAK-" + g.of(upperLetters+decimals, 27) }},
	{kind: "rubygems", plain: true, make: func(g gen) string { return "rubygems_" + g.of(hexDigits, 48) }},
	{kind: "terraform", plain: true, make: func(g gen) string { return g.token(base62, 14) + ".atlasv1." + g.of(base62, 64) }},
	{kind: "docker", plain: true, make: func(g gen) string { return "dckr_pat_" + g.token(base62, 27) }},
	{kind: "postman", plain: true, make: func(g gen) string { return "PMAK-" + g.of(hexDigits, 24) + "-" + g.of(hexDigits, 34) }},
	{kind: "age", plain: true, make: func(g gen) string { return "AGE-SECRET-KEY-1" + g.of("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58) }},
	{kind: "doppler", plain: true, make: func(g gen) string { return "dp.pt." + g.of(base62, 43) }},
	{kind: "discord", plain: true, make: func(g gen) string { return "MTE" + g.of(base62, 23) + "." + g.of(base62, 6) + "." + g.of(base62, 38) }},
	{kind: "planetscale", plain: true, make: func(g gen) string { return "pscale_tkn_" + g.token(base62, 43) }},
	{kind: "dynatrace", plain: true, make: func(g gen) string {
		return "dt0c01." + g.of(upperLetters+"234567", 24) + "." + g.of(upperLetters+"234567", 64)
	}},
	{kind: "tailscale", plain: true, make: func(g gen) string { return "tskey-auth-" + g.token(base62, 17) + "-" + g.token(base62, 32) }},
	{kind: "jwt", keys: []string{"id_token", "assertion", "jwt", "data"}, plain: true, make: gen.jwt},
	{kind: "card", keys: []string{"card_number", "cardNumber", "pan", "cc", "note", "value", "CreditCardNumber"}, plain: true, make: gen.card},
	{kind: "card_grouped", keys: []string{"card", "input", "ccNum"}, plain: true, make: gen.cardGrouped},
	{kind: "iban", keys: []string{"iban", "beneficiaryIban", "account", "ref"}, plain: true, make: gen.iban},
	{kind: "iban_grouped", keys: []string{"iban", "text"}, plain: true, make: func(g gen) string { return inFours(g.iban()) }},
	{kind: "email", keys: []string{"email", "userEmail", "to", "login", "principal", "sub", "cc_address"}, plain: true, make: gen.email},
	{kind: "phone", keys: []string{"phone", "contact", "from", "msisdn", "recipient"}, plain: true, make: gen.phone},
	{kind: "phone_us", keys: []string{"phone_number", "mobile", "homePhone", "fax"}, make: func(g gen) string {
		return g.pick("(415) 555-", "415-555-", "415.555.") + g.of(decimals, 4)
	}},
	{kind: "phone_uk", keys: []string{"tel", "mobileNumber", "workPhone"}, make: func(g gen) string { return "020 7946 " + g.of(decimals, 4) }},
	{kind: "ssn", keys: []string{"ssn", "taxpayer", "note"}, plain: true, make: gen.ssn},
	{kind: "ssn_bare", keys: []string{"ssn", "socialSecurityNumber", "social_security_no"}, make: func(g gen) string { return strings.ReplaceAll(g.ssn(), "-", "") }},
	{kind: "cpf", keys: []string{"cpf", "doc"}, plain: true, make: gen.cpf},
	{kind: "nino", keys: []string{"nino", "nationalInsuranceNumber", "ni_number"}, make: func(g gen) string { return "QQ" + g.of(decimals, 6) + g.pick("A", "B", "C", "D") }},
	{kind: "passport", keys: []string{"passport", "passportNumber", "passport_no"}, make: func(g gen) string { return g.of(upperLetters, 1) + g.of(decimals, 8) }},
	{kind: "licence", keys: []string{"driversLicense", "driving_licence_number", "licenseNumber"}, make: func(g gen) string { return g.of(upperLetters, 1) + g.of(decimals, 12) }},
	{kind: "dob", keys: []string{"dob", "dateOfBirth", "birth_date", "patientDob"}, make: func(g gen) string {
		return g.pick("19", "20") + g.pick("61", "05", "17") + g.pick("-", "/") + g.pick("01", "12") + "-" + g.pick("09", "28")
	}},
	{kind: "bank_account", keys: []string{"accountNumber", "bank_account_number", "acct_no"}, make: func(g gen) string { return g.of("123456789", 10) }},
	{kind: "routing", keys: []string{"routing_number", "abaRouting", "routingNo"}, make: func(g gen) string { return g.of("123456789", 9) }},
	{kind: "mrn", keys: []string{"mrn", "medicalRecordNumber", "patient_id"}, make: func(g gen) string { return "MRN" + g.of("123456789", 7) }},
	{kind: "cvv", keys: []string{"cvv", "cvc2", "securityCode", "card_cvv"}, short: true, make: func(g gen) string { return g.of("123456789", 3) }},
	{kind: "pin", keys: []string{"pin", "card_pin", "userPin"}, short: true, make: func(g gen) string { return g.of("123456789", 4) }},
	{kind: "otp", keys: []string{"otp", "verificationCode", "sms_code", "mfaCode", "one_time_password"}, short: true, make: func(g gen) string { return g.of("123456789", 6) }},
	{kind: "session", keys: []string{"session_id", "PHPSESSID", "JSESSIONID", "connect.sid"}, make: func(g gen) string { return g.token(base62, 32) }},
	{kind: "mnemonic", keys: []string{"mnemonic", "seedPhrase", "recovery_phrase", "wallet_seed"}, make: func(g gen) string {
		var w []string
		for range 12 {
			w = append(w, g.of(lowerLetters, 4+g.IntN(3)))
		}
		return strings.Join(w, " ")
	}},
	{kind: "hash", keys: []string{"password_hash", "passwordDigest", "encrypted_password"}, make: func(g gen) string { return "$2b$12$" + g.of(base62, 53) }},
}

func (g gen) weighted(d string, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += int(d[i]-'0') * w
	}
	return sum
}

// optInKinds are those of profile strict.
var optInKinds = []secret{
	{kind: "ipv4", keys: []string{"client_ip", "remote_addr", "ip", "X-Forwarded-For", "peer"}, plain: true, make: func(g gen) string {
		return g.pick("81", "203", "5", "154") + "." + strconv.Itoa(g.IntN(256)) + "." + strconv.Itoa(g.IntN(256)) + "." + strconv.Itoa(1+g.IntN(254))
	}},
	{kind: "ipv6", keys: []string{"ip", "remoteAddress", "src"}, plain: true, make: func(g gen) string {
		return g.pick("2a02:", "2001:", "2604:") + "a" + g.of(hexDigits, 3) + ":" + "b" + g.of(hexDigits, 3) + g.pick("::", ":1:2:3:4:") + "f" + g.of(hexDigits, 3)
	}},
	{kind: "mac", keys: []string{"mac", "hwAddr", "device"}, plain: true, make: func(g gen) string {
		return groups("a4"+g.of(hexDigits, 10), g.pick(":", "-"), 2, 2, 2, 2, 2, 2)
	}},
	{kind: "imei", keys: []string{"imei", "deviceImei"}, make: func(g gen) string { return luhnDigit("35" + g.of(decimals, 12)) }},
	{kind: "vin", keys: []string{"vin", "vehicleVin"}, make: func(g gen) string { return "WVW" + g.of("ABCDEFGHJKLMNPRSTUVWXYZ", 6) + g.of(decimals, 8) }},
	{kind: "name", keys: []string{"full_name", "customerName", "patient_name", "lastName", "contactName"}, make: func(g gen) string {
		return g.pick("Ada", "Jürgen", "Marisol", "Oluwaseun") + " " + g.pick("O'Hara", "Zyndtilm", "Brairchyck", "van Dyck")
	}},
	{kind: "street", keys: []string{"street", "address", "shippingAddress", "address_line_1"}, make: func(g gen) string {
		return g.of("123456789", 4) + " " + g.pick("Nalrack Street, Apt 11", "Vusquis Blvd", "Baker Road 4b")
	}},
	{kind: "geo", keys: []string{"lat", "longitude", "geo_point"}, make: func(g gen) string { return g.pick("-", "") + g.of("12345", 2) + "." + g.of(decimals, 6) }},
	{kind: "eth", keys: []string{"wallet", "eth_address", "to"}, plain: true, make: func(g gen) string { return "0x" + g.of(hexDigits, 40) }},
	{kind: "btc", keys: []string{"wallet", "btc_address"}, plain: true, make: func(g gen) string {
		return g.pick("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq")
	}},
	{kind: "cn_id", keys: []string{"id_card", "sfz", "residentId"}, plain: true, make: func(g gen) string {
		d := "110101" + g.pick("1990", "1985", "2001") + g.pick("0307", "1225") + g.of(decimals, 3)
		return d + string("10X98765432"[g.weighted(d, 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)%11])
	}},
	{kind: "kr_rrn", keys: []string{"rrn", "residentRegistrationNumber"}, plain: true, make: func(g gen) string {
		return g.pick("900101", "850817") + "-" + g.pick("1", "2") + g.of(decimals, 6)
	}},
	{kind: "se_pin", keys: []string{"personnummer", "pnr_se"}, plain: true, make: func(g gen) string {
		d := luhnDigit(g.pick("900101", "850817") + g.of(decimals, 3))
		return d[:6] + "-" + d[6:]
	}},
	{kind: "fi_hetu", keys: []string{"hetu", "finnishId"}, make: func(g gen) string { return "131052-308T" }},
	{kind: "ch_ahv", keys: []string{"ahv", "ahvNummer"}, plain: true, make: func(g gen) string { return "756.9217.0769.85" }},
	{kind: "sg_nric", keys: []string{"nric", "nricNumber"}, make: func(g gen) string { return "S" + g.of(decimals, 7) + "D" }},
	{kind: "npi", keys: []string{"npi", "providerNpi"}, make: func(g gen) string { return "1" + g.of(decimals, 9) }},
}

// place puts a value under a key into a line. free places need no key.
type place struct {
	name   string
	free   bool
	quoted bool // the value may hold blanks and quotes
	line   func(key, v string) string
}

func quoteJSON(s string) string {
	s = strings.ReplaceAll(s, `\`, `\\`)
	return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"`
}

func inner(s string) string { q := quoteJSON(s); return q[1 : len(q)-1] }

var colour = func(s string) string { return "\x1b[36m" + s + "\x1b[0m" }

var places = []place{
	{name: "json", quoted: true, line: func(k, v string) string { return `{"at":"ctx1","` + k + `":` + quoteJSON(v) + `,"end":"ctx2"}` }},
	{name: "pretty", quoted: true, line: func(k, v string) string { return `    "` + k + `": ` + quoteJSON(v) + `,` }},
	{name: "nested", quoted: true, line: func(k, v string) string {
		return `{"a":{"b":[{"c":"ctx1","` + k + `" : ` + quoteJSON(v) + `}]},"end":"ctx2"}`
	}},
	{name: "list", quoted: true, line: func(k, v string) string { return `{"` + k + `":[` + quoteJSON(v) + `],"end":"ctx2"}` }},
	{name: "changes", quoted: true, line: func(k, v string) string { return `{"diff":{"` + k + `":[null,` + quoteJSON(v) + `]},"end":"ctx2"}` }},
	{name: "deep", quoted: true, line: func(k, v string) string { return `{"` + k + `":{"old":` + quoteJSON(v) + `},"end":"ctx2"}` }},
	{name: "json in string", quoted: true, line: func(k, v string) string {
		return `{"msg":` + quoteJSON(`got {"x":"ctx1","`+k+`":`+quoteJSON(v)+`,"y":"ctx2"} from peer`) + `,"end":"ctx3"}`
	}},
	{name: "json in string twice", quoted: true, line: func(k, v string) string {
		return `{"msg":` + quoteJSON(`{"body":`+quoteJSON(`{"`+k+`": `+quoteJSON(v)+`,"y":"ctx2"}`)+`}`) + `,"end":"ctx3"}`
	}},
	{name: "json in text", quoted: true, line: func(k, v string) string {
		return `2025-01-02 INFO request {"` + k + `": ` + quoteJSON(v) + `, "y": "ctx2"} took 5ms`
	}},
	{name: "cut json", line: func(k, v string) string { return `{"end":"ctx2","` + k + `":"` + inner(v) }},
	{name: "cut inner json", line: func(k, v string) string { return `{"end":"ctx2","msg":"{\"` + k + `\":\"` + inner(inner(v)) + `"}` }},
	{name: "logfmt", line: func(k, v string) string { return `level=info at=ctx1 ` + k + `=` + v + ` end=ctx2` }},
	{name: "logfmt quoted", quoted: true, line: func(k, v string) string { return `level=info ` + k + `=` + quoteJSON(v) + ` end=ctx2` }},
	{name: "message colon", line: func(k, v string) string { return `ERROR connecting with ` + k + `: ` + v + ` (attempt ctx2)` }},
	{name: "form", line: func(k, v string) string { return `body: a=ctx1&` + k + `=` + url.QueryEscape(v) + `&end=ctx2` }},
	{name: "form brackets", line: func(k, v string) string { return `body: user%5B` + k + `%5D=` + url.QueryEscape(v) + `&end=ctx2` }},
	{name: "query", line: func(k, v string) string {
		return `10.1.2.3 - - [01/Jan/2025:00:00:00 +0000] "GET /cb?a=ctx1&` + k + `=` + url.QueryEscape(v) + ` HTTP/1.1" 200 5 "-" "ctx2"`
	}},
	{name: "query in json", line: func(k, v string) string {
		return `{"url":"https://api.example.com/v1/x?` + k + `=` + url.QueryEscape(v) + `\u0026end=ctx2#frag","end":"ctx3"}`
	}},
	{name: "query encoded url", line: func(k, v string) string {
		return `GET /login?next=` + url.QueryEscape(`https://a.example/x?`+k+`=`+url.QueryEscape(v)+`&b=ctx1`) + ` ctx2`
	}},
	{name: "query json", quoted: true, line: func(k, v string) string {
		return `GET /q?data=` + url.QueryEscape(`{"`+k+`":`+quoteJSON(v)+`,"b":"ctx1"}`) + ` ctx2`
	}},
	{name: "header text", line: func(k, v string) string {
		return `{"raw":"POST / HTTP/1.1\r\nHost: ctx1\r\n` + k + `: ` + inner(v) + `\r\nAccept: ctx2\r\n"}`
	}},
	{name: "header list", quoted: true, line: func(k, v string) string {
		return `{"headers":[["Host","ctx1"],["` + k + `",` + quoteJSON(v) + `],["Accept","ctx2"]]}`
	}},
	{name: "header pairs", quoted: true, line: func(k, v string) string {
		return `{"headers":[{"name":"Host","value":"ctx1"},{"name":"` + k + `","value":` + quoteJSON(v) + `},{"name":"Accept","value":"ctx2"}]}`
	}},
	{name: "raw headers", quoted: true, line: func(k, v string) string {
		return `{"rawHeaders":["Host","ctx1","` + k + `",` + quoteJSON(v) + `,"Accept","ctx2"]}`
	}},
	{name: "go header", line: func(k, v string) string { return `headers=map[Accept:[ctx1] ` + k + `:[` + v + `] X:[ctx2]]` }},
	{name: "curl", line: func(k, v string) string { return `exec: curl -s -H '` + k + `: ` + v + `' https://ctx1.example/ctx2` }},
	{name: "sql where", line: func(k, v string) string {
		return `SELECT ctx1 FROM users WHERE ` + strings.ReplaceAll(k, "-", "_") + ` = '` + strings.ReplaceAll(v, "'", "''") + `' AND b = 'ctx2'`
	}},
	{name: "sql set", quoted: true, line: func(k, v string) string {
		return `{"sql":"UPDATE t SET ` + strings.ReplaceAll(k, "-", "_") + `='` + inner(strings.ReplaceAll(v, "'", "''")) + `', b='ctx2' WHERE id=7"}`
	}},
	{name: "sql insert", quoted: true, line: func(k, v string) string {
		return `INSERT INTO users (name, ` + strings.ReplaceAll(k, "-", "_") + `, age) VALUES ('ctx1', '` + strings.ReplaceAll(v, "'", "''") + `', 'ctx2')`
	}},
	{name: "rails binds", quoted: true, line: func(k, v string) string {
		return `User Update (0.4ms)  UPDATE "users" SET "` + k + `" = $1  [["` + k + `", ` + quoteJSON(v) + `], ["id", "ctx2"]]`
	}},
	{name: "rails parameters", quoted: true, line: func(k, v string) string {
		return `  Parameters: {"utf8"=>"ctx1", "user"=>{"` + k + `"=>` + quoteJSON(v) + `}, "commit"=>"ctx2"}`
	}},
	{name: "ruby symbols", quoted: true, line: func(k, v string) string {
		return `job args: {:a=>"ctx1", :` + strings.ReplaceAll(k, "-", "_") + `=>` + quoteJSON(v) + `, :b=>"ctx2"}`
	}},
	{name: "ruby object", quoted: true, line: func(k, v string) string {
		return `#<User:0x000 @a="ctx1", @` + strings.ReplaceAll(k, "-", "_") + `=` + quoteJSON(v) + `, @b="ctx2">`
	}},
	{name: "python dict", quoted: true, line: func(k, v string) string {
		if strings.Contains(v, "'") {
			return `DEBUG got {'a': 'ctx1', '` + k + `': "` + v + `", 'b': 'ctx2'}`
		}
		return `DEBUG got {'a': 'ctx1', '` + k + `': '` + v + `', 'b': 'ctx2'}`
	}},
	{name: "python bytes", line: func(k, v string) string {
		return `DEBUG {b'` + k + `': b'` + strings.ReplaceAll(v, "'", "") + `', b'b': b'ctx2'}`
	}},
	{name: "python repr", line: func(k, v string) string {
		return `User(id=ctx1, ` + k + `='` + strings.ReplaceAll(v, "'", "") + `', b='ctx2')`
	}},
	{name: "java map", line: func(k, v string) string { return `params {a=ctx1, ` + k + `=` + v + `, b=ctx2}` }},
	{name: "java record", line: func(k, v string) string { return `Login[user=ctx1, ` + k + `=` + v + `, b=ctx2]` }},
	{name: "java string", line: func(k, v string) string {
		return `Login{user='ctx1', ` + k + `='` + strings.ReplaceAll(v, "'", "") + `', b='ctx2'}`
	}},
	{name: "go struct", line: func(k, v string) string { return `cfg={Host:ctx1 ` + k + `:` + v + ` Port:5 Name:ctx2}` }},
	{name: "go syntax", quoted: true, line: func(k, v string) string { return `main.C{Host:"ctx1", ` + k + `:` + quoteJSON(v) + `, Name:"ctx2"}` }},
	{name: "c# record", line: func(k, v string) string { return `Login { User = ctx1, ` + k + ` = ` + v + `, Name = ctx2 }` }},
	{name: "rust", quoted: true, line: func(k, v string) string {
		return `Login { user: "ctx1", ` + k + `: Some(` + quoteJSON(v) + `), n: "ctx2" }`
	}},
	{name: "swift", quoted: true, line: func(k, v string) string {
		return `Login(user: "ctx1", ` + k + `: Optional(` + quoteJSON(v) + `), n: "ctx2")`
	}},
	{name: "elixir", quoted: true, line: func(k, v string) string { return `%{"a" => "ctx1", "` + k + `" => ` + quoteJSON(v) + `, b: "ctx2"}` }},
	{name: "php dump", line: func(k, v string) string { return `Array ( [a] => ctx1 [` + k + `] => ` + v + ` [b] => ctx2 )` }},
	{name: "php var_dump", quoted: true, line: func(k, v string) string {
		return `array(2) { ["` + k + `"]=> string(` + strconv.Itoa(len(v)) + `) "` + strings.ReplaceAll(v, `"`, "") + `" ["b"]=> string(4) "ctx2" }`
	}},
	{name: "js inspect", line: func(k, v string) string {
		return `{ a: 'ctx1', '` + k + `': '` + strings.ReplaceAll(v, "'", "") + `', b: 'ctx2' }`
	}},
	{name: "clojure", quoted: true, line: func(k, v string) string { return `{:a "ctx1", :` + k + ` ` + quoteJSON(v) + `, :b "ctx2"}` }},
	{name: "xml", quoted: true, line: func(k, v string) string {
		return `<req><a>ctx1</a><` + k + `>` + html.EscapeString(v) + `</` + k + `><b>ctx2</b></req>`
	}},
	{name: "xml namespace", quoted: true, line: func(k, v string) string {
		return `<ns:a>ctx1</ns:a><ns:` + k + ` type="x">` + html.EscapeString(v) + `</ns:` + k + `><b>ctx2</b>`
	}},
	{name: "xml attribute", quoted: true, line: func(k, v string) string { return `<conn a="ctx1" ` + k + `="` + html.EscapeString(v) + `" b="ctx2"/>` }},
	{name: "xml add", quoted: true, line: func(k, v string) string {
		return `<add key="` + k + `" value="` + html.EscapeString(v) + `" /><x>ctx2</x>`
	}},
	{name: "html escaped json", quoted: true, line: func(k, v string) string {
		return `<div data="` + html.EscapeString(`{"`+k+`":`+quoteJSON(v)+`,"b":"ctx2"}`) + `">`
	}},
	{name: "yaml", line: func(k, v string) string { return `  ` + k + `: ` + v }},
	{name: "yaml quoted", quoted: true, line: func(k, v string) string { return `  - ` + k + `: ` + quoteJSON(v) }},
	{name: "env", line: func(k, v string) string { return `export A=ctx1 ` + k + `=` + v + ` B=ctx2` }},
	{name: "toml", quoted: true, line: func(k, v string) string { return k + ` = ` + quoteJSON(v) }},
	{name: "cli", line: func(k, v string) string {
		return `CMD run --a ctx1 --` + strings.ReplaceAll(k, "_", "-") + ` ` + v + ` --b ctx2`
	}},
	{name: "cli equals", line: func(k, v string) string { return `CMD run --a=ctx1 --` + k + `=` + v + ` --b=ctx2` }},
	{name: "cli property", line: func(k, v string) string { return `java -Da=ctx1 -D` + k + `=` + v + ` -jar ctx2.jar` }},
	{name: "argv", quoted: true, line: func(k, v string) string { return `{"argv":["run","--` + k + `",` + quoteJSON(v) + `,"--b","ctx2"]}` }},
	{name: "colours", line: func(k, v string) string {
		return colour("INFO") + ` ctx1 ` + colour(k+"=") + v + ` ` + colour("b=") + `ctx2`
	}},
	{name: "colours json", line: func(k, v string) string {
		return `{"msg":"\u001b[32mINFO\u001b[0m ` + k + `=\u001b[33m` + inner(v) + `\u001b[0m ctx2"}`
	}},
	{name: "stack", line: func(k, v string) string {
		return `{"stack":"Error: bad ` + k + `=` + inner(v) + `\n    at f (/app/ctx1.js:3:5)\n    at ctx2"}`
	}},
	{name: "postgres key", line: func(k, v string) string { return `DETAIL:  Key (` + k + `)=(` + v + `) already exists. ctx2` }},
	{name: "multipart", quoted: true, line: func(k, v string) string {
		return `{"body":"--b1\r\nContent-Disposition: form-data; name=\"` + k + `\"\r\n\r\n` + inner(v) + `\r\n--b1\r\nctx2"}`
	}},
	{name: "full-width colon", line: func(k, v string) string { return `ログイン ` + k + `：` + v + ` ctx2` }},
	{name: "base64 json", quoted: true, line: func(k, v string) string {
		return `payload=` + base64.StdEncoding.EncodeToString([]byte(`{"id":"ctx","`+k+`":`+quoteJSON(v)+`}`)) + ` end=ctx2`
	}},
	{name: "bare message", free: true, line: func(_, v string) string { return `WARN rejected ` + v + ` because of ctx2` }},
	{name: "bare json", free: true, line: func(_, v string) string { return `{"msg":"rejected ` + inner(v) + ` because of ctx2"}` }},
	{name: "bare end", free: true, line: func(_, v string) string { return `ctx2 rejected ` + v }},
	{name: "bare comma", free: true, line: func(_, v string) string { return `ctx1, ` + v + `, ctx2` }},
	{name: "bare parens", free: true, line: func(_, v string) string { return `caller (` + v + `) hung up ctx2` }},
	{name: "bare sentence", free: true, line: func(_, v string) string { return `It was ` + v + `. Then ctx2` }},
	{name: "bare backquote", free: true, line: func(_, v string) string { return "value `" + v + "` ctx2" }},
	{name: "bare angle", free: true, line: func(_, v string) string { return `for <` + v + `>: ctx2` }},
	{name: "map key", free: true, line: func(_, v string) string { return `{"seen":{` + quoteJSON(v) + `:3},"end":"ctx2"}` }},
	{name: "path", free: true, line: func(_, v string) string { return `GET /v1/things/` + url.PathEscape(v) + `/parts 200 ctx2` }},
	{name: "query value", free: true, line: func(_, v string) string { return `GET /search?q=` + url.QueryEscape(v) + `&page=ctx2` }},
	{name: "pipe", free: true, line: func(_, v string) string { return `a|` + v + `|ctx2` }},
	{name: "cjk", free: true, line: func(_, v string) string { return `用户` + v + `已登录 ctx2` }},
	{name: "list bare", free: true, line: func(_, v string) string { return `{"items":["ctx1",` + quoteJSON(v) + `,"ctx2"]}` }},
	{name: "unknown key", free: true, line: func(_, v string) string { return `{"blob":` + quoteJSON(v) + `,"end":"ctx2"}` }},
	{name: "tab separated", free: true, line: func(_, v string) string { return "ctx1\t" + v + "\tctx2" }},
}

// readings are what one can make of an output without trying hard.
func readings(out string) string {
	all := []string{out}
	s := out
	for range 3 {
		s = strings.NewReplacer(`\"`, `"`, `\\`, `\`, `\/`, `/`, `\u0026`, `&`).Replace(s)
		all = append(all, s)
	}
	u := out
	for range 2 {
		if v, err := url.QueryUnescape(u); err == nil {
			u = v
			all = append(all, u)
		}
	}
	all = append(all, html.UnescapeString(s), html.UnescapeString(out))
	for w := range strings.FieldsFuncSeq(out, func(r rune) bool { return !strings.ContainsRune(base64std+"=-_", r) || r == '=' && false }) {
		w = strings.TrimPrefix(w, "payload=")
		if b, err := base64.StdEncoding.DecodeString(w); err == nil {
			all = append(all, string(b))
		}
	}
	return strings.Join(all, "\n")
}

// leaks reports whether the value can be read from out, in whole or in good part.
func leaks(out, v string, short bool) bool {
	text := strings.ToLower(readings(out))
	v = strings.ToLower(v)
	if short {
		return slices.Contains(strings.FieldsFunc(text, func(r rune) bool { return !strings.ContainsRune(base62+"_", r) }), v)
	}
	if strings.Contains(text, v) {
		return true
	}
	if n := max(8, len(v)*2/5); len(v) >= 16 && !strings.Contains(v, " ") {
		for i := 0; i+n <= len(v); i++ {
			if strings.Contains(text, v[i:i+n]) {
				return true
			}
		}
	}
	return false
}

type tally struct{ n, bad int }

func TestCorpus(t *testing.T) {
	t.Parallel()
	runCorpus(t, redact.DefaultConfig(), secretKinds)
}

func TestCorpusStrict(t *testing.T) {
	t.Parallel()
	c := redact.DefaultConfig()
	c.Profile = "strict"
	runCorpus(t, c, optInKinds)
	runCorpus(t, c, secretKinds)
}

func runCorpus(t *testing.T, c redact.Config, secrets []secret) {
	g := gen{rand.New(rand.NewPCG(5, 2026))}
	r := newWorker(t, c)
	kinds, spots := map[string]*tally{}, map[string]*tally{}
	count := func(m map[string]*tally, name string, bad bool) {
		if m[name] == nil {
			m[name] = &tally{}
		}
		m[name].n++
		if bad {
			m[name].bad++
		}
	}
	shown, lost := 0, 0
	for _, s := range secrets {
		for _, p := range places {
			if p.free && !s.plain || !p.free && len(s.keys) == 0 {
				continue
			}
			for range 3 {
				v := s.make(g)
				if !p.quoted && strings.ContainsAny(v, " ") && !p.free && s.kind == "mnemonic" {
					continue
				}
				key := "k"
				if len(s.keys) > 0 {
					key = g.pick(s.keys...)
				}
				if strings.Contains(p.name, "xml") && strings.ContainsAny(key, ". ") {
					continue
				}
				line := p.line(key, v)
				out, _ := r.Line(line)
				bad := leaks(out, v, s.short)
				count(kinds, s.kind, bad)
				count(spots, p.name, bad)
				gone := ""
				for _, c := range []string{"ctx1", "ctx2", "ctx3"} {
					if strings.Contains(line, c) && !strings.Contains(out, c) {
						gone = c
					}
				}
				if gone != "" {
					lost++
				}
				if again, _ := r.Line(out); again != out {
					t.Errorf("%s in %s: a second pass changes %s into %s", s.kind, p.name, out, again)
				}
				if (bad || gone != "") && shown < 400 {
					shown++
					t.Logf("%s in %s (leak %v, lost %q)\n    %s\n    %s", s.kind, p.name, bad, gone, line, out)
				}
			}
		}
	}
	report := func(m map[string]*tally, what string, most float64) {
		total := tally{}
		for name, c := range m {
			total.n, total.bad = total.n+c.n, total.bad+c.bad
			if share := float64(c.bad) / float64(c.n); share > most {
				t.Errorf("%s %s: %d of %d leak", what, name, c.bad, c.n)
			}
		}
		if float64(total.bad) > float64(total.n)/100 {
			t.Errorf("%s: %d of %d leak", what, total.bad, total.n)
		}
		t.Logf("%s: %d of %d leak", what, total.bad, total.n)
	}
	report(kinds, "kind", .10)
	report(spots, "place", .05)
	if lost > 20 {
		t.Errorf("context lost in %d lines", lost)
	}
}
