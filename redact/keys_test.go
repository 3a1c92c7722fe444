package redact_test

import (
	"strings"
	"testing"

	"github.com/ezlogs/ezlogs/redact"
)

// keyNames are names of fields, by a value that has to be replaced below them.
var keyNames = map[string]string{
	"hunter2x9": `password passwd pwd pass_word PASSWORD Password userPassword user-password db.password spring.datasource.password
		DB_PASS dbPassword db_pwd mysql_root_password POSTGRES_PASSWORD ldap_bind_password smtp_password keystorePassword
		trustStorePassword sslKeyPassword admin_pass currentPassword old_password password2 password_1 passwordRepeat
		confirm_password passphrase ssh_passphrase wifi_password encryptedPassword passwordPlain plain_password contrasena senha
		kennwort mot_de_passe motDePasse haslo wachtwoord пароль 密码 j_password login_password sudo_password httpPassword
		proxyPassword authPassword basic_auth_password X-Password PGPASSWORD MYSQL_PWD REDIS_PASSWORD requirepass
		spring.redis.password ConnectionStrings.Password account_password masterPassword service_account_password`,
	"Kq83jd93jf93Zs72": `api_key apiKey API_KEY x-api-key X-API-KEY apikey api.key stripe_api_key apiKeyValue openai_api_key
		GOOGLE_API_KEY appKey app_key application_key access_key accessKey secret_key secretKey client_secret clientSecret
		CLIENT_SECRET consumer_secret consumerKey shared_secret webhook_secret webhookSecret signing_secret signing_key
		encryption_key encryptionKey private_key privateKey auth_token authToken access_token accessToken refresh_token
		refreshToken id_token idToken bearer_token bearerToken csrf_token csrfToken xsrf_token X-CSRF-Token X-Auth-Token
		X-Access-Token session_token sessionToken device_token deviceToken push_token fcm_token apns_token reset_token
		resetToken password_reset_token confirmation_token invite_token invitation_token verification_token magic_link_token
		remember_token remember_me_token unlock_token oauth_token oauthToken oauth_token_secret personal_access_token
		pat_token deploy_token job_token CI_JOB_TOKEN runner_token vault_token VAULT_TOKEN github_token GITHUB_TOKEN
		GH_TOKEN NPM_TOKEN slack_token bot_token botToken telegram_token service_token jwt jwt_secret jwtSecret
		secret_key_base SECRET_KEY_BASE RAILS_MASTER_KEY master_key masterKey django_secret_key hmac_key hmac_secret
		totp_secret otp_secret mfa_secret aws_secret_access_key awsSecretAccessKey AWS_SECRET_ACCESS_KEY
		aws_session_token AccountKey account_key storage_account_key SharedAccessKey subscription_key
		Ocp-Apim-Subscription-Key X-Functions-Key license_key licenseKey activation_key service_key serviceKey
		integration_key routing_secret app_secret appSecret facebook_app_secret channel_secret bot_secret client_credentials
		credential credentials apiCredentials creds secret secrets db_secret cookie_secret session_secret SESSION_SECRET
		encryption_secret token tokens_secret ssh_key ssh_private_key tls_key deploy_key X-Vault-Token PRIVATE-TOKEN
		X-Gitlab-Token X-Shopify-Access-Token DD-API-KEY DD_API_KEY newrelic_license_key sentry_auth_token
		X-Amz-Security-Token Authorization authorization Proxy-Authorization auth_header sharedKey
		assertion client_assertion code_verifier samlResponse write_key writeKey segment_write_key ingest_key`,
	"4111111111111111": `card card_number cardNumber CardNumber card_no cardNo cc cc_number ccNumber ccnum credit_card creditCard
		credit_card_number CREDIT_CARD debit_card payment_card pan PAN primary_account_number card_num cardNum card-number
		payment_method.card.number`,
	"123-45-6789": `ssn SSN social_security_number socialSecurityNumber social_security ss_number tax_id taxpayer_id tin`,
	"219099999":   `ssn SSN social_security_number socialSecurityNumber user_ssn ssn_number employee.ssn`,
	"737":         `cvv CVV cvc cvv2 cvc2 card_cvv cardCvc security_code securityCode card_security_code csc cvvCode card_verification_value`,
	"4821":        `pin PIN card_pin pin_number userPin atm_pin pinNumber`,
	"482913": `otp OTP otp_code otpCode one_time_password oneTimePassword one_time_code verification_code verificationCode sms_code
		smsCode mfa_code mfaCode two_factor_code twoFactorCode 2fa_code auth_code authCode login_code totp totp_code passcode
		confirmation_code security_pin`,
	"1970-03-19": `dob DOB date_of_birth dateOfBirth birth_date birthDate birthdate birthday patient_dob DateOfBirth geburtsdatum
		fecha_nacimiento date_naissance`,
	"(415) 555-2671": `phone phone_number phoneNumber Phone mobile mobile_number mobilePhone mobile_phone cell cell_phone
		cellPhone tel telephone home_phone workPhone contact_number contactNumber fax fax_number msisdn whatsapp customer_phone
		emergency_contact_phone phone1 primaryPhone telefon telefono`,
	"DE89370400440532013000": `iban IBAN bank_iban account_iban creditorIban beneficiary note`,
	"9876543210":             `account_number accountNumber bank_account bankAccount bank_account_number acct_no acctNumber account_no konto_nummer`,
	"021000021":              `routing_number routingNumber aba aba_routing bank_routing routing_no sort_code bankCode`,
	"X12345678":              `passport passport_number passportNumber passport_no passportNo passport_id travel_document`,
	"D1234567890123":         `drivers_license driver_license driversLicense driving_licence driving_license_number license_number licence_no dl_number driverLicenseNumber`,
	"MRN8472910":             `mrn MRN medical_record_number medicalRecordNumber patient_mrn medical_record patient_number`,
	"QQ123456C":              `nino NINO national_insurance_number nationalInsuranceNumber national_insurance ni_number`,
	"943 476 5919":           `nhs nhs_number nhsNumber nhs_no NHS_NUMBER`,
	"046 454 286":            `sin SIN social_insurance_number socialInsuranceNumber canada_sin sin_number`,
	"36574261809":            `steuer_id steuerId tax_identification_number tax_id taxId idnr steuernummer`,
	"12345678Z":              `dni DNI nif dni_number documento_dni`,
	"X1234567L":              `nie NIE nie_number`,
	"255081416802538":        `nir NIR numero_securite_sociale securite_sociale insee_number`,
	"RSSMRA85T10A562S":       `codice_fiscale codiceFiscale cf note`,
	"111222333":              `bsn BSN bsn_nummer burgerservicenummer`,
	"44051401359":            `pesel PESEL pesel_number`,
	"529.982.247-25":         `cpf CPF cpf_number note`,
	"11.222.333/0001-81":     `cnpj CNPJ note`,
	"2345 6789 0124":         `aadhaar aadhar aadhaar_number aadhaarNumber AADHAAR_NO`,
	"ABCPE1234F":             `pan_number pan_card permanent_account_number pan`,
	"123 456 782":            `tfn TFN tax_file_number taxFileNumber`,
	"bob@corp.example":       `email e-mail mail user_email email_address emailAddress to from cc bcc reply_to username login owner`,
	"Zk39dKq83jd93jf93Zs72":  `session_id sessionId JSESSIONID PHPSESSID sid connect.sid session ASP.NET_SessionId`,
}

func TestKeys(t *testing.T) {
	t.Parallel()
	r := newWorker(t, redact.DefaultConfig())
	for value, names := range keyNames {
		for name := range strings.FieldsSeq(names) {
			for _, line := range []string{
				`{"` + name + `":"` + value + `"}`,
				`level=info ` + name + `="` + value + `" n=1`,
				`got ` + name + `: ` + value + ` (try 2)`,
				`<` + name + `>` + value + `</` + name + `>`,
			} {
				got, _ := r.Line(line)
				if strings.Contains(got, value) {
					t.Errorf("%s: %s stays in %s", name, value, got)
					break
				}
			}
		}
	}
}

// plainNames are names of fields whose values say nothing about a person and open nothing.
const plainNames = `password_reset_enabled passwordStrength password_policy password_length password_changed_at password_expires_in
	password_hint_shown passwordless has_password token_count tokenCount max_tokens tokens_total token_type tokenKind token_ttl
	token_expires_at expires_in secret_name secret_version secretArn secret_id_accessor api_key_count api_version apiKeyType
	key keys keyspace key_name keyId key_type keyword keyboard monkey primary_key sort_key cache_key foreign_key partition_key
	routing_key public_key publicKeyId idempotency_key author authority authenticated auth_type authMethod authorized
	author_id session_count session_duration sessionState cookie_count cookie_consent card_type cardBrand card_network cardholder_count
	pinned pinning pin_count spinner opinion otp_enabled mfa_enabled code codec encoding country_code status_code error_code
	zip_code postcode promo_code exit_code phone_type phone_verified phoneCount email_verified email_count emailSent mailer
	mail_queue iban_valid account account_type accountId account_status account_name license license_type passport_type
	compass bypass passed passing password_reset_count ssn_verified dob_verified birth_country birthplace tax taxRate tax_amount
	total_tax national nationality region_id social social_login medical_unit record_count records_total patient_count sin_count
	signature_version signature_count sign_in_count sid_count pan_zoom panel span spanId trace_id traceparent request_id
	correlation_id flow_id event_id orderId shipment_id meter_id build_id nonce state scope grant_type response_type issuer
	audience subject`

func TestKeysThatSayNothing(t *testing.T) {
	t.Parallel()
	r := newWorker(t, redact.DefaultConfig())
	for name := range strings.FieldsSeq(plainNames) {
		for _, value := range []string{"saml_meand", "2917", "score27", "a1891", "app/stairt", "user:354:avatar"} {
			for _, line := range []string{`{"` + name + `":"` + value + `"}`, `stat ` + name + `=` + value + ` done`} {
				if got, changed := r.Line(line); changed {
					t.Errorf("%s becomes %s", line, got)
				}
			}
		}
	}
}
