package redact

import "strings"

// keyRule is one line of the tables below: words and what they mean.
type keyRule struct {
	class class
	list  string
}

func secretKind(k Kind) class { return class{kind: k, mode: modeSecret} }
func shapeKind(k Kind) class  { return class{kind: k, mode: modeShape} }

// headRules are the last words of keys.
var headRules = []keyRule{
	{secretKind(Password), `psk password passwords passwd passwds pwd passphrase passphrases passwort kennwort senha contrasena
		contraseña wachtwoord motdepasse lozinka haslo hasło heslo jelszo jelszó parool salasana lösenord losenord adgangskode
		clave contrasenya parolachiave sifre şifre parola sifra šifra salasõna slaptazodis slaptažodis parole katasandi matkhau
		парола лозинка κωδικός סיסמה סיסמא पासवर्ड รหัสผ่าน كلمةالمرور كلمةالسر رمزعبور گذرواژه 암호 пароль пароля 密码 密碼 口令 パスワード 비밀번호 pw psw pswd passcode passw`},
	{secretKind(Secret), `secret secrets credential credentials creds secretkey salt pepper`},
	{secretKind(Token), `token jwt tokens bearer authtoken csrf xsrf dpop`},
	{secretKind(APIKey), `apikey apikeys apitoken accesskey`},
	{secretKind(PrivateKey), `privatekey pem`},
	{secretKind(Signature), `signature sig hmac`},
	{class{kind: AuthHeader, mode: modeAuth}, `authorization authorisation authentication`},
	{class{kind: Cookie, mode: modeCookie}, `cookie cookies`},
	{class{kind: Mnemonic, mode: modeShape}, `mnemonic seedphrase`},
	{shapeKind(CVV), `cvv cvc csc cvn cvvcvc`},
	{shapeKind(PIN), `pin pins`},
	{shapeKind(OTP), `otp totp passcodes mfa 2fa`},
	{shapeKind(CreditCard), `card cc ccnum cardno cardnumber creditcard ccn`},
	{shapeKind(TrackData), `track trackdata`},
	{shapeKind(Email), `email emails mail mails emailaddress mailto`},
	{shapeKind(Phone), `phone phones mobile tel telephone cell cellphone fax msisdn whatsapp telefon telefono teléfono telefone
		handy portable celular movil móvil phonenumber phoneno`},
	{shapeKind(IBAN), `iban ibans`},
	{shapeKind(RoutingNumber), `aba`},
	{shapeKind(SSN), `ssn ssns`},
	{shapeKind(ITIN), `itin`},
	{shapeKind(NINO), `nino`},
	{shapeKind(NHS), `nhs`},
	{shapeKind(SIN), `sin`},
	{shapeKind(GermanTaxID), `steuerid steueridnr idnr steuernummer steueridentifikationsnummer`},
	{shapeKind(FrenchNIR), `nir insee`},
	{shapeKind(SpanishID), `dni nie nif`},
	{shapeKind(ItalianCF), `codicefiscale`},
	{shapeKind(DutchBSN), `bsn burgerservicenummer`},
	{shapeKind(PolishPESEL), `pesel`},
	{shapeKind(BrazilianCPF), `cpf`},
	{shapeKind(BrazilianCNPJ), `cnpj`},
	{shapeKind(Aadhaar), `aadhaar aadhar adhaar`},
	{shapeKind(IndianPAN), `pan`},
	{shapeKind(AustralianTFN), `tfn`},
	{shapeKind(Passport), `passport passports reisepass`},
	{shapeKind(DateOfBirth), `dob birthday birthdate dateofbirth birth born geburtsdatum`},
	{shapeKind(MedicalRecord), `mrn`},
	{shapeKind(Session), `sid jsessionid phpsessid sessionid sessid`},
	{shapeKind(IPv4), `ip ips ipaddress ipaddr ipv4 ipv6 addr xff`},
	{class{kind: PersonName, mode: modeAny}, `surname fullname firstname lastname givenname familyname forename cardholder`},
	{shapeKind(StreetAddress), `street streetaddress`},
	{shapeKind(GeoPoint), `lat lng lon latitude longitude latlng latlon geopoint`},
	{shapeKind(MAC), `mac macaddress macaddr`},
	{shapeKind(IMEI), `imei`},
	{shapeKind(VIN), `vin`},
	{shapeKind(Wallet), `wallet`},
	{shapeKind(KoreanRRN), `rrn`},
	{shapeKind(SwedishPIN), `personnummer`},
	{shapeKind(FinnishHETU), `hetu`},
	{shapeKind(SwissAHV), `ahv avs`},
	{shapeKind(SingaporeNRIC), `nric fin`},
	{shapeKind(NPI), `npi`},
	{class{kind: KindNone, mode: modeSafe}, `id ids uuid uuids guid guids uid uids oid rid tid pid span trace traceparent order orders invoice
		shipment tracking sku ean upc gtin asin barcode isbn issn serial ts time timestamp timestamps epoch ns us ms micros nanos
		millis at seq sequence offset offsets lsn size bytes length len count counts total totals duration elapsed latency port
		ports version versions build revision rev hash digest sha sha1 sha256 md5 checksum crc etag ref reference score ratio
		percent amount price balance quantity qty limit line lines width height cursor position pos index idx level step
		attempt attempts retries epochs batch shard partition part meter iat exp nbf expires expiry ttl age date day month
		year started finished created modified deleted run job jobs commit node row rows col column lot`},
	{class{kind: KindNone, mode: modeNameOf}, `name key header field param column attribute variable k n`},
	{class{kind: KindNone, mode: modeValueOf}, `value values val v content data text old new before after was from to previous current
		original`},
}

// pairRules are two or three last words, joined with +.
var pairRules = []keyRule{
	{secretKind(APIKey), `api+key api+keys app+key application+key access+key access+keys subscription+key account+key
		admin+key developer+key dev+key client+key consumer+key service+key write+key read+key ingest+key ingestion+key
		integration+key license+key licence+key deploy+key storage+key server+key project+key rest+key live+key master+key
		instrumentation+key publishable+key auth+key authorization+key functions+key function+key x+functions+key
		bot+key maps+key service+role+key rapidapi+key appwrite+key logdna+key sas+key rtmp+key cd+key`},
	{secretKind(Secret), `secret+key secret+keys secret+access+key shared+key shared+access+key signing+key signature+key
		encryption+key decryption+key crypto+key hmac+key aes+key des+key symmetric+key session+key key+material webhook+key
		data+key root+key key+secret cipher+key token+key jwt+key cookie+key derived+key unseal+key unlock+key recovery+key
		rsa+key wrapping+key consumer+secret client+secret totp+seed otp+seed mfa+seed backup+key kms+key+plaintext
		secret+token activation+key account+secret logged+in+key nonce+key sm4+key tacacs+key radius+key wifi+key wpa+key wep+key
		private+seed backup+codes recovery+codes scratch+codes snmp+community kerberos+ticket granting+ticket`},
	{secretKind(PrivateKey), `private+key ssh+key priv+key host+key pem+key tls+key ssl+key server+pem key+pem signing+pem`},
	{secretKind(Password), `pass+phrase pass+word pass+wd password+hash password+digest password+salt passwd+hash pwd+hash
		password+md5 hashed+password db+pass database+pass user+pass smtp+pass mysql+pass redis+pass admin+pass root+pass
		login+pass mail+pass ftp+pass rabbitmq+pass account+pass auth+pass ldap+pass bind+pass proxy+pass sudo+pass
		app+pass wifi+pass vpn+pass postgres+pass pg+pass mongo+pass mot+de+passe mot+passe wifi+psk wpa+psk parola+chiave kata+sandi
		default+pass amqp+pass become+pass ssh+pass broker+pass queue+pass http+pass https+pass service+pass api+pass imap+pass sasl+pass
		key+pass cert+pass keystore+pass truststore+pass store+pass jmx+pass kafka+pass elastic+pass es+pass influx+pass grafana+pass
		registry+pass docker+pass git+pass svn+pass nexus+pass jenkins+pass sonar+pass client+pass server+pass master+pass owner+pass
		replication+pass repl+pass oracle+pass mssql+pass sa+pass rdp+pass vnc+pass rpc+pass new+pass old+pass current+pass
		confirm+pass passcode+hash pw+hash pw+digest security+answer secret+answer secret+question+answer
		security+question+answer
		mat+khau كلمة+المرور كلمة+السر`},
	{shapeKind(OTP), `verification+code security+token+code auth+code authorization+code authentication+code otp+code mfa+code
		sms+code confirmation+code activation+code login+code access+code reset+code backup+code recovery+code fa+code
		time+code one+time+code one+time+password one+time+pin time+passcode sign+in+code signin+code passcode+code totp+code
		two+factor+code factor+code challenge+code pairing+code verify+code validation+code auth+pin magic+code email+code
		phone+code token+code time+password time+pin`},
	{shapeKind(CVV), `card+cid security+code card+code cvv+code cvc+code verification+value card+verification+value card+cvv card+cvc
		card+security+code card+verification`},
	{shapeKind(PIN), `pin+number card+pin atm+pin pin+block user+pin`},
	{shapeKind(CreditCard), `card+number card+no card+num cc+number cc+num cc+no credit+card debit+card card+pan payment+card
		account+pan primary+account+number card+nr`},
	{shapeKind(TrackData), `track+1 track+2 track+data magstripe+data`},
	{shapeKind(Session), `session+id session+key+id sess+id session+token+id`},
	{secretKind(Session), `session+identifier`},
	{shapeKind(Email), `e+mail mail+address email+address email+addr e+mail+address email+id`},
	{shapeKind(Phone), `phone+number phone+no phone+num mobile+number mobile+no mobile+phone cell+phone cell+number tel+no
		tel+number telephone+number contact+number fax+number fax+no home+phone work+phone whats+app callback+number
		caller+id caller+number from+number to+number contact+no sms+number sms+to`},
	{shapeKind(BankAccount), `account+number account+no acct+number acct+no acct+num account+num bank+account bank+acct
		bank+account+number beneficiary+account konto+nummer debit+account credit+account`},
	{shapeKind(RoutingNumber), `routing+number bank+routing aba+routing routing+no aba+number sort+code bank+code routing+num
		transit+number aba+rtn bank+transit+number`},
	{shapeKind(SSN), `social+security security+number social+security+number social+security+no ssn+number tax+id tax+number
		taxpayer+id taxpayer+number social+security+num tax+payer+id tin+number tax+identification+number`},
	{shapeKind(SIN), `social+insurance social+insurance+number canada+sin ca+sin`},
	{shapeKind(NINO), `national+insurance insurance+number national+insurance+number national+insurance+no ni+number ni+no`},
	{shapeKind(NHS), `nhs+number nhs+no nhs+id nhs+num`},
	{shapeKind(GermanTaxID), `steuer+id steuer+nummer steuer+idnr steuer+identifikationsnummer german+tax+id de+tax+id tax+id+de`},
	{shapeKind(FrenchNIR), `securite+sociale numero+securite+sociale secu+sociale num+secu numero+secu insee+number fr+nir`},
	{shapeKind(SpanishID), `dni+number nie+number numero+dni`},
	{shapeKind(ItalianCF), `codice+fiscale fiscal+code`},
	{shapeKind(DutchBSN), `burger+service+nummer service+nummer bsn+nummer`},
	{shapeKind(Aadhaar), `aadhaar+number aadhar+number aadhaar+no aadhar+no aadhaar+id`},
	{shapeKind(IndianPAN), `permanent+account+number pan+card pan+no pan+number permanent+account pan+id`},
	{shapeKind(AustralianTFN), `tax+file+number tax+file file+number`},
	{shapeKind(Passport), `passport+number passport+no passport+num passport+id travel+document document+number passport+nr`},
	{shapeKind(DriversLicense), `drivers+license driver+license drivers+licence driver+licence driving+licence driving+license
		license+number licence+number license+no licence+no dl+number dl+no driver+s+license license+num drivers+license+number
		driver+lic drivers+lic driver+id+no fuhrerschein+nummer driver+license+number dl+num`},
	{shapeKind(DateOfBirth), `of+birth date+of+birth birth+date birth+day birth+dt`},
	{shapeKind(MedicalRecord), `medical+record medical+record+number medical+record+no patient+id patient+mrn patient+number
		health+record hospital+number medical+id chart+number patient+record record+no patient+record+no patient+record+number medicare+number medicare+no health+card health+insurance+number
		medical+number patient+no insurance+id+no medicare+id member+mrn`},
	{shapeKind(NationalID), `national+id national+identity+number national+id+number national+identification+number
		identity+number citizen+id identity+card+number personal+id national+identity voter+id personal+identity+number
		national+identifier citizen+number id+document+number identity+document`},
	{class{kind: Mnemonic, mode: modeShape}, `seed+phrase recovery+phrase mnemonic+phrase wallet+seed secret+phrase backup+phrase seed+words
		mnemonic+words recovery+words wallet+mnemonic bip39+seed secret+recovery+phrase wallet+phrase`},
	{class{kind: AuthHeader, mode: modeAuth}, `proxy+authorization x+authorization auth+header authorization+header`},
	{class{kind: Cookie, mode: modeSetCookie}, `set+cookie set+cookies set+cookie2`},
	{secretKind(Signature), `x+signature hub+signature amz+signature goog+signature shared+access+signature
		stripe+signature`},
	{shapeKind(IPv4), `ip+address ip+addr client+ip remote+ip remote+addr remote+address source+ip src+ip peer+ip user+ip
		forwarded+for real+ip connecting+ip client+addr peer+addr client+address last+ip sign+in+ip`},
	{class{kind: PersonName, mode: modeAny}, `full+name first+name last+name given+name family+name middle+name customer+name contact+name
		patient+name maiden+name holder+name cardholder+name account+holder card+holder person+name employee+name
		billing+name shipping+name recipient+name legal+name real+name guest+name beneficiary+name sender+name
		emergency+contact next+of+kin mother+maiden+name owner+name signer+name driver+name passenger+name
		payee+name payer+name buyer+name member+name student+name applicant+name subscriber+name name+on+card`},
	{shapeKind(StreetAddress), `street+address home+address billing+address shipping+address postal+address mailing+address
		address+line address+line+1 address+line+2 address+1 address+2 delivery+address residential+address street+line
		street+name house+address customer+address work+address street+1 street+2 address+street permanent+address
		current+address`},
	{shapeKind(GeoPoint), `geo+point geo+location geo+coordinates gps+coordinates gps+location gps+position geo+lat geo+lon
		gps+lat gps+lon gps+lng lat+lng lat+lon lat+long`},
	{shapeKind(MAC), `mac+address mac+addr hw+addr hardware+address ethernet+address`},
	{shapeKind(IMEI), `imei+number device+imei`},
	{shapeKind(VIN), `vehicle+vin vin+number vehicle+identification+number vehicle+identification chassis+number`},
	{shapeKind(Wallet), `btc+address eth+address wallet+address bitcoin+address ethereum+address crypto+address payout+address
		deposit+address bech+address sol+address ltc+address withdrawal+address`},
	{shapeKind(ChineseID), `id+card id+card+number id+card+no resident+id resident+identity+card resident+id+number
		identity+card sfz+number id+card+num citizen+id+number`},
	{shapeKind(KoreanRRN), `resident+registration+number resident+registration registration+number+kr`},
	{shapeKind(SwedishPIN), `pnr+se se+pnr personal+number personnummer+se swedish+pin`},
	{shapeKind(FinnishHETU), `henkilo+tunnus finnish+id`},
	{shapeKind(SwissAHV), `ahv+nummer ahv+number avs+number ahv+nr swiss+ahv`},
	{shapeKind(SouthAfricanID), `za+id sa+id south+african+id rsa+id`},
	{shapeKind(SingaporeNRIC), `nric+number nric+no nric+fin`},
	{shapeKind(NPI), `npi+number provider+npi`},
	{class{kind: KindNone, mode: modeSafe}, `order+number order+no invoice+number tracking+number serial+number part+number part+no ticket+number
		case+number build+number line+number sequence+number version+number reference+number confirmation+number
		public+key cache+key idempotency+key sort+key primary+key foreign+key partition+key object+key routing+key group+key
		shard+key row+key range+key hash+key lock+key redis+key s3+key dedup+key public+keys item+number model+number
		flight+number gate+number batch+number receipt+number customer+number employee+number record+number po+number
		token+count token+usage zip+code postal+code status+code error+code country+code area+code exit+code promo+code
		transaction+number document+id card+id card+type card+brand bin+number`},
}

// flatRules are whole keys without separators that no word tells.
var flatRules = []keyRule{
	{secretKind(Password), `pgpassword mysqlpwd mysqlpassword redisauth rabbitmqpass rediscliauth sshpass userpwd dbpwd dbpass userpass
		pass upwd accountpassword loginpwd jpassword pgpass requirepass masterauth storepass keypass srcstorepass deststorepass srckeypass destkeypass
		passin passout keystorepass truststorepass`},
	{secretKind(APIKey), `xapikey ocpapimsubscriptionkey appkey xapitoken xfunctionskey ddapikey ddapplicationkey`},
	{secretKind(Secret), `secretaccesskey awssecretaccesskey awssecretkey awssecret encryptionkey signingkey secretkeybase
		railsmasterkey djangosecretkey appsecret clientsecret sharedsecret jwtsecret consumersecret connectionsecret
		sharedaccesskey accountkey xamzsecuritytoken masterkey cookiesecret privatetoken oauthverifier codeverifier xprv kek dek
		clientassertion samlresponse assertion`},
	{secretKind(Token), `xauthtoken xcsrftoken xxsrftoken csrfmiddlewaretoken authenticitytoken requestverificationtoken xvaulttoken
		xgitlabtoken xamzsessiontoken xsessiontoken xaccesstoken auth xauth oauthtoken`},
	{secretKind(Signature), `sig xamzsignature xgoogsignature xhubsignature xhubsignature256 xslacksignature sharedaccesssignature
		xossignature xcossignature xobssignature qsignature`},
	{shapeKind(CreditCard), `ccnumber cardnum creditcardnumber cardno accountpan xcardnum ccnbr`},
	{shapeKind(SSN), `socialsecuritynumber socialsecurity taxid taxpayerid`},
	{shapeKind(NINO), `nationalinsurancenumber nationalinsurance`},
	{shapeKind(BankAccount), `bankaccount accountnumber accountno acctno acctnum bankaccountnumber kontonummer numerodecuenta`},
	{shapeKind(RoutingNumber), `routingnumber sortcode abarouting`},
	{shapeKind(DriversLicense), `driverslicense driverlicense drivinglicence driverslicence dlnumber licencenumber licensenumber
		fuehrerschein`},
	{shapeKind(Passport), `passportnumber passportno passportnum passnummer`},
	{shapeKind(NationalID), `nationalid nationalidnumber`},
	{shapeKind(DateOfBirth), `fechanacimiento fechadenacimiento datadenascimento datenaissance datedenaissance`},
	{shapeKind(Session), `session sessionid sid aspnetsessionid connectsid sessionkey`},
	{shapeKind(StreetAddress), `address addressline1 addressline2 address1 address2 adresse direccion anschrift strasse`},
	{shapeKind(IPv4), `xforwardedfor xrealip cfconnectingip trueclientip clientip remoteip remoteaddr sourceip srcip dstip xclientip
		remoteaddress ipaddress forwardedfor`},
	{class{kind: PersonName, mode: modeAny}, `fname lname customername contactname patientname`},
	{shapeKind(ChineseID), `idcard idcardno idcardnumber sfz shenfenzheng`},
	{shapeKind(KoreanRRN), `residentregistrationnumber juminno`},
	{secretKind(Token), `xjfrogartapi xhoneycombteam jwtassertion samlassertion xgoogiapjwtassertion cfaccessjwtassertion idtokenhint`},
	{secretKind(Signature), `xsignatureed25519`},
	{shapeKind(PIN), `mpin tpin upipin`},
	{shapeKind(OTP), `otpcode smscode authcode verificationcode mfacode onetimecode`},
	{class{kind: KindNone, mode: modeSafe}, `traceid spanid requestid correlationid flowid eventid jobid parentid traceparent xrequestid
		xtraceid xb3traceid xb3spanid transactionid threadid processid messageid deliveryid userid orderid sessionuuid
		ddtraceid ddspanid sessionname maxtokens nexttoken pagetoken continuationtoken nextpagetoken tokens inputtokens
		outputtokens prompttokens completiontokens totaltokens synctoken canceltoken cancellationtoken resumetoken
		cookieconsent cookiename`},
}

// notSecretAfter are words that make a token or key before them a harmless one: page_token, cancellation_token.
var notSecretAfter = set(`page next continuation pagination cancellation cancel sync max min prompt completion input output total
	num count cursor skip resume delta special unexpected unknown eos bos pad mask stop start end parser lexer method function
	type error css design public`)

// suffixes are ends of words that are written without a separator.
var suffixes = []struct {
	text  string
	class class
}{
	{"password", secretKind(Password)},
	{"passwd", secretKind(Password)},
	{"passphrase", secretKind(Password)},
	{"apikey", secretKind(APIKey)},
	{"secretkey", secretKind(Secret)},
	{"accesskey", secretKind(APIKey)},
	{"privatekey", secretKind(PrivateKey)},
	{"secret", secretKind(Secret)},
	{"token", secretKind(Token)},
	{"pwd", secretKind(Password)},
	{"cardnumber", shapeKind(CreditCard)},
	{"phonenumber", shapeKind(Phone)},
	{"email", shapeKind(Email)},
	{"sessionid", shapeKind(Session)},
	{"sessid", shapeKind(Session)},
	{"密码", secretKind(Password)},
	{"密碼", secretKind(Password)},
	{"口令", secretKind(Password)},
	{"パスワード", secretKind(Password)},
	{"비밀번호", secretKind(Password)},
	{"пароль", secretKind(Password)},
	{"令牌", secretKind(Token)},
	{"手机号", shapeKind(Phone)},
	{"电话", shapeKind(Phone)},
	{"身份证号", shapeKind(ChineseID)},
	{"邮箱", shapeKind(Email)},
}

func buildTable(rules []keyRule) map[string]class {
	m := map[string]class{}
	for _, r := range rules {
		for w := range strings.FieldsSeq(r.list) {
			m[strings.ReplaceAll(w, "+", "")] = r.class
		}
	}
	return m
}
