package redact

// Kind says what a piece of text is: a password, an e-mail address, a card number. Its name stands in the replacement.
type Kind uint8

// The kinds, grouped as their defaults are.
const (
	KindNone Kind = iota

	// Credentials.
	Password
	Secret
	Token
	APIKey
	PrivateKey
	Bearer
	BasicAuth
	AuthHeader
	Cookie
	JWT
	URLPassword
	Signature
	Mnemonic
	Webhook
	CloudKey
	VendorToken
	Encoded
	OwnSecret
	FieldValue

	// Card data.
	CreditCard
	CVV
	PIN
	OTP
	TrackData

	// Identity.
	Email
	Phone
	IBAN
	SSN
	ITIN
	NINO
	NHS
	SIN
	GermanTaxID
	FrenchNIR
	SpanishID
	ItalianCF
	DutchBSN
	PolishPESEL
	BrazilianCPF
	BrazilianCNPJ
	Aadhaar
	IndianPAN
	AustralianTFN
	NationalID
	Passport
	DriversLicense
	DateOfBirth
	BankAccount
	RoutingNumber
	MedicalRecord
	Session

	// Network addresses, on in profile gdpr.
	IPv4
	IPv6

	// Opt-in, on in profile strict.
	PersonName
	StreetAddress
	GeoPoint
	MAC
	IMEI
	VIN
	Wallet
	ChineseID
	KoreanRRN
	SwedishPIN
	FinnishHETU
	SwissAHV
	SingaporeNRIC
	SouthAfricanID
	NPI
	OtherNationalID

	// UserRule stands for the rules of the configuration, which carry their own names.
	UserRule
	// Unscanned marks text that could not be scanned in full.
	Unscanned

	kindCount
)

// group is what a profile switches on or off together.
type group uint8

const (
	groupNone group = iota
	groupCredential
	groupCard
	groupIdentity
	groupNetwork
	groupPersonal
	groupAlways
)

// kindInfo describes a kind: the name in replacements and configuration, its group, and what is done to it when its
// group is on. noHash kinds may not be stored in any form, hashed ones included.
type kindInfo struct {
	name   string
	group  group
	action Action
	noHash bool
}

var kinds = [kindCount]kindInfo{
	KindNone:    {"none", groupNone, Keep, true},
	Password:    {"password", groupCredential, Mask, true},
	Secret:      {"secret", groupCredential, Mask, false},
	Token:       {"token", groupCredential, Mask, false},
	APIKey:      {"api_key", groupCredential, Mask, false},
	PrivateKey:  {"private_key", groupCredential, Mask, false},
	Bearer:      {"bearer", groupCredential, Mask, false},
	BasicAuth:   {"basic_auth", groupCredential, Mask, true},
	AuthHeader:  {"authorization", groupCredential, Mask, false},
	Cookie:      {"cookie", groupCredential, Mask, false},
	JWT:         {"jwt", groupCredential, Mask, false},
	URLPassword: {"url_password", groupCredential, Mask, true},
	Signature:   {"signature", groupCredential, Mask, false},
	Mnemonic:    {"mnemonic", groupCredential, Mask, false},
	Webhook:     {"webhook", groupCredential, Mask, false},
	CloudKey:    {"cloud_key", groupCredential, Mask, false},
	VendorToken: {"vendor_token", groupCredential, Mask, false},
	Encoded:     {"encoded", groupCredential, Mask, true},
	OwnSecret:   {"own_secret", groupAlways, Mask, true},
	FieldValue:  {"field", groupAlways, Mask, false},

	CreditCard: {"credit_card", groupCard, Mask, false},
	CVV:        {"cvv", groupCard, Mask, true},
	PIN:        {"pin", groupCard, Mask, true},
	OTP:        {"otp", groupCard, Mask, true},
	TrackData:  {"track_data", groupCard, Mask, true},

	Email:          {"email", groupIdentity, Hash, false},
	Phone:          {"phone", groupIdentity, Hash, false},
	IBAN:           {"iban", groupIdentity, Hash, false},
	SSN:            {"us_ssn", groupIdentity, Hash, false},
	ITIN:           {"us_itin", groupIdentity, Hash, false},
	NINO:           {"uk_nino", groupIdentity, Hash, false},
	NHS:            {"uk_nhs", groupIdentity, Hash, false},
	SIN:            {"ca_sin", groupIdentity, Hash, false},
	GermanTaxID:    {"de_tax_id", groupIdentity, Hash, false},
	FrenchNIR:      {"fr_nir", groupIdentity, Hash, false},
	SpanishID:      {"es_dni", groupIdentity, Hash, false},
	ItalianCF:      {"it_cf", groupIdentity, Hash, false},
	DutchBSN:       {"nl_bsn", groupIdentity, Hash, false},
	PolishPESEL:    {"pl_pesel", groupIdentity, Hash, false},
	BrazilianCPF:   {"br_cpf", groupIdentity, Hash, false},
	BrazilianCNPJ:  {"br_cnpj", groupIdentity, Hash, false},
	Aadhaar:        {"in_aadhaar", groupIdentity, Hash, false},
	IndianPAN:      {"in_pan", groupIdentity, Hash, false},
	AustralianTFN:  {"au_tfn", groupIdentity, Hash, false},
	NationalID:     {"national_id", groupIdentity, Hash, false},
	Passport:       {"passport", groupIdentity, Hash, false},
	DriversLicense: {"drivers_license", groupIdentity, Hash, false},
	DateOfBirth:    {"date_of_birth", groupIdentity, Mask, false},
	BankAccount:    {"bank_account", groupIdentity, Hash, false},
	RoutingNumber:  {"routing_number", groupIdentity, Hash, false},
	MedicalRecord:  {"medical_record", groupIdentity, Hash, false},
	Session:        {"session", groupCredential, Hash, false},

	IPv4: {"ipv4", groupNetwork, Hash, false},
	IPv6: {"ipv6", groupNetwork, Hash, false},

	PersonName:      {"person_name", groupPersonal, Hash, false},
	StreetAddress:   {"street_address", groupPersonal, Hash, false},
	GeoPoint:        {"geo_point", groupPersonal, Hash, false},
	MAC:             {"mac", groupPersonal, Hash, false},
	IMEI:            {"imei", groupPersonal, Hash, false},
	VIN:             {"vin", groupPersonal, Hash, false},
	Wallet:          {"wallet", groupPersonal, Hash, false},
	ChineseID:       {"cn_id", groupPersonal, Hash, false},
	KoreanRRN:       {"kr_rrn", groupPersonal, Hash, false},
	SwedishPIN:      {"se_personnummer", groupPersonal, Hash, false},
	FinnishHETU:     {"fi_hetu", groupPersonal, Hash, false},
	SwissAHV:        {"ch_ahv", groupPersonal, Hash, false},
	SingaporeNRIC:   {"sg_nric", groupPersonal, Hash, false},
	SouthAfricanID:  {"za_id", groupPersonal, Hash, false},
	NPI:             {"npi", groupPersonal, Hash, false},
	OtherNationalID: {"other_national_id", groupPersonal, Hash, false},

	UserRule:  {"rule", groupAlways, Mask, false},
	Unscanned: {"unscanned", groupAlways, Mask, true},
}

// String returns the name that stands in replacements and in configuration.
func (k Kind) String() string { return kinds[k].name }

// kindByName maps the names of the kinds that a configuration may set.
func kindByName(name string) (Kind, bool) {
	for k := KindNone + 1; k < UserRule; k++ {
		if kinds[k].name == name {
			return k, true
		}
	}
	return KindNone, false
}

// Action says what becomes of a finding.
type Action uint8

// The actions.
const (
	Keep     Action = iota // leave it, the kind is off
	Mask                   // [REDACTED:kind]
	Hash                   // [kind:k1:16hex], a keyed pseudonym that joins
	Last4                  // [credit_card:****1117]
	Truncate               // IP addresses only: the network, 203.0.113.0 or 2001:db8:1::
	actionCount
)

var actionNames = [actionCount]string{"keep", "mask", "hash", "last4", "truncate"}

// String returns the name used in configuration and metrics.
func (a Action) String() string { return actionNames[a] }

func actionByName(name string) (Action, bool) {
	for a, n := range actionNames {
		if n == name {
			return Action(a), true
		}
	}
	return Keep, false
}
