package redact_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/ezlogs/ezlogs/redact"
)

// samples are lines as programs write them. What stands between « and » is secret; ‹ and › hold what has to stay.
var samples = []struct{ name, line string }{
	// URLs and connection strings
	{"url", `connecting to postgres://app:«s3cr3t!pw»@‹db1.internal:5432/main›`},
	{"url at in password", `dial amqp://guest:«p@ss@word»@‹mq.internal:5672/vhost›`},
	{"url slash in password", `redis://:«ab/cd?ef#gh»@‹cache:6379/0›`},
	{"url escaped", `{"url":"mysql:\/\/root:«Zx9%2Fq%40w»@‹db:3306›\/app"}`},
	{"url token user", `cloning https://«x7Kq9mPz2LrT5vWn8YbC3dF6»@‹github.example/acme/app.git›`},
	{"url oauth2", `remote https://oauth2:«glcbt-64_aBcDeFgHiJkLmNoPqRs»@‹gitlab.com/acme/app.git›`},
	{"url two hosts", `mongodb+srv://svc:«kL8mN2pQ»@‹c0.example.net,c1.example.net/?retryWrites=true›`},
	{"url password in query", `jdbc:mysql://db/app?user=‹app›&password=«Hx7!kd9»&useSSL=‹true›`},
	{"url quoted", `open "smtp://mailer:«t0psecret»@‹smtp.example.com:587›" failed`},
	{"sqlserver", `Server=‹tcp:db,1433›;Database=‹shop›;User Id=‹sa›;Password=«P4ss;w»;Encrypt=‹True›;`},
	{"odbc", `DSN=‹x›;UID=‹app›;PWD={«a;b}c1»};`},
	{"libpq", `host=‹db1› user=‹app› password='«it is s3cret»' dbname=‹shop›`},
	{"go mysql", `dsn app:«pa55word»@tcp(‹db:3306›)/shop?parseTime=true`},
	{"oracle", `jdbc:oracle:thin:scott/«t1ger»@//‹ora:1521/xe›`},
	{"azure storage", `DefaultEndpointsProtocol=https;AccountName=‹acme›;AccountKey=«Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmE==»;EndpointSuffix=‹core.windows.net›`},
	{"service bus", `Endpoint=sb://‹acme›.servicebus.windows.net/;SharedAccessKeyName=‹Root›;SharedAccessKey=«aGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8h»`},
	{"sas", `GET https://‹acme.blob.core.windows.net/c/f.txt›?sv=‹2023-01-01›&se=2025-01-01T00%3A00%3A00Z&sp=r&sig=«k3Jd8sP%2Bq9XzVb7%2FnM1cLt5RwY2aHe4UgF6oIiKj0%3D»`},
	{"s3 presigned", `https://‹b.s3.amazonaws.com/k›?X-Amz-Algorithm=‹AWS4-HMAC-SHA256›&X-Amz-Credential=«AKIAIOSFODNN7EXAMPLE»%2F20250101%2Fus-east-1&X-Amz-Date=‹20250101T000000Z›&X-Amz-Signature=«fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024»`},
	{"gcs presigned", `https://‹storage.googleapis.com/b/o›?X-Goog-Expires=‹900›&X-Goog-Signature=«247a2aa45f169edf4d187d54e7cc46e4731b1e6273242c4f4c39a1d2507a0e58»&x=‹1›`},
	{"slack webhook", `POST https://hooks.slack.com/services/«T7JH2CT3NZM/BOK2L6LYV4D/rL0C7ugZrQLsj0UveXieTNsy» ‹200›`},
	{"discord webhook", `https://discord.com/api/webhooks/«1122334455667788990/aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7bC9dE1fG3hI5jK7lM9nO1pQ3rS5tU» ‹204›`},
	{"telegram api", `GET https://api.telegram.org/bot«110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaww»/‹getMe›`},
	// headers
	{"bearer", `Authorization: ‹Bearer› «mF_9.B5f-4.1JqM»`},
	{"basic", `> Authorization: ‹Basic› «QWxhZGRpbjpvcGVuIHNlc2FtZQ==»`},
	{"digest", `Authorization: Digest username="‹mufasa›", realm="‹r›", uri="‹/dir›", response="«6629fae49393a05397450978507c4ef1»", opaque="«5ccc069c403ebaf9f0171e9517f40e41»"`},
	{"aws4", `authorization=AWS4-HMAC-SHA256 Credential=«AKIAIOSFODNN7EXAMPLE»/20250101/us-east-1/s3/aws4_request, SignedHeaders=‹host;x-amz-date›, Signature=«fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024»`},
	{"token scheme", `Authorization: ‹Token› token="«9a8b7c6d5e4f3a2b1c0d»"`},
	{"apikey scheme", `authorization: ‹ApiKey› «VnVhQ2ZHY0JDZGJrUW0tZTVhT3g6dWkybHAyYXhUTm1zeWFrdzl0dk5udw==»`},
	{"raw authorization", `{"authorization":"«4f1c9b7e2a8d4c6f9e0b1a2c3d4e5f60»"}`},
	{"negotiate", `Authorization: ‹Negotiate› «YIIJvwYGKwYBBQUCoIIJszCCCa+gJDAiBgkqhkiC9xIBAgI»`},
	{"bearer in prose", `calling with Bearer «abcDEF123456ghiJKL789» failed ‹403›`},
	{"cookie", `Cookie: ‹lang=en›; _shop_session=«aGVsbG8tc2Vzc2lvbg»; ‹theme=dark›; csrftoken=«Zq8x7Wv6»`},
	{"set-cookie", `Set-Cookie: sid=«s%3AaB3dE5.fG7»; Max-Age=‹3600›; Path=/‹x›; Expires=‹Wed, 21 Oct 2025 07:28:00 GMT›; HttpOnly; SameSite=‹Lax›`},
	{"set-cookie list", `{"set-cookie":["a=«11aa22bb33»; Path=/‹p›","b=«44cc55dd66»; Secure"],"x":"‹y›"}`},
	{"cookie object", `{"cookies":{"session":"«kd83hd93hd93»","lang":"‹en›"}}`},
	{"header names", `{"headers":{"X-Api-Key":"«kq83jd93jf93»","X-Request-Id":"‹4bf92f35›","X-Csrf-Token":"«q8w7e6r5t4»","Accept":"‹*/*›"}}`},
	{"proxy", `Proxy-Authorization: ‹Basic› «dXNlcjpwYXNzd29yZA==»`},
	{"pg header", `{"header":{"Authorization":["Bearer «zK8s.d7Hq.2mP4»"],"Host":["‹h›"]}}`},
	// private keys
	{"pem in json", `{"key":"«-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIIGl0a8sV3Pp5n7vZ1n4Pk2i\nAwEHoUQDQgAE\n-----END EC PRIVATE KEY-----»\n","n":"‹x›"}`},
	{"pem escaped twice", `{"m":"{\"k\":\"«-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\\n-----END PRIVATE KEY-----»\\n\"}","n":"‹x›"}`},
	{"pem cut", `{"n":"‹x›","key":"«-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAx8f3k2VtQ9n1`},
	{"pem one line", `loaded «-----BEGIN OPENSSH PRIVATE KEY----- b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZWQy -----END OPENSSH PRIVATE KEY-----» from ‹disk›`},
	{"pem percent", `key=«-----BEGIN+PRIVATE+KEY-----%0AMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ%0A-----END+PRIVATE+KEY-----»&n=‹x›`},
	{"pem tail", `«q2xZ8Vv3k1Lm9Qe7Rt5Yu3Io1Pa2Sd4Fg6Hj8Kl0Zx\n-----END RSA PRIVATE KEY-----» ‹done›`},
	{"pem array", `["«-----BEGIN PRIVATE KEY-----","MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7","-----END PRIVATE KEY-----»"]`},
	{"certificate stays", `‹-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQ\n-----END CERTIFICATE-----›`},
	// commands
	{"curl -u", `exec curl -sS -u ‹deploy›:«hunt3r2» https://‹x.example/y›`},
	{"mysql -p", `mysqldump -h ‹db1› -u ‹root› -p«Sup3rS3» ‹shop›`},
	{"sshpass", `sshpass -p «Sup3rS3» ssh ‹host›`},
	{"docker login", `docker login -u ‹ci› -p «dG9wczNj» ‹registry.example›`},
	{"redis-cli", `redis-cli -h ‹r1› -a «r3dispw» ping`},
	{"long option", `ansible-vault --vault-password «v4ultpw» --limit ‹web›`},
	{"powershell", `Connect-X -User ‹bob› -Password «P4ssw0rd» -Port ‹22›`},
	{"keytool", `keytool -storepass «ch4ngeit» -alias ‹x›`},
	{"openssl", `openssl pkcs12 -passin pass:«p12pw9» -in ‹x.p12›`},
	{"env prefix", `PGPASSWORD=«pgpw99» psql -h ‹db›`},
	{"docker env", `docker run -e MYSQL_ROOT_PASSWORD=«rootpw9» -e TZ=‹UTC› mysql`},
	// SQL and protocols
	{"create user", `CREATE USER ‹app› WITH PASSWORD '«cr3atepw»' VALID UNTIL '‹2026›'`},
	{"identified by", `ALTER USER '‹bob›'@'%' IDENTIFIED BY '«id3ntpw»'`},
	{"insert rows", `INSERT INTO u (email, note, password) VALUES ('«a@b.co»', 'from «c@d.co» ‹x›', '«pw1pw1»'), ('«e@f.co»', '‹ok›', '«pw2pw2»')`},
	{"like", `WHERE email LIKE '«jane.doe@corp.example»%' AND id = ‹7›`},
	{"in list", `WHERE ssn IN ('«123-45-6789»', '«219-09-9999»') AND x = '‹y›'`},
	{"redis auth", `"AUTH" "«r3dissecret»"`},
	{"ftp", `> USER ‹bob›`},
	{"smtp auth", `AUTH PLAIN «AGFkYQBodW50ZXIyaHVudGVy» ‹235›`},
	{"ldif", `userPassword: «{SSHA}Zm9vYmFyYmF6»`},
	{"duplicate key", `Duplicate entry '«jane@corp.example»' for key '‹users.email›'`},
	// prose
	{"password is", `the new password is «hunter2x9» ‹please›`},
	{"temp password", `Your temporary password: «Xk29dmQp»`},
	{"otp is", `Your verification code is «482913», ‹valid› 5 min`},
	{"otp sms", `SMS to ‹user›: «918273» is your login code`},
	{"card in prose", `charged card «4111 1111 1111 1111» exp ‹12/27›`},
	{"card nbsp", "card «4111\u00a01111\u00a01111\u00a01111» ‹ok›"},
	{"card hyphens", "card «4111\u20111111\u20111111\u20111111» ‹ok›"},
	{"card full width", "card «４１１１１１１１１１１１１１１１» ‹ok›"},
	{"card number json", `{"payload":«4111111111111111»,"n":‹12›}`},
	{"card list", `{"cards":[«4111111111111111»,«5500005555555559»],"n":‹12›}`},
	{"phone label", `call me on my mobile, «020 7946 0958», ‹thanks›`},
	{"phone tel", `tel «(415) 555-2671» ext ‹5›`},
	{"phone trunk", `rang «+44 (0)20 7946 0958» ‹twice›`},
	{"nhs", `NHS number «943 476 5919» ‹registered›`},
	{"ssn label", `SSN «123456789» ‹on file›`},
	{"ssn spaces", `social security number «123 45 6789» ‹given›`},
	{"iban lower", `to «de89370400440532013000» ‹ok›`},
	{"iban plus", `iban=«DE89+3704+0044+0532+0130+00»&x=‹y›`},
	{"mail to", `mailto:«bob.smith+news@corp.example»?subject=‹hi›`},
	{"mail brackets", `from Bob <«bob@corp.example»> to ‹list›`},
	{"mail escaped", `{"m":"«bob\u0040corp.example» ‹in›"}`},
	{"mail html", `«bob&#64;corp.example» ‹in›`},
	{"mail double percent", `next=%2Fu%3Fm%3D«bob%2540corp.example»%26x%3D‹y›`},
	{"mail idn", `«jürgen@müller.example» ‹wrote›`},
	{"chinese", `密码：«hunter2x9» ‹好›`},
	{"chinese glued", `用户密码：«hunter2x9» ‹好›`},
	{"russian", `пароль: «hunter2x9» ‹да›`},
	{"dob label", `DOB: «03/19/1970», ‹male›`},
	{"track", `track2 «;4111111111111111=25121010000012300?» ‹swipe›`},
	{"k8s secret", `{"kind":"Secret","data":{"password":"«aHVudGVyMg==»","n":"‹x›"}}`},
	{"bcrypt", `password_digest: «$2a$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW»`},
	{"basic pair base64", `decoded creds=«YWRtaW46aHVudGVyMng5» ‹ok›`},
	{"hex", `raw=«7b2270617373776f7264223a2268756e7465723278392278227d00» ‹ok›`},
	{"erlang", `{<<"password">>,<<"«hunter2x9»">>}, {<<"a">>,<<"‹x›">>}`},
	{"erlang map", `#{<<"password">> => <<"«hunter2x9»">>, n => ‹1›}`},
	{"perl", `$VAR1 = { 'password' => '«hunter2x9»', 'a' => '‹x›' };`},
	{"lua", `{ password = "«hunter2x9»", ["api_key"] = "«kq83jd93jf93»", n = ‹1› }`},
	{"graphql", `mutation { login(email: "«bob@corp.example»", password: "«hunter2x9»") { ‹id› } }`},
	{"protobuf", `user: "‹x›" password: "«hunter2x9»" n: ‹1›`},
	{"csharp", `new Login { Password = "«hunter2x9»", Name = "‹x›" }`},
	{"kotlin", `Login(name=‹x›, password=«hunter2x9», n=‹1›)`},
	{"toml", `password = '«hunter2x9»' # ‹note›`},
	{"properties", `spring.mail.password: «hunter2x9»`},
	{"plist", `<key>password</key><string>«hunter2x9»</string><key>n</key><string>‹x›</string>`},
	{"cdata", `<password><![CDATA[«hunter2x9»]]></password><n>‹x›</n>`},
	{"wsse", `<wsse:Password Type="‹PasswordText›">«hunter2x9»</wsse:Password>`},
	{"html input", `<input type="password" name="password" value="«hunter2x9»"> <b>‹x›</b>`},
	{"value first", `{"value":"«kq83jd93jf93»","name":"X-Api-Key","n":"‹x›"}`},
	{"field old new", `{"field":"password","old":"«oldpw99»","new":"«newpw99»","by":"‹x›"}`},
	{"sidekiq args", `{"class":"‹ResetJob›","args":[{"email":"«bob@corp.example»","token":"«kq83jd93jf93»"}]}`},
	{"name in text", `config password="«hunter2x9»"; user="‹x›"`},
	{"double equals", `if password == '«hunter2x9»' then ‹x›`},
	{"walrus", `password := "«hunter2x9»" // ‹x›`},
	{"yaml list", `env: [{name: DB_PASSWORD, value: «hunter2x9»}, {name: A, value: ‹x›}]`},
	{"truncated with ellipsis", `{"password":"«hunter2x9»...`},
	{"nested quotes", `msg="got \"password\":\"«hunter2x9»\" from ‹x›"`},
	{"triple", `{"a":"{\"b\":\"{\\\"password\\\":\\\"«hunter2x9»\\\",\\\"n\\\":\\\"‹x›\\\"}\"}"}`},
	{"jwt cut", `token «eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0» ‹cut›`},
	{"jwe", `«eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.OKOawDo13gRp2ojaHV7LFpZcgV7T6DVZKTyKOMTYUmKoTCVJRgckCL9kiMT03JGe.48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6ji.XFBoMYUZodetZdvTiFvSkQ» ‹x›`},
	{"reset path", `GET /password/reset/«kQ83jd93jf93hd73jd83hs92» ‹200›`},
	// announced by a word
	{"basic in prose", `sent Basic «dXNlcjpwYXNzd29yZA==» to ‹host›`},
	{"basic colon in the tail", `sent Basic «YWI6Yw==» ‹x›`},
	{"bearer colon", `bearer: «abcDEF123456ghiJKL789». ‹x›`},
	{"bearer jwt", `using bearer «eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl» ‹x›`},
	{"ni number", `NINO «QQ 12 34 56 C» ‹x›`},
	{"nino glued", `national insurance «QQ123456C» ‹x›`},
	{"nie", `NIE «X1234567L» ‹x›`},
	{"dni", `DNI «12345678Z» ‹x›`},
	{"pan", `PAN «ABCPE1234F» ‹x›`},
	{"passport label", `passport «X12345678» ‹x›`},
	{"passport digits", `passport no «512345678» ‹x›`},
	{"licence label", `driving licence «MORGA-753116» ‹x›`},
	{"mrn label", `MRN «8472910» ‹x›`},
	{"mrn letters", `mrn «MR847291» ‹x›`},
	{"bsn label", `BSN «111222333» ‹x›`},
	{"pesel label", `PESEL «44051401359» ‹x›`},
	{"cnpj label", `CNPJ «11222333000181» ‹x›`},
	{"cpf label", `CPF «52998224725» ‹x›`},
	{"cnpj anywhere", `empresa «11.222.333/0001-81» ‹x›`},
	{"tfn label", `TFN «123 456 782» ‹x›`},
	{"aadhaar label", `Aadhaar «2345 6789 0124» ‹x›`},
	{"sin label", `SIN «046 454 286» ‹x›`},
	{"steuer label", `Steuer ID «36574261809» ‹x›`},
	{"nir label", `NIR «255081416802538» ‹x›`},
	{"nir anywhere", `assuré «2 55 08 14 168 025 38» ‹x›`},
	{"itin anywhere", `form «973-64-6860» ‹x›`},
	{"itin by key", `note="«973-64-6860»" ‹x›`},
	{"cvv label", `cvv «737» ‹x›`},
	{"pin label", `PIN «4821» ‹x›`},
	{"otp label", `OTP «482913» ‹x›`},
	{"dob label short", `born «19.03.1970» ‹x›`},
	{"account label", `account number «12345678901» ‹x›`},
	{"routing label", `routing number «021000021» ‹x›`},
	{"card label", `card number «4111-1111-1111-1111». ‹x›`},
	{"phone national", `phone «1-415-555-2671» ‹x›`},
	{"phone short gap", `fax «030 12345678» ‹x›`},
	{"two numbers", `called «+14155552671» ‹7› times, «+49 151 65194821» ‹7›`},
	{"phone then number", `tel «+33 6 12 34 56 78» ‹90 apples›`},
	{"phone then group", `«+44 20 7946 0958» ‹1234›`},
	{"password was", `password was set to «Xk29dmQp9» ‹by admin›`},
	{"password quoted", `wrong password '«Xk29dmQp9»' for ‹bob›`},
	{"token quoted", `the token is "«Xk29dmQp9aB3»", ‹x›`},
	{"token in prose", `token «q8w7e6r5t4y3u2i1Q9» rejected ‹x›`},
	{"secret colon", `the secret is: «q8w7e6r5t4y3u2Q1» ‹x›`},
	{"identified by password", `IDENTIFIED BY PASSWORD '«*2470C0C06DEE42FD1618BB»' ‹x›`},
	{"redis two words", `"AUTH" "«bobby1»" "«s3cretpw»"`[:0] + `"AUTH" "‹default›" "«s3cretpw»"`},
	{"auth login", `AUTH LOGIN «Ym9iYm9iYm9i» ‹334›`},
	// notations
	{"typescript", `{ password?: '«hunter2x9»', n: ‹1› }`},
	{"key bang", `password!: "«hunter2x9»" ‹x›`},
	{"bracket in brackets", `user[auth][password]=«hunter2x9»&a=‹x›`},
	{"empty brackets", `tokens=‹5› token[]=«Xk29dmQp9aB3» ‹x›`},
	{"bracket number", `password[0]=«hunter2x9» ‹x›`},
	{"two empty brackets", `password[][]=«hunter2x9» ‹x›`},
	{"haskell", `Login {password = Just "«hunter2x9»", n = ‹1›}`},
	{"yaml tag", `password: !!str «hunter2x9»`},
	{"wrapper", `password: Secret(«hunter2x9»), n: ‹1›`},
	{"pointer", `{Password:&"«hunter2x9»" N:‹1›}`},
	{"not a wrapper", `password=f(3,«x9y8z7») ‹x›`[:0] + `password=«hunter2(x9)» ‹x›`},
	{"single quotes in json", `{"m":"it's password='«hunter2x9»","n":"x'‹y›"}`},
	{"apostrophe", `password='«7aDthp'ORuI8Gh»' n=‹1›`},
	{"doubled quote", `password = '«it''s9secret»' AND n = ‹1›`},
	{"open apostrophe", `password='«hunter2x9»`},
	{"open apostrophe and line", "password='«hunt'er2x9»\n‹x›"},
	{"sentence", `my token: «q8w7e6r5t4y3u2». ‹Then›`},
	{"trailing marks", `password: «hunter2x9»; ‹x›`},
	{"cut out bracket", `drivers_license=«D1234567890123»] ‹x›`},
	{"angle", `email=<«bob@corp.example»> ‹x›`},
	{"phone in brackets", `phone=(«4155552671») ‹x›`},
	{"go headers", `{"req":"map[Authorization:[Bearer «kq83jd93jf93Zk39»] Accept:[‹x›]]"}`},
	{"go cookie", `map[Cookie:[sid=«kq83jd93jf93»] Accept:[‹x›]]`},
	{"cookie alone", `{"cookie":"«kq83jd93jf93Zk39»","n":"‹x›"}`},
	{"folded cookies", `cookie=a=«b1b2b3b4»; n=‹true›`},
	{"authorization in argv", `["-H","Authorization: Bearer «kq83jd93jf93Zk39»","‹x›"]`},
	{"authorization list", `["Authorization","Bearer «kq83jd93jf93Zk39»","Accept","‹x›"]`},
	{"authorization with bracket", `(Authorization: «kq83jd93jf93Zk39kq83») ‹x›`},
	{"authorization token", `{"authorization":"ghp_‹›«cvtHsNICXI91QgxpfcXPKamhjFb7aI3uWRHq»"}`},
	{"cookies of an object", `{"cookies":[«kq83jd93jf93»],"n":‹1›}`},
	{"value before name spaced", `{"value": "«kq83jd93jf93»", "name": "X-Api-Key", "n": "‹x›"}`},
	{"xml name attribute", `<property name="password">«hunter2x9»</property><x>‹y›</x>`},
	{"name element", `<name>password</name><value>«hunter2x9»</value><x>‹y›</x>`},
	{"html double escaped", `&amp;quot;password&amp;quot;:&amp;quot;«hunter2x9»&amp;quot; ‹x›`},
	{"html hex", `«bob&#x40;corp.example» ‹x›`},
	{"invisible", "pass\u200bword=«hunter2x9» ‹x›"},
	{"surrogates", `{"m":"\ud83d\ude00 password=«hunter2x9» ‹x›"}`},
	{"python escapes", `b'password=«hunter2x9»\x0a‹x›'`},
	{"dash colours", `\033[32mpassword\033[0m=«hunter2x9» \e[1m‹x›`},
	// tokens
	{"google refresh", `«1//0gaBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789» ‹x›`},
	{"azure", `«aBc8Q~aBcDeFgHiJkLmNoPqRsTuVwXyZ012345678» ‹x›`},
	{"mailchimp", `«0123456789abcdef0123456789abcdef-us12» ‹x›`},
	{"terraform digit", `«1aBcDeFgHiJkL9.atlasv1.aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789aBcDeFgHiJkLmNoPqRsTuVwXyZ012345» ‹x›`},
	{"track1", `swipe «%B4111111111111111^DOE/JOHN^25121010000012300?» ‹x›`},
	{"base64 url alphabet", `blob=«eyJwYXNzd29yZCI6ImhuPz8_Pz4-IiwieCI6InkifQ» ‹x›`},
	{"reset with dash", `/reset/«kQ83jd93jf93hd73jd83hs92-x_9» ‹x›`},
	{"pem with headers", `«-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123\n\nMIIEowIBAAKCAQEAx8f3k2VtQ9n1\n-----END RSA PRIVATE KEY-----» ‹x›`},
	{"pgp", `«-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: x (y)\n\nlQOYBF8f3k2VtQ9n1\n=aB3d\n-----END PGP PRIVATE KEY BLOCK-----» ‹x›`},
	{"pem then words", `«-----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEAx8f3k2VtQ9n1» ‹and then words›`},
	{"pem then public", `«-----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEAx8f3k2VtQ9n1»\n‹-----BEGIN CERTIFICATE-----›`},
	{"pem concatenated", `key = "«-----BEGIN PRIVATE KEY-----" + "MIIEowIBAAKCAQEAx8f3k2VtQ9n1" + "-----END PRIVATE KEY-----»"; ‹x›`},
	{"url user mail", `imap://«bob%40corp.example»:«hunter2x9»@‹mail.host›`},
	{"url with nothing", `see http://‹host` + "`" + `x› password=«hunter2x9»`},
	{"url long", `https://‹` + strings.Repeat("a", 600) + `› password=«hunter2x9»`},
	{"webhook with dot", `post to https://hooks.slack.com/services/«T7JH2CT3NZM/BOK2L6LYV4D/rL0C7ugZrQLsj0UveXieTNsy». ‹x›`},
	{"office webhook", `https://acme.webhook.office.com/webhookb2/«0123456789abcdef@0123/IncomingWebhook/0123456789abcdef» ‹x›`},
	{"curl user option", `curl --user «x»‹› ‹y›`[:0] + `curl --user '‹bob›:«hunter2x9»' ‹y›`},
	{"mysql asks", `mysql -u ‹root› -p ‹shop› --password=«hunter2x9»`},
	{"geo", `--password «-5hunter2» ‹x›`},
	{"insert with numbers", `INSERT INTO c (id, pin, note) VALUES (‹7›, «4821», 'x'), (‹8›, «4822», '«bob@corp.example»')`},
	{"insert in json", `{"sql":"insert into c (id, password) values (7, '«hunter2x9»","n":"‹x›"}`},
	{"insert many columns", `INSERT INTO c (password) VALUES («hunter2x9»‹›) ‹x›`},
	{"mail with marks", `a&«bob@corp.example» ‹x›`},
	{"mail in script", `почта«bob@corp.example» ‹x›`},
	{"mnemonic bare", `mnemonic=«abandon ability able about above absent absorb abstract absurd abuse access accident» n=‹1›`},
	{"mnemonic then key", `mnemonic: «abandon ability able about above absent absorb abstract absurd abuse access accident» next=‹1›`},
	{"nino bare groups", `nino=QQ‹› «12 34 56» n=‹1›`[:0] + `nino=«QQ 12 34 56 C» n=‹1›`},
	{"national id", `{"national_id":"«AB1234567»","n":"‹x›"}`},
	{"track key", `{"track2":"«4111111111111111=2512101»","n":"‹x›"}`},
	{"iban mistyped", `{"iban":"«DE00370400440532013000»","n":"‹x›"}`},
	{"email without dot", `{"email":"«bob@localhost»","n":"‹x›"}`},
	{"long email", `email="«bob@localhost»" ‹x›`},
	{"grouped id", `ssn=«123 45 6789» n=‹1›`},
	{"jwt header", `cut «eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9» ‹x›`},
	{"jwt unsigned", `«eyJhbGciOiJub25lIn0.eyJzdWIiOiIxMjM0In0». ‹x›`},
	{"phone american", `call «415-555-2671» ‹x›`},
	{"phone with plus in parens", `tel (+‹›«14155552671») ‹x›`},
	{"pem json lines", `{"k":["«-----BEGIN PRIVATE KEY-----\",\"MIIEowIBAAKCAQEAx8f3k2VtQ9n1\",\"-----END PRIVATE KEY-----»"],"n":"‹x›"}`},
	{"pem in a string of its own", `{"k":"x = \"«-----BEGIN PRIVATE KEY-----» \" ‹y›"}`},
	{"pem blank before the end", `«-----BEGIN PRIVATE KEY----- MIIEowIBAAKCAQEAx8f3k2VtQ9n1 -----END PRIVATE KEY-----» ‹x›`},
	{"pem wrong end", `«-----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEAx8f3k2VtQ9n1\n»‹-----END x›`},
	{"digits token", `1«//0gaBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789» ‹x›`},
	{"idn", `«bob@xn--mller-kva.xn--p1ai» ‹x›`},
	{"jurgen", `«jürgen@corp.example» wrote 用户«bob@corp.example» ‹x›`},
	{"unclosed list", `["password","«hunter2x9»`},
	{"quoted key with blanks", `{"a":1,"credit card" :  «4111111111111111»}`},
	{"double quoted newline", "password='«hunt'er2x9» \"‹x›\""},
	{"header in a string", `{"m":"Authorization: \"Bearer «kq83jd93jf93Zk39»\" ‹x›"}`},
	{"two cookie headers", "Set-Cookie: a=«b1b2b3b4»\nSet-Cookie: c=«d1d2d3d4»; Path=‹/x›"},
	{"insert schema", `INSERT INTO "s"."c" ("id", "password" ) VALUES (‹7›, '«hunter2x9»' )`},
	{"not a url password", `http://user@‹host›/x password=«hunter2x9»`},
	{"base64 of a pair", `blob=«YWRtaW46aHVudGVyMng5» ‹x›`},
	{"long word before", `abcdefghijklmnopqrstuvwxyz «4111111111111111» ‹x›`},
	{"han before a dot", `«李明.quurrond100@corp.example» ‹x›`},
	{"mail and colon", `«bob@corp.example»: ‹hi›`},
	{"mail and word", `«bob@corp.example»:‹hi›`},
	{"mail and word at the end", `«bob@corp.example»:hello there`},
	{"pem indented", `«-----BEGIN PRIVATE KEY-----\n    MIIEowIBAAKCAQEAx8f3k2VtQ9n1\n    -----END PRIVATE KEY-----» ‹x›`},
	{"apostrophe in a string", `{"m":"password='«hunt'er2x9»","n":"‹x›"}`},
	{"long apostrophe", `password='«hunt»'` + strings.Repeat("er2x9", 80) + ` ‹x›`},
	{"not a length", `password=«f(3)x9y8» ‹y›`},
	{"many pointers", `Password:&&&&«x9y8z7w6» ‹y›`},
	{"container in a string", `{"m":"password: {a: «hunter2x9»","n":"‹x›"}`},
	{"fragment", `token=«q8w7e6r5t4y3»#/‹route›`},
	{"bracket behind a comma", `password=«hunter2x9»,{‹x›}`},
	{"pem in mixed quotes", `'«-----BEGIN PRIVATE KEY-----»" ‹x›'`},
	{"pem strings then words", `{"k":["«-----BEGIN PRIVATE KEY-----»", "‹x›"]}`},
}

// unmark returns the line without marks and what they held.
func unmark(line string) (plain string, secrets, keeps []string) {
	var b strings.Builder
	for _, part := range strings.SplitAfter(strings.NewReplacer("«", "\x00«", "‹", "\x00‹", "»", "»\x00", "›", "›\x00").Replace(line), "\x00") {
		part = strings.TrimSuffix(part, "\x00")
		switch {
		case strings.HasPrefix(part, "«"):
			part = strings.TrimSuffix(strings.TrimPrefix(part, "«"), "»")
			secrets = append(secrets, part)
		case strings.HasPrefix(part, "‹"):
			part = strings.TrimSuffix(strings.TrimPrefix(part, "‹"), "›")
			keeps = append(keeps, part)
		}
		b.WriteString(part)
	}
	return b.String(), secrets, keeps
}

func TestSamples(t *testing.T) {
	t.Parallel()
	r := newWorker(t, redact.DefaultConfig())
	for _, tt := range append(slices.Clip(samples), worldSamples...) {
		t.Run(tt.name, func(t *testing.T) {
			plain, secrets, keeps := unmark(tt.line)
			got, _ := r.Line(plain)
			for _, s := range secrets {
				if strings.Contains(got, s) || leaks(got, s, len(s) < 8) {
					t.Errorf("Line(%q)\n    = %q\n    leaks %q", plain, got, s)
				}
			}
			for _, k := range keeps {
				if !strings.Contains(got, k) {
					t.Errorf("Line(%q)\n    = %q\n    lost %q", plain, got, k)
				}
			}
			if again, _ := r.Line(got); again != got {
				t.Errorf("a second pass changes %q\n    into %q", got, again)
			}
		})
	}
}

func TestSamplesStrict(t *testing.T) {
	t.Parallel()
	c := redact.DefaultConfig()
	c.Profile = "strict"
	r := newWorker(t, c)
	for _, line := range []string{
		`IMEI «490154203237518» ‹x›`, `NPI «1234567893» ‹x›`, `personnummer «811218-9876» ‹x›`, `RRN «900101-1234567» ‹x›`,
		`za_id=«8001015009087» ‹x›`, `NRIC «S1234567D» ‹x›`, `from «81.2.69.142»:443 ‹x›`, `[«2a02:a60d:85bf:10c7::a521»]:443 ‹x›`,
		`client=«81.2.69.142», ‹x›`, `name_on_card="«Ada O'Hara»" ‹x›`, `full_name=«Ada Lovelace» n=‹x›`,
	} {
		plain, secrets, keeps := unmark(line)
		got, _ := r.Line(plain)
		for _, s := range secrets {
			if strings.Contains(got, s) {
				t.Errorf("Line(%q) = %q leaks %q", plain, got, s)
			}
		}
		for _, k := range keeps {
			if !strings.Contains(got, k) {
				t.Errorf("Line(%q) = %q lost %q", plain, got, k)
			}
		}
	}
}

// TestNestedEncodings holds how deep encoded text is followed.
func TestNestedEncodings(t *testing.T) {
	t.Parallel()
	r := newWorker(t, redact.DefaultConfig())
	text := `{"user":"x","password":"hunter2x9"}`
	for depth := 1; depth <= 3; depth++ {
		text = base64.StdEncoding.EncodeToString([]byte(text))
		if _, changed := r.Line("blob " + text); changed != (depth <= 2) {
			t.Errorf("depth %d: changed %v", depth, changed)
		}
	}
}
