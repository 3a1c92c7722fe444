"""What contrib/acceptance/run cannot say in bash: inputs, terminals, measures."""
import datetime, json, os, pty, random, re, resource, select, signal, socket, subprocess, sys, threading, time, unicodedata, urllib.error, urllib.request

E, T = os.environ["E"], os.environ["T"]
cmd, a = sys.argv[1], sys.argv[2:]
SGR = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b\x07]*(?:\x1b\\|\x07)")


def bad(s):
    print(s)
    sys.exit(1)


def events(p):
    return [json.loads(x) for x in open(p)]


def at(e):
    return datetime.datetime.fromisoformat(re.sub(r"(\.\d{6})\d*", r"\1", e["timestamp"]).replace("Z", "+00:00")).timestamp()


def end(e):
    d = e.get("metadata", {}).get("duration", 0)
    return at(e) + (d if isinstance(d, (int, float)) else 0)


def full(kind, x):
    return kind + (x.translate(str.maketrans("ilou", "1100")).lower() + "0" * 26)[:26]


def ev(i, t, flow=None, **k):
    c = {x: k.pop(x) for x in list(k) if x in ("parent_event_id", "parent_flow_id", "primary_correlation_id")}
    c = {x: full("evt_", v) if x == "parent_event_id" else full("flow_", v) if x == "parent_flow_id" else v for x, v in c.items()}
    if flow:
        c["flow_id"] = full("flow_", flow)
    e = {"event_id": full("evt_", i), "timestamp": "2026-11-20T14:02:%06.3fZ" % t, "event_type": "http.request", "action": "GET /a", "actor": {"type": "user", "id": "1"}, "correlation": c, "metadata": {"duration": 0.1}}
    e.update(k)
    return json.dumps(e, ensure_ascii=False)


def run(*args, inp=None, env=None, binary=False):
    return subprocess.run([E, *args], input=inp, capture_output=True, env=env, text=not binary, timeout=120)


def cells(s):
    return sum(0 if unicodedata.combining(c) or unicodedata.category(c) in ("Mn", "Me", "Cf") else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in s)


def usage(pid):
    f = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    rss = int(open(f"/proc/{pid}/statm").read().split()[1]) * 4096 // 2**20
    return (int(f[11]) + int(f[12])) / os.sysconf("SC_CLK_TCK"), rss


if cmd == "cells":
    for l in sys.stdin:
        if cells(SGR.sub("", l.rstrip("\n"))) > int(a[0]):
            bad(f"{cells(l.rstrip())} cells: {l.strip()}")
elif cmd == "blocks":
    print("\n\n".join(sorted(b for l in [sys.stdin.read()] for b in re.split(r"\n+(?=[●▲✗◌])", l.strip()))))
elif cmd == "big":
    s = open(a[0], "rb").read()
    with open(a[1], "wb") as f:
        for i in range(int(a[2]) * 2**20 // len(s)):
            n, t = b"%04x" % i, datetime.datetime(2026, 11, 20, 14, 2) + datetime.timedelta(minutes=i)  # other ids, a minute later
            r = re.sub(rb"((?:evt|flow)_)[0-9a-z]{4}([0-9a-z]{22})", lambda m: m[1] + n + m[2], s) if i else s
            r = re.sub(rb"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{8})[0-9a-f]{4}", lambda m: m[1] + n, r) if i else s
            r = re.sub(rb"\b([0-9a-f]{12,28})[0-9a-f]{4}\b", lambda m: m[1] + n, r) if i else s
            f.write(r.replace(b"2026-11-20T14:02:", t.strftime("%Y-%m-%dT%H:%M:").encode()))
elif cmd == "cost":
    p = subprocess.run(a, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    u = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(round(u.ru_utime + u.ru_stime, 3), u.ru_maxrss // 1024, p.returncode)
elif cmd == "head":
    p = subprocess.Popen(a, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    p.stdout.readline()
    p.stdout.close()
    before = usage(p.pid)[0] if p.poll() is None else 0
    err = p.stderr.read()
    p.wait()
    u = resource.getrusage(resource.RUSAGE_CHILDREN)
    c = u.ru_utime + u.ru_stime - before
    print(f"{c:.2f} CPU-s after head, status {p.returncode}, {len(err)} bytes on stderr")
    sys.exit(not (c <= 0.5 and p.returncode == -signal.SIGPIPE and not err))
elif cmd == "feed":
    es = sorted(events(a[0]), key=end)
    t0, w0 = end(es[0]), time.time()
    for e in es:
        time.sleep(max(0, min((end(e) - t0) - (time.time() - w0), float(a[1]) - (time.time() - w0))))
        print(json.dumps(e), flush=True)
elif cmd == "replay":
    es = sorted(events(a[0]), key=end)
    ids = {}
    for l in run("debug", "--layout", "json", "--summary", "never", a[0]).stdout.splitlines():
        f = json.loads(l)
        for x in [f["flow"], *f.get("merged", [])]:
            ids[x] = f["flow"][5:11]
    m, s = pty.openpty()
    import fcntl, struct, termios
    fcntl.ioctl(s, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    p = subprocess.Popen([E, "debug", "--utc", "--summary", "never", "--color", "never"], stdin=subprocess.PIPE, stdout=s, stderr=subprocess.DEVNULL)
    os.close(s)
    out, seen, last = b"", {}, {}

    def reader():
        global out
        while True:
            try:
                b = os.read(m, 65536)
            except OSError:
                return
            out += b
            for x in re.findall(r"(?m)^(?:\x1b\[[0-9;?]*[A-Za-z]|\r)*[●▲✗] .* ([0-9a-z]{6})[ \r]*$", SGR.sub("", b.decode("utf8", "replace"))):
                seen.setdefault(x, time.time())
    th = threading.Thread(target=reader)
    th.start()
    t0, w0 = end(es[0]), time.time()
    for e in es:
        time.sleep(max(0, end(e) - t0 - (time.time() - w0)))
        p.stdin.write(json.dumps(e).encode() + b"\n")
        p.stdin.flush()
        last[ids.get(e["correlation"].get("flow_id"))] = time.time()
    time.sleep(2.5)
    p.stdin.close()
    p.wait()
    th.join(3)
    last.pop(None, None)
    late = {i: round(seen[i] - t, 2) for i, t in last.items() if i in seen and seen[i] - t > 2.15}
    miss = [i for i in last if i not in seen]
    # A retry that comes later than the ten seconds it is waited for is a continuation by right.
    cont = sum(u == "ms" or float(n) < 10 for n, u in re.findall(r"continued \+([\d.]+) (ms|s)", out.decode("utf8", "replace")))
    print(f"{len(seen)} of {len(last)} blocks, {cont} continued, late {late}, missing {miss}")
    sys.exit(bool(late or miss or cont))
elif cmd == "delayed":
    es = sorted(events(a[0]), key=at)
    es = [e for e in es if "7p8yt2" in e["correlation"].get("flow_id", "") and e["event_type"] != "flow.merged"] or es[:5]
    p = subprocess.Popen([E, "debug", "--utc", "--summary", "never"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    late = es[-1]
    late["timestamp"] = datetime.datetime.fromtimestamp(at(es[-2]) + 31, datetime.timezone.utc).isoformat().replace("+00:00", "Z")
    for e in es[:-1]:
        print(json.dumps(e), file=p.stdin, flush=True)
    time.sleep(31)
    o, _ = p.communicate(json.dumps(late) + "\n")
    n, r = o.count("(continued +31"), len(re.findall("(?m)^[●▲✗]", o))
    print(f"{n} continuations, {r} root lines")
    sys.exit(n != 1 or r != 1)
elif cmd == "shuffle":
    random.seed(1)
    es = [json.loads(x) for x in sys.stdin]
    for e in sorted(es, key=lambda e: at(e) + random.random() * 2):
        print(json.dumps(e))
elif cmd == "odd":
    print(ev("e1", 1, "f1", parent_event_id="e2"), ev("e2", 1.1, "f1", parent_event_id="e1"), ev("e3", 2, "f2", parent_event_id="gone"), ev("e3", 2, "f2", parent_event_id="gone"),
          ev("e4", 3, "f3"), ev("e5", 3.01, "f3"), '{"msg":"no ids at all"}', sep="\n")
elif cmd == "child":
    print(ev("e1", 1, "root", primary_correlation_id="pc"), ev("e2", 1.1, "c1", parent_flow_id="root", primary_correlation_id="pc"), ev("e3", 1.2, "c2", parent_flow_id="root", primary_correlation_id="pc"), sep="\n")
elif cmd == "evil":
    x = "hi \x1b[2J\x1b]0;P\x07 \x1b]52;c;eA==\x07 \x9b2J \r\nFAKE ● 1 \u202eevil\u200b </script><img onerror=x>"
    with open(a[0], "wb") as f:
        f.write(json.dumps(json.loads(ev("e1", 1, "f1", action=x, metadata={x: x, "error": x, "message": x}))).encode() + b"\n")
        f.write(ev("e2", 2, "f2", action="RAW").encode().replace(b"RAW", b"a\xff\xfe\x1b[2J\xc2\x9b\xe2\x80\xae\x07b") + b"\n")
        f.write(b"text \x1b[31mred\x1b]0;T\x07 \xff \xe2\x80\xae rest\n")
elif cmd == "inert":
    s = SGR.sub("", sys.stdin.buffer.read().decode("utf8", "surrogateescape"))
    for c in s:
        if (ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) <= 0x9F or c in "\u202e\u200b" or 0xDC80 <= ord(c) <= 0xDCFF:
            bad(f"{ord(c):#x} in {s[max(0, s.index(c) - 20):s.index(c) + 20]!r}")
    if re.search(r"(?m)^FAKE", s):
        bad("a forged line")
elif cmd == "mess":
    with open(a[0], "wb") as f:
        f.write(b'\xef\xbb\xbf{"msg":"bom"}\r\nnot json\n\n\x00\x00\x00\n{"a":"' + b"x" * 70_000_000 + b'"}\n' + ev("e1", 1, "f1").encode() + b'\n{"cut":"of')
elif cmd == "flood":
    es, n = open(a[0], "rb").read().splitlines(True), int(a[1])
    m, s = pty.openpty()
    p = subprocess.Popen([E, "debug", "--summary", "never"], stdin=subprocess.PIPE, stdout=s, stderr=subprocess.DEVNULL)
    threading.Thread(target=lambda: [os.read(m, 65536) for _ in iter(int, 1)], daemon=True).start()
    w0, mid = time.time(), 0
    for i in range(n * 50):
        p.stdin.write(b"".join(es[(i * 100 + k) % len(es)] for k in range(100)))
        if i == n * 25:
            mid = usage(p.pid)[1]
        time.sleep(max(0, w0 + (i + 1) / 50 - time.time()))
    p.stdin.flush()
    c, r = usage(p.pid)
    p.kill()
    share = 100 * c / (time.time() - w0)
    print(f"{share:.1f} % of a core, {mid} MiB half-way, {r} MiB at the end, {n} s")
    sys.exit(share > 15 or r > mid * 1.2 + 8)
elif cmd == "idle":
    p = subprocess.Popen([E, "debug", "-f", a[1]], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    time.sleep(3)
    c = usage(p.pid)[0]
    time.sleep(int(a[0]))
    share = 100 * (usage(p.pid)[0] - c) / int(a[0])
    p.kill()
    print(f"{share:.2f} % in {a[0]} s")
    sys.exit(share > 0.2)
elif cmd == "rotate":
    for way in ("rename", "copytruncate", "truncate", "replace"):
        f, o = f"{T}/rot.log", open(f"{T}/rot.out", "w+")
        open(f, "w").close()
        p = subprocess.Popen([E, "debug", "-f", "--from", "start", "--layout", "lines", "--summary", "never", f], stdout=o, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        time.sleep(1)
        for part in range(4):
            t = "".join(ev(f"e{i}", i % 50, f"f{i}", action=f"N{i}N") + "\n" for i in range(part * 2500, part * 2500 + 2500))
            if part and way == "rename":
                os.rename(f, f + ".1")
            elif part and way == "replace":
                open(f + ".n", "w").write(t)
                os.rename(f + ".n", f)
            elif part:
                time.sleep(1)
                if way == "copytruncate":
                    subprocess.run(["cp", f, f + ".1"])
                os.truncate(f, 0)
            if not part or way != "replace":
                open(f, "a").write(t)
            time.sleep(1)
        time.sleep(3)
        p.terminate()
        p.wait()
        o.seek(0)
        got = re.findall(r"N(\d+)N", o.read())
        if len(got) != 10000 or len(set(got)) != 10000:
            bad(f"{way}: {len(got)} lines seen, {len(set(got))} different, of 10000")
elif cmd == "split":
    for n, f in enumerate(a[1:]):
        open(f, "w").writelines(l for i, l in enumerate(open(a[0])) if i % 2 == n)
elif cmd == "colours":
    wrong, rows = [], 0
    for tty in (False, True):
        for var, val, t, p in (("NO_COLOR", "1", 0, 0), ("NO_COLOR", "", 1, 0), ("CLICOLOR_FORCE", "1", 1, 1), ("CLICOLOR_FORCE", "0", 1, 0), ("FORCE_COLOR", "1", 1, 1), ("FORCE_COLOR", "0", 1, 0), ("TERM", "dumb", 0, 0), ("X", "1", 1, 0)):
            for flag in ("auto", "always", "never"):
                env = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "CLICOLOR_FORCE", "FORCE_COLOR")} | {"TERM": "xterm"} | {var: val}
                args = [E, "debug", "--errors", "--summary", "never", "--color", flag, a[0]]
                if tty:
                    m, s = pty.openpty()
                    q = subprocess.Popen(args, env=env | {"PAGER": "cat"}, stdout=s, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
                    os.close(s)
                    o = b""
                    try:
                        while b := os.read(m, 65536):
                            o += b
                    except OSError:
                        pass
                    q.wait()
                else:
                    o = subprocess.run(args, env=env, capture_output=True).stdout
                want = flag == "always" or flag == "auto" and bool(t if tty else p)
                rows += 1
                if bool(re.search(rb"\x1b\[[0-9;]*m", o)) != want:
                    wrong.append(f"{var}={val} {flag} {'tty' if tty else 'pipe'}")
    print(f"{rows} rows, wrong: {wrong}")
    sys.exit(bool(wrong))
elif cmd == "wide":
    for i, n in enumerate(("注文確認メール" * 12, "🚀🎉" * 30, "e\u0301a\u0308" * 60, "👩‍👩‍👧‍👦" * 20)):
        print(ev(f"e{i}", i, f"f{i}", action=n))
        print(ev(f"c{i}", i + 0.1, f"f{i}", parent_event_id=f"e{i}", action=n, event_type="job.completed"))
elif cmd == "web":
    p = subprocess.Popen([E, "debug", "--web", "--web-addr", "127.0.0.1:17331", a[0]], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, text=True)
    try:
        time.sleep(2)
        l = subprocess.run("ss -ltnp 2>/dev/null || cat /proc/net/tcp", shell=True, capture_output=True, text=True).stdout
        if not re.search(r"127\.0\.0\.1:17331|0100007F:43B3", l):
            bad("does not listen on 127.0.0.1:17331 only")
        for path, host in (("/", None), ("/", "evil.example")):
            try:
                r = urllib.request.urlopen(urllib.request.Request("http://127.0.0.1:17331" + path, headers={"Host": host} if host else {}), timeout=5)
                bad(f"{host or 'without key'}: {r.status}")
            except urllib.error.HTTPError as e:
                if e.code != 403:
                    bad(f"{host or 'without key'}: {e.code}")
    finally:
        p.kill()
elif cmd == "summary":
    text, j, flows = open(a[0]).read(), json.load(open(a[1])), [json.loads(l) for l in open(a[2])]
    want = {"flows": len(flows), "events": sum(f["events"] for f in flows), "ok": sum(f["state"] == "fine" for f in flows), "retried": sum(f["state"] == "retried" for f in flows), "failed": sum(f["state"] == "failed" for f in flows)}
    for k, v in want.items():
        if j[k] != v:
            bad(f"json says {k} {j[k]}, the golden flows {v}")
    for w in (f"{want['flows']} flows", f"{want['events']} events", f"● {want['ok']} fine", f"▲ {want['retried']} retried", f"✗ {want['failed']} failed", *(s["flow"] for s in j["slowest"])):
        if w not in text:
            bad(f"the text has no `{w}`")
elif cmd == "check9":
    lines = ['# a shop', 'service = "shop"', 'environment = "production"', '[input]', 'from = "jsonl"', '[performance]', 'batch_sze = 1000', 'flush_interval = 30', 'sample_rate = 10',
             '[security]', 'profile = "strictt"', "allow_values = ['/[A-Z{2}/']", '[debug]', 'slow = "half a second"', '[delivery]', 'to = 7', '[admn]']
    at_value = {5: '"jsonl"', 8: "30", 9: "10", 11: '"strictt"', 14: '"half', 16: "7"}
    want = {(n, lines[n - 1].index(v) + 1) for n, v in at_value.items()} | {(2, 1), (7, 1), (17, 2)}
    f = f"{T}/bad.toml"
    open(f, "w").write("\n".join(lines) + "\n")
    r = run("check", "--format", "short", f)
    got = {(int(x), int(y)) for x, y in re.findall(r"bad\.toml:(\d+):(\d+)", r.stdout + r.stderr)}
    s = run("check", "--format", "sarif", f).stdout
    if json.loads(s).get("version") != "2.1.0":
        bad("sarif")
    if r.returncode != 3 or want - got or not any(n == 12 for n, _ in got):
        bad(f"exit {r.returncode}, not found {sorted(want - got)}, beyond {sorted(got - want)}")
    run("check", "--fix", f)
    n = len(re.findall(r"(?m)^.*bad\.toml:\d+:\d+", run("check", "--format", "short", f).stdout))
    if not open(f).read().startswith("# a shop") or not n < len(got):
        bad(f"after --fix {n} of {len(got)} findings")
    print(f"{len(got)} findings, {n} after --fix")
elif cmd == "check40":
    table, keys = "", []
    for l in open(os.environ["ROOT"] + "/ezlogs.toml.example"):
        l = l.lstrip("# ").rstrip()
        if m := re.match(r"\[+([a-z.]+)\]+$", l):
            table = l
        elif (m := re.match(r"([a-z_]+) = (.+)$", l)) and "[[" not in table:
            keys.append((table, m[1], m[2]))
    random.seed(3)
    n = good = 0
    wrong = []
    f = f"{T}/k.toml"
    for t, k, v in keys:
        for kind in ("typo", "type", "made-up", "syntax"):
            i = random.randrange(1, len(k))
            key = {"typo": k[:i] + k[i + 1:], "made-up": "zzqxjvww"}.get(kind, k)
            val = {"type": "[[[1]]]" if v[0] in '"0123456789tf' else "1979-05-27", "syntax": random.choice(['"open', "= 1", "[1, ", ""])}.get(kind, v)
            open(f, "w").write(f"# c\n{t}\n{key} = {val}\n")
            r = run("check", "--color", "never", f)
            o = r.stdout + r.stderr
            col = 1 if kind in ("typo", "made-up") else len(key) + 4
            p = [(int(x), int(y)) for x, y in re.findall(r"k\.toml:(\d+):(\d+)", o)]
            if kind == "typo":
                n += 1
                good += f"`{k}`" in o
            if kind == "made-up" and "did you mean" in o:
                wrong.append(f"a suggestion for {key}")
            if kind == "syntax" and not any(x == 3 for x, _ in p) or kind != "syntax" and (3, col) not in p:
                wrong.append(f"{t} {key} = {val}: {p}, not 3:{col}")
    print(f"{len(keys)} keys, suggestions {good} of {n}, {len(wrong)} wrong, first {wrong[:2]}")
    sys.exit(bool(wrong) or good < 0.95 * n)
elif cmd == "fuzz":
    try:
        import tomllib
    except ImportError:
        tomllib = None
    src = re.sub(r"(?m)^# ([a-z_]+ = )", r"\1", open(os.environ["ROOT"] + "/ezlogs.toml.example").read())
    stop, n = time.time() + int(a[0]), 0
    while time.time() < stop:
        s = list(src)
        for _ in range(random.randrange(1, 6)):
            i = random.randrange(len(s))
            s[i] = random.choice(["", "[", '"', "=", "\n", "'", "\\", "é", "9", "{", s[i] * 2])
        s = "".join(s)
        open(f"{T}/z.toml", "w").write(s)
        r = run("check", "--format", "short", f"{T}/z.toml")
        n += 1
        if r.returncode not in (0, 3) or "panic" in r.stderr:
            bad(f"exit {r.returncode}: {r.stderr[:200]}")
        if tomllib:
            try:
                tomllib.loads(s)
                ok = True
            except ValueError:
                ok = False
            if ok and re.search(r"\bsyntax\b", r.stdout):
                bad("valid for the reference decoder, a syntax error here: " + re.search(r".*syntax.*", r.stdout)[0])
    print(f"{n} files in {a[0]} s")
