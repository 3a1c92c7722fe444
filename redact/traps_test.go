package redact_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ezlogs/ezlogs/redact"
)

// traps are lines in which there is nothing to redact by default.
var traps = []string{
	// ids and digests
	`{"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}`,
	`dd.trace_id=4532015112830366123 dd.span_id=4532015112830366 dd.service=web`,
	`{"dd":{"trace_id":"4532015112830366","span_id":"5425233430109903"}}`,
	`request_id=4111111111111111 done`,
	`{"orderId":4111111111111111,"customer_id":"5500005555555559"}`,
	`commit 5e97664e9b159badfc8bf0d66076942558c924e5 by build 1234567`,
	`image web@sha256:af66a2f702b97b00dac8541bf3eb6c5f09ac6e781cfb143bf9cd84e9ef0e1bc3`,
	`etag: "33a64df551425fcc55e4d42a148795d9f25f89d4"`,
	`ETag=W/"0815abcdef0815abcdef0815" x-cache=HIT`,
	`object 65cb2b56eb0b40ee6ca8e329 uuid db51a3cb-c463-42ab-a8a4-4ae2975367e3`,
	`ulid 01HFHBHNFA626V0D84FBWB4ZCE ksuid 1srOrx2ZWZBpBUvZwXKQmoEYga2`,
	`nanoid V1StGXR8_Z5jdHi6B-myT in bucket`,
	`cus_snLQvwOHAL6wMX pi_3MtwBwLkdIwHu7ix28a3tqPa ch_3LmzzQ2eZvKYlo2C1a2b3c4d price_1MoBy5LkdIwHu7ixZhnattbh`,
	`evt_4q7h2m9xk3c5v8w1z6t0r2y4ab flow_n3k8q7h2m9xk3c5v8w1z6t0r2y`,
	`arn:aws:iam::874029495363:role/app sub arn:aws:sns:us-east-1:123456789012:topic`,
	`AROAEXAMPLEID123456 AIDAEXAMPLEID1234567 assumed`,
	`job 7f3a9c21d04be65a on mailer-k5jfhmgj4-nb69m`,
	`AC2a5f8d1c3e4b5a69788796a5b4c3d2e1 sent SM2a5f8d1c3e4b5a69788796a5b4c3d2e1`,
	`session_uuid=7ee6b204-56ee-4c28-8a98-ae6335b73789`,
	`x-amzn-trace-id: Root=1-67891233-abcdef012345678912345678`,
	`cf-ray: 8f3c2b1a4d5e6f70-FRA x-amz-cf-id: abcDEF123_-xyz`,
	`{"jti":"c2a1f9","kid":"2b6b2b29","nonce":"n-0S6_WzA2Mj"}`,
	`snowflake 1219283746512837465 of guild 871928374651283746`,
	// times, numbers, measures
	`epoch 1763491630 ms 1752816649425 us 1752816649425123 ns 1758956763340191195`,
	`at=1700000000 until=1700003600 took 4532.015ms`,
	`score 0.4532015112830366 p=0.5105105105105100`,
	`ports 4040 4141 4242 4343 open`,
	`listening on 127.0.0.1:8080 and [::1]:9090`,
	`offset 4111111111111111 lag 12`,
	`+1234 lines, -567 lines in diff`,
	`clock is +0530 off, tz +02:00`,
	`took 12.345678901234567s`,
	`12 34 56 78 90 12 34 56 78`,
	`matrix 0.12 0.34 0.56 0.78 123 456 789 012`,
	`order 158-6507936-7135665 shipped`,
	`shipment 5375365881706212 left`,
	`part 000-10-6870 moved, 666-65-0263 too`,
	`version 9.80.21.183 of agent, Chrome/120.0.6099.71`,
	`range 192.0.2.10-192.0.2.99 10.0.0.1`,
	`EAN 4006381333931 ISBN 978-3-16-148410-0 UPC 036000291452`,
	`isbn=9783161484100 gtin 04006381333931`,
	`run 700906204 ended, meter 7901028524 read`,
	`bytes 1024-2047/146515 served`,
	`heap 0x7ffee4c0a8b0 pid 4111 tid 140735123456789`,
	`2025-01-21 10:30:00,150 [main] INFO 2019-08-07 rolled`,
	`lat 12ms lon 5 polls`,
	`temp=-51.8 C, ratio 3/4, 50% done, 100%25 sure`,
	`coordinates x=123456789 y=987654321`,
	`invoice INV-2025-000123456 total 1.234.567,89 EUR`,
	`phone_type=mobile_sar phone_verified=true`,
	`retry 3 of 5 in 00:00:30.000`,
	`DE12ABC34 stock moved, SKU GB33-BUKB`,
	`gclid=EAIaIQobChMI8t_x fbclid=IwAR0abc state=xyz after=eyJvZmZzZXQiOiAyMDI3LCAidiI6IDJ9`,
	`cursor eyJpZCI6MTIzNDU2LCJ0cyI6MTcwMDAwMDAwMH0 page 2`,
	// key names
	`password_reset_enabled=true password_strength=score27 passwordPolicy=strict password_expires_at=2025-01-01`,
	`{"token_count":512,"max_tokens":4096,"tokens":{"input":12,"output":99},"completion_tokens":7}`,
	`{"cache_key":"user:354:avatar","sort_key":"date_x","primaryKey":"id","idempotency_key":"a1b2c3d4e5f6a7b8c9d0"}`,
	`author=jane secretary=bob tokenizer=bpe keyspace=ks_pryl compass=north passed=12 bypass=1`,
	`{"secret_name":"app/db","secretArn":"arn:aws:secretsmanager:eu-west-1:123456789012:secret:app-AbCdEf","key_id":"k-123","public_key":"MFkwEwYHKoZI"}`,
	`auth_type=saml token_type=bearer grant_type=authorization_code response_type=code card_type=visa`,
	`{"cookie_consent":"accepted","session_count":4,"pinned":true,"pin_color":"red"}`,
	`keyboard=us monkey=george hockey=ice turkey=yes`,
	`{"next_page_token":"CAUQAA","continuationToken":"1!8!TUFJTg--"}`,
	`postcode=SW1A1AA zip_code=94107 country_code=DE status_code=200 error_code=E1001`,
	`{"password":null,"token":false,"secret":"","api_key":"[FILTERED]","passwd":"***"}`,
	`password=${DB_PASSWORD} token={{ token }} secret=<redacted> key=$API_KEY`,
	`{"errors":{"password":["is too short","must contain a digit"]}}`,
	`{"required":["email","password","token"],"missing":"api_key"}`,
	`fields: ["username","password","email"]`,
	`select id, password, email from users where id = 7`,
	`ALTER TABLE users ADD COLUMN password varchar(255), ADD token text`,
	`column "password" of relation "users" does not exist`,
	`key "secret" not found in map, token "}" unexpected`,
	`unexpected token: '}' at 1:20`,
	`SyntaxError: Unexpected token < in JSON at position 0`,
	// prose
	`token has expired, please log in`,
	`missing authorization header in call`,
	`password must contain a digit`,
	`login failed: wrong password for account`,
	`secret manager unreachable for 4s`,
	`api key is not configured for shop`,
	`desk-booking-service took the lock, risk-adjusted, task-runner-with-a-long-name-1`,
	`Basic tier, Bearer token missing, Digest of the week`,
	`password: required`,
	`token: expired`,
	`Authorization: required for this route`,
	`secret: rotated 2025-01-01`,
	`User authenticated via session cookie`,
	`Set-Cookie header missing`,
	`pin the tail, code of conduct, card declined, account closed`,
	`call to billing took 1234567890 ns`,
	`call id 7901028524 ended`,
	`code 404 at line 1234, exit code 137`,
	`text 1234 chars, mobile app 4.5.6, cell 12`,
	`born in the cloud, sin(0.5) = 0.479`,
	// things with @
	`express@4.19.2 @babel/core@7.24.0 lodash@^4.17.21`,
	`git@github.com:ezlogs/ezlogs.git cloned`,
	`deploy@web1.example.com:/srv/app copied`,
	`icon@2x.png user@1000.service Obj@1b2c3d`,
	`com.foo.Bar@5f2a91.close()`,
	`https://medium.com/@handle/story and @mention`,
	`systemd: Started session-c1.scope, getty@tty1.service`,
	`rabbit@node1.local joined root@ip-10-0-0-1.internal`,
	// URLs, paths, code
	`http://svc21.local:9000/health https://[2001:db8::1]:443/x`,
	`https://example.com/password/reset?step=2&lang=en`,
	`/opt/jart/bertbroum.py:79 C:\Users\Public\token\file.txt`,
	`at com.shop.PasswordService.check(PasswordService.java:42)`,
	`std::sync::Mutex<Token> key::Value`,
	`func (t *Token) String() string { return t.Name }`,
	`-----BEGIN CERTIFICATE-----`,
	`-----BEGIN PUBLIC KEY----- MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE -----END PUBLIC KEY-----`,
	`SHA256:jXm8Vvf0x0n2ZbQJ6oIYl5Y4H6k6vVnTqk3m2u7c1aE key fingerprint accepted`,
	`ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7 accepted`,
	`sha512-abcDEF0123456789abcDEF0123456789abcDEF0123456789== integrity ok`,
	`data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk`,
	`cache key user:354:avatar miss`,
	`select count(*) from tokens where kind = 'refresh' and revoked = false`,
	`{"level":30,"time":1752816649425,"pid":4711,"hostname":"web-1","msg":"ok"}`,
	`10.0.0.1 - - [08/May/2025:18:03:11 +0000] "GET /api/items?page=2 HTTP/1.1" 200 1043`,
	`Completed 200 OK in 45ms (Views: 12.1ms | ActiveRecord: 8.3ms | Allocations: 10231)`,
	`{"feature_flags":{"pin_to_top":true,"otp_enabled":false,"card_layout":"wide"}}`,
	`{"tel":"n/a","email":"","phone":null,"ssn":"***-**-****","card":"**** **** **** 1111"}`,
	`card ending in 1111, last4=4242, bin=411111`,
	`emails sent: 12, phones: 3, tokens: 512`,
	`window 1280x720@60 fps`,
	`at 12:34:56.789 00:1b:44:11:3a:b7 joined`,
	`mail queue: 15 messages, fax: none`,
	`{"signature":"foo(int, string)","sig":"SIGTERM","hmac":"sha256"}`,
	`method signature mismatch: foo(int)`,
	`process exited with signal: killed, code: 137`,
	`{"account":"acme","account_type":"gold","account_age":12}`,
	`{"license":"MIT","licenses":["Apache-2.0"]}`,
	`{"document_id":"doc-123","patient_count":3,"record":"A"}`,
	`User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15`,
	`{"address":"0.0.0.0:8080","location":"eu-west-1","street":"n/a"}`,
	`error: invalid character 'p' looking for beginning of value`,
	`kubectl get secret db-credentials -o yaml`,
	`GET /oauth/token 200, POST /api/password 422, GET /api-keys 200`,
	`reading secret from /run/secrets/db_password`,
	`password file /etc/passwd read, token path=/var/run/token`,
	`secret=app/prod/db key=projects/x/keys/y`,
	// near misses of shapes and labels
	`card_x4111111111111111 4111111111111111-2 4111111111111111.5 4111111111111111x 12:4111111111111111`,
	`a-4111111111111111 x.4111111111111111 9-4111 1111 1111 1111-9x 4111111111111111:22`,
	`;4111=12? ;411111111111=12`,
	`918273 is your 4th attempt`,
	`12345678901234567890123 and 1//x`,
	`1234567890:BBxyz 1234567890:AAshort0123456789012345678901234567890123456789x`,
	`tel 12345 phone: none call 1.234.567.890 fax 415-555-267x mobile 12-34`,
	`phone +999 1234567890 +12 345 +1 000 000 0000 +4412`,
	`ssn 12345678x passport expired licence MIT nino XX pan card NIE 12345678Q DNI X7654321A`,
	`born 1970 code 12 pin 99 cvv 12345 otp 12 account 12 account 123456789012 routing 021000022 mrn 12`,
	`bob@corp..example @x.y a@b.c1 a@b.x1 a@b a.@corp.example bob@corp.example@x`,
	`x@corp.exAmple x@corp.123 user@host.com(args) user@host.com_x`,
	`eyJmb28iOiJiYXIifQ.eyJmb28iOiJiYXIifQ.abc eyJmb28iOiJiYXIiLCJ4IjoieSJ9`,
	`MTE0123456789012345678901.abcdef MTE0123456789012345678901.abcdef.short MTE0123456789012345678901.ab.cd`,
	`hf_notenough ghp_short sk-0123456789 sk-abcdefghijklmnopqrstuvwxyzabcdefghijkl s.abcdefghijklmnopqrstuvwx`,
	`abc8Q~short 0123456789abcdeg0123456789abcdef-us12`,
	`/reset/abcdefghijklmnopqrstuvwx /users/kQ83jd93jf93hd73jd83hs92`,
	`aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ= 68656c6c6f20776f726c642068656c6c6f 68656c6c6f20776f726c642068656c6czz`,
	`aGVsbG86d29ybGQ6aGVsbG8gd29ybGQhISE= YWRtaW46aHVudGVyMngvcGF0aC90bw==`,
	`Basic dXNlcm5hbWVvbmx5 Basic AAAAAAAAAAAAAAAA Basic x Bearer abcdefghijklmnop`,
	`-----BEGIN x----- -----END nothing -----BEGIN RSA`,
	`"a","b" ["password","x"] "token","`,
	`mailto:x?subject=y email=none email=@ phone=2025-01-02 dob=soon`,
	`token=2025-01-02T03:04:05Z secret=/run/secrets/x/y apikey=https://host/x signature=none`,
	`{"token":"refresh_token","secret":"hidden","api_key":"missing","signature":"short"}`,
	`{"address":"10.0.0.1:53","wallet":"open","mnemonic":"one two","card":"visa"}`,
	`password[x]: required password: "must be long" password: 'is too short'`,
	`<a/> <b x="y"> -> => x > y <password/> <password></password> <password><b>x</b></password>`,
	`?: !: >>: ): ]: []= [1]= [][1]= [x`,
	`:a :password b :password "`,
	`INSERT INTO t (a) VALUES (1) values values (password) insert (password) VALUES x`,
	`PASSWORD 'required' IDENTIFIED BY x AUTH PLAIN x "AUTH" x "AUTH" "`,
	`curl -u user -p x -- --x --password --password -x --user bob -x`,
	`mysql -u root -p shop`,
	`https://host:8080/@handle https://host/a@b https://user@host/x ftp://`,
	`scott/tiger@x app:pw @tcp(x) a:b@unix`,
	`%zz %4 &x; &#x; \u00 \x \ud83d`,
	`Authorization: Bearer Authorization: none Authorization: Basic Cookie: none Cookie: lang=en; secure`,
	`the password is required, the token was refreshed, token is valid`,
	`password is hidden secret is kept token abcdef key 0123456789abcdef0123456789abcdef`,
	`mnemonic=one two three=4`,
	`mnemonic=one two three. four`,
	`["password",""] {"sync_token":"4111111111111111","page_token":"x"}`,
	`ssn 123456789-1x ssn 123456789.5 call the number at 12345 67890 iban 123456789 key 12`,
	`NINO QQ12`,
	`NINO QQ123456CX nino QQ1x3456C`,
	`password is`,
	`password `,
	`the password is:`,
	`password is 'secret'`,
	`token a6bcca5a-d5d0-d7f2-a483-e8ac0320893e seen`,
	`a@b.c-d aGVsbG8gd29ybGQgaGVsbG8g=d29ybGQgaGVsbG8g {"m":"Cookie: ","x":1} 4111 1111 1111 1111x`,
	`the Bearer`,
	`foo) VALUES (1)`,
	`insert into t (password) values ( `,
	`ssn 123456789.x`,
	`{"m":"('password','x"}`,
	`{"value":"a","name":"aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbaaaaaaaaaa"}`,
	`[19c4c065-ad37-4149-ad5d-9245e07c4743] Performing`,
	`span be12345678901234 de1234567890123456789x ad3741490b5d9245e07c4743 it39114458914982m7wu6uv4sri DE89 37040044 0532013000`,
	`Delivered mail 6b01e237944ab_314e18606541a@vm.mail (250.3ms)`,
	`session = self.get_default_session(options) salt := make([]byte, n) m.sessionId = randomBytes(rand.Intn(32), rand)`,
	`secret = config.secret api_key = SIGNING_KEY_V1 signature: inspect.Signature password = self.password`,
	`valid_signature = signature.verify_hmac_sha1(request)`,
	`s.ReadUint24LengthPrefixedXY(x) key *mlkem.EncapsulationKey1024`,
	`Get "http://user:***@dummy.example/password": dummy impl`,
	`case encodeUserPassword: // next`,
	`function code and 4096 byte, exit code 4096, status code 2000`,
	`- Bearer https://tools.example.org/html/rfc6750`,
	`password=self.passwd token=build_token("x") secret=load('x') api_key=fetch() token=get(`,
	`>>: x`,
	`[][][][]=x`,
	`http://svc:api/x done https://us!er@host/x x /@//y`,
	`order_id=[1 2`,
	`1 2 3 4 5 6 7 8 9 1 2 3 4 5 6 7`,
	`[credit_card:****11x1] [email:k1:0123456789abcdeX] [email:k1:0123] [REDACTED:nothing] [x:y:z] [email:****]`,
	`password: </b> password=, password=: password: ;`,
	`password=  `,
	`{"value":"a","x":1} {"value":1} {"value":"a", {"value":"a","name":1} {"value":"a","name":"b"} {"value":"a","x":"b"}`,
	`a&b: c d|e f> g# h`,
	`4111111111111111_x`,
	`%B12^ %B4111111111111111= %B4111111111111111^`,
	`track ;4111111111111112=2512<`,
	`user:1@tcp/x a b:c@tcp (x)`,
	`http://a.b"c d http://a.b`,
	`x] : y [] : z [a b]: c <!--: <?xml?> <a:b/> </a> <1> <:>`,
}

func TestTraps(t *testing.T) {
	t.Parallel()
	r := newWorker(t, redact.DefaultConfig())
	for _, line := range append(slices.Clip(traps), worldTraps...) {
		if got, changed := r.Line(line); changed {
			t.Errorf("Line(%q)\n    = %q", line, got)
		}
		j := `{"msg":` + quoteJSON(line) + `,"n":1}`
		if got, changed := r.Line(j); changed {
			t.Errorf("Line(%q)\n    = %q", j, got)
		}
	}
}

// TestTrapsAtRandom holds the share of ids and numbers made at random that are taken for something.
func TestTrapsAtRandom(t *testing.T) {
	t.Parallel()
	g := gen{rand.New(rand.NewPCG(6, 2026))}
	r := newWorker(t, redact.DefaultConfig())
	for _, tt := range []struct {
		name string
		make func() string
		most int // of 1000
	}{
		{"uuid", func() string { return groups(g.of(hexDigits, 32), "-", 8, 4, 4, 4, 12) }, 0},
		{"digits in a uuid", func() string { return groups(g.of(decimals, 32), "-", 8, 4, 4, 4, 12) }, 0},
		{"digest", func() string { return g.of(hexDigits, 64) }, 0},
		{"short digest", func() string { return g.of(hexDigits, 12) }, 0},
		{"base62", func() string { return g.of(base62, 24) }, 0},
		{"base64", func() string { return g.of(base64std, 44) }, 0},
		{"epoch ms", func() string { return "17" + g.of(decimals, 11) }, 0},
		{"epoch ns", func() string { return "17" + g.of(decimals, 17) }, 0},
		{"sixteen digits", func() string { return g.of("123456789", 1) + g.of(decimals, 15) }, 32},
		{"span id", func() string { return "span_id=" + g.of(decimals, 16) }, 0},
		{"nine digits", func() string { return g.of(decimals, 9) }, 0},
		{"ten digits", func() string { return g.of(decimals, 10) }, 0},
		{"eleven digits", func() string { return g.of(decimals, 11) }, 0},
		{"order", func() string { return groups(g.of(decimals, 17), "-", 3, 7, 7) }, 0},
		{"version", func() string { return groups(g.of(decimals, 8), ".", 2, 2, 2, 2) }, 0},
		{"ports", func() string { return "ports " + groups(g.of(decimals, 16), " ", 4, 4, 4, 4) }, 0},
		{"pod", func() string { return "web-" + g.of(lowerLetters+decimals, 9) + "-" + g.of(lowerLetters+decimals, 5) }, 0},
		{"float", func() string { return "0." + g.of(decimals, 16) }, 0},
		{"hex pointer", func() string { return "0x" + g.of(hexDigits, 12) }, 0},
		{"date", func() string { return groups(g.of(decimals, 8), "-", 4, 2, 2) }, 0},
	} {
		hits := 0
		for range 1000 {
			v := tt.make()
			if _, changed := r.Line("seen " + v + " once"); changed {
				hits++
			}
			if _, changed := r.Line(`{"k":"` + v + `"}`); changed {
				hits++
			}
		}
		if hits > 2*tt.most {
			t.Errorf("%s: %d of 2000 changed", tt.name, hits)
		}
	}
}

// strictTraps are lines that stay as they are even in profile strict.
var strictTraps = []string{
	`{"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7"}`,
	`Chrome/120.0.6099.71 Safari/537.36 version 9.80.21.183`,
	`running version 10.69.162.196 now`,
	`agent v4.58.237.140 up, build=1.26.150.176, release: 5.5.5.5`,
	`{"version":"81.2.3.4","app_version":"81.2.3.4","appVersion":"5.6.7.8"}`,
	`bound to 10.106.102.125 and 192.168.1.7, 127.0.0.1, ::1, fe80::1, 172.16.0.9`,
	`std::sync::Mutex at 12:34:56 10:20:30:40:50:60`,
	`took 00:00:05.123 for a:b:c`,
	`image sha256:9741c5e9a05a26710a278ad1f30d429ae90c0e432699345d9f53c172467d40cc`,
	`commit 23810745aca64072abb29e23fc59c70352fdc6cd 0x7ffee4c0a8b0`,
	`{"name":"api-gateway","project_name":"Apollo","display_name":"Checkout","hostname":"web-1"}`,
	`{"ip_version":4,"mac_count":2,"wallet_enabled":true,"address_count":3,"street_view":true}`,
	`{"bind_address":"0.0.0.0:8080","address":"localhost:5432","base_address":"http://x"}`,
	`lat=12ms lon=none platform=linux latency=5`,
	`order 158-6507936-7135665 part 000-12-3456`,
	`cache::get foo::bar dead:beef`,
	`20250101-1234 850817-1234567890`,
	`1.2.3.4.5.6 oid 1.3.6.1.4.1`,
	`{"address":"db-1.example:5432"} .81.2.69.142 Foo/12.34.56.78`,
	`a4:1e:50-9a:f0:9f a4:1e:50:9a:f0:9fx ff:ff:ff:ff:ff:ff 12:ab:cd`,
	`bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdx bc1short bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mb bc1bbbbbbbbbbbbbbbbbbbbbb`,
	`1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3 3zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz 1short tb1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq`,
}

func TestTrapsStrict(t *testing.T) {
	t.Parallel()
	c := redact.DefaultConfig()
	c.Profile = "strict"
	r := newWorker(t, c)
	for _, line := range strictTraps {
		if got, changed := r.Line(line); changed {
			t.Errorf("Line(%q)\n    = %q", line, got)
		}
	}
}
