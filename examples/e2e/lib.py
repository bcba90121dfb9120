"""What the end-to-end scripts of the example services share: start a service, talk to it over TLS, check, stop it, search what it
said for canaries. Python's standard library alone; servers listen on 127.0.0.1.

A script is:

    from lib import Service, run

    def checks(service):
        service.check("a profile is created", service.as_("ada").post("/profiles", {...}).status == 201)

    run("example-axum-profiles", checks, canaries=[...])
"""

import argparse
import base64
import http.client
import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
import warnings

ROOT = pathlib.Path(__file__).resolve().parents[2]
START = 60  # seconds until it must listen
STOP = 30  # seconds until it must have ended
SECURITY_HEADERS = {
    "strict-transport-security": "max-age=",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "content-security-policy": "default-src 'none'",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
AUDIT = "dynacrypt::audit"


class Response:
    """An answer: status, headers with names in lower case, body."""

    def __init__(self, status, headers, body):
        self.status, self.body = status, body
        self.headers = {}
        for name, value in headers:
            self.headers.setdefault(name.lower(), value)
        self.raw_headers = "\n".join(f"{name}: {value}" for name, value in headers)

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    @property
    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def fields(self):
        """Names of the fields at fault, where the answer names some."""
        answer = self.json
        return sorted({field["field"] for field in answer.get("fields", [])}) if isinstance(answer, dict) else []

    def __repr__(self):
        return f"{self.status} {self.text[:300]!r}"


class Client:
    """Requests as somebody, or as nobody."""

    def __init__(self, service, token=None):
        self.service, self.token = service, token

    def request(self, method, path, body=None, headers=None, chunked=False, reveals=False):
        """`body`: what becomes JSON, or bytes as they are. `reveals`: the answer may show a canary."""
        sent = {}
        if self.token is not None:
            sent["authorization"] = f"Bearer {self.token}"
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            sent["content-type"] = "application/json"
        sent.update(headers or {})
        sent = {name: value for name, value in sent.items() if value is not None}
        pieces = (body[at : at + 4096] for at in range(0, len(body), 4096)) if chunked else body
        connection = self.service.connection()
        try:
            connection.request(method, path, body=pieces, headers=sent, encode_chunked=chunked)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            pass  # refused before it was sent whole: the answer is there already
        try:
            answer = connection.getresponse()
            response = Response(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()
        self.service.remember(f"{method} {path}", response, reveals)
        return response

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.request("POST", path, body, **options)

    def put(self, path, body=None, **options):
        return self.request("PUT", path, body, **options)

    def patch(self, path, body=None, **options):
        return self.request("PATCH", path, body, **options)

    def delete(self, path, **options):
        return self.request("DELETE", path, **options)


class Service:
    """A running service, and what it said."""

    def __init__(self, binary, arguments=(), environment=None, demo=True):
        """Without `demo`: on the embedded database and tokens all the same, in a folder of the service's own choice."""
        self.passed, self.failed, self.responses = 0, 0, []
        self.folder = tempfile.TemporaryDirectory(prefix="dynacrypt-e2e-")
        self.demo = pathlib.Path(self.folder.name) / "demo"
        self.logs, self.reading = [], None
        place = ["--demo", str(self.demo)] if demo else []
        command = [str(binary), *place, "--listen", "127.0.0.1:0", "--listen-http", "127.0.0.1:0", *arguments]
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR", "RUST_BACKTRACE") or name.startswith("AWS_")}
        # Standard output and error: nothing that it says goes unread.
        self.process = subprocess.Popen(
            command, env={**kept, **(environment or {})}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=self.folder.name
        )
        self.reading = threading.Thread(target=self._read, daemon=True)
        self.reading.start()
        until = time.monotonic() + START
        while not (self.demo / "ready.json").exists():
            if not demo:
                chosen = [event["folder"] for event in self.events() if "folder" in event]
                self.demo = pathlib.Path(chosen[0]) if chosen else self.demo
            if self.process.poll() is not None or time.monotonic() > until:
                self.process.kill()
                self.reading.join(5)
                raise SystemExit("the service did not start:\n" + self.log)
            time.sleep(0.05)
        addresses = json.loads((self.demo / "ready.json").read_text())
        self.https, self.http = _address(addresses["https"]), _address(addresses["http"])
        self.database = addresses.get("database")  # the embedded one

    def _read(self):
        for line in self.process.stdout:
            self.logs.append(line.decode("utf-8", "replace"))

    @property
    def log(self):
        return "".join(self.logs)

    def events(self, target=None):
        """The log's events, of one target or all: at least those before the last answer, which another thread reads."""
        request = next((response.headers["x-request-id"] for _, response, _ in reversed(self.responses) if "x-request-id" in response.headers), None)
        until = time.monotonic() + 5
        while request is not None and time.monotonic() < until and f'"{request}"' not in self.log:
            time.sleep(0.01)
        return self._events(target)

    def _events(self, target):
        events = []
        for line in list(self.logs):
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if target is None or event.get("target") == target:
                events.append(event)
        return events

    def token(self, name):
        return (self.demo / f"{name}.jwt").read_text().strip()

    def as_(self, name):
        """Requests with the demonstration's token of this name."""
        return Client(self, self.token(name))

    def nobody(self):
        return Client(self)

    def with_token(self, token):
        return Client(self, token)

    def tls(self, version=None):
        context = ssl.create_default_context(cafile=str(self.demo / "ca.pem"))
        if version is not None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                # OpenSSL itself refuses old versions unless it is told that it is fine.
                context.set_ciphers("ALL:@SECLEVEL=0")
                context.minimum_version = version
                context.maximum_version = version
        return context

    def connection(self):
        host, port = self.https
        return http.client.HTTPSConnection(host, port, timeout=20, context=self.tls())

    def remember(self, what, response, reveals=False):
        self.responses.append((what, response, reveals))

    def handshake(self, version):
        """The version and suite that came of a handshake at this version alone; `None` where the server refused it."""
        try:
            with socket.create_connection(self.https, timeout=10) as raw:
                with self.tls(version).wrap_socket(raw, server_hostname="127.0.0.1") as wrapped:
                    return wrapped.version(), wrapped.cipher()[0]
        except ssl.SSLError as error:
            # Only the server's own alert counts: not that this client could not even try.
            if "ALERT" in (error.reason or ""):
                return None
            raise

    def plain_http(self, path="/", headers=None, host="localhost"):
        connection = http.client.HTTPConnection(*self.http, timeout=10)
        try:
            connection.putrequest("GET", path, skip_host=True)
            if host is not None:
                connection.putheader("host", host)
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            response = Response(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()
        self.remember(f"http {path}", response)
        return response

    def stored(self, table):
        """The items of a table of the embedded database, as DynamoDB has them: JSON text."""
        return dynamodb(self.database, "Scan", TableName=table)

    def check(self, what, holds, seen=None):
        """A line a check; `seen` is shown where it does not hold."""
        if holds:
            self.passed += 1
            print(f"ok    {what}")
        else:
            self.failed += 1
            print(f"FAIL  {what}" + ("" if seen is None else f": {seen!r}"))

    def expect(self, what, response, status, **headers):
        """The answer has this status, and these headers (`_` for `-`; `True` for any value)."""
        holds = response.status == status
        for name, value in headers.items():
            found = response.headers.get(name.replace("_", "-"))
            holds = holds and (found is not None if value is True else found == value)
        self.check(f"{what}: {status}", holds, (response, response.headers) if headers else response)
        return response

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(STOP)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = "killed: it did not end by itself"
        self.reading.join(5)
        self.check("SIGTERM ends it, with exit code 0", code == 0, code)


def _address(text):
    host, port = text.rsplit(":", 1)
    return host.strip("[]"), int(port)


def dynamodb(url, operation, **request):
    """An operation of the embedded database, past the service: its answer, JSON text."""
    headers = {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": f"DynamoDB_20120810.{operation}",
        "authorization": "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
        "x-amz-date": "20260101T000000Z",
    }
    call = urllib.request.Request(url, json.dumps(request).encode(), headers)
    with urllib.request.urlopen(call, timeout=10) as answer:
        return answer.read().decode()


def fixtures(name):
    """What another program stored, of one legacy format, and its keys: those of the repository, or fresh ones."""
    folder = pathlib.Path(os.environ.get("DYNACRYPT_TEST_LEGACY") or ROOT / "tests" / "legacy")
    return json.loads((folder / f"{name}.json").read_text())


def forms(canary):
    """The forms in which a canary could turn up."""
    raw = canary.encode()
    found = {canary, urllib.parse.quote(canary, safe=""), json.dumps(canary)[1:-1], raw.hex(), raw.hex().upper()}
    found.add("".join(f"%{byte:02X}" for byte in raw))
    found.add("".join(f"\\u{ord(char):04x}" for char in canary))
    # Base64 at each of the three offsets, without the characters that its neighbours decide.
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw).decode().rstrip("=")
        inner = encoded[[0, 2, 3][offset] : -1]
        found.update((inner, inner.replace("+", "-").replace("/", "_")))
    return {form.lower() for form in found if len(form) >= 6}


def leaks(text, canaries):
    lowered = text.lower()
    return sorted({canary for canary in canaries for form in forms(canary) if form in lowered})


def unsigned(token, algorithm):
    """The token's claims under another algorithm and without a signature."""
    head = base64.urlsafe_b64encode(json.dumps({"alg": algorithm, "typ": "JWT"}).encode()).decode().rstrip("=")
    return f"{head}.{token.split('.')[1]}."


# What every service keeps, wherever it is mounted.


def check_tls(service):
    check = service.check
    for version, name in ((ssl.TLSVersion.TLSv1_3, "TLSv1.3"), (ssl.TLSVersion.TLSv1_2, "TLSv1.2")):
        seen = service.handshake(version)
        check(f"{name} is accepted, with an AEAD suite", seen is not None and seen[0] == name and ("GCM" in seen[1] or "CHACHA20" in seen[1]), seen)
    for version, name in ((ssl.TLSVersion.TLSv1_1, "TLSv1.1"), (ssl.TLSVersion.TLSv1, "TLSv1.0")):
        seen = service.handshake(version)
        check(f"{name} is refused", seen is None, seen)
    try:
        connection = http.client.HTTPConnection(*service.https, timeout=10)
        connection.request("GET", "/health/live")
        seen = connection.getresponse().status
    except (http.client.HTTPException, OSError) as error:
        seen = type(error).__name__
    check("plain HTTP on the HTTPS port is not answered with success", not (isinstance(seen, int) and seen < 400), seen)


def check_plain_http(service, path):
    port = service.https[1]
    answer = service.expect("plain http is sent to https", service.plain_http(f"{path}?a=b"), 308)
    service.check("to the same place", answer.headers.get("location") == f"https://localhost:{port}{path}?a=b", answer.headers)
    for host in ("evil.example", "localhost@evil.example", None):
        answer = service.expect(f"plain http with Host {host}", service.plain_http(path, host=host), 400)
        service.check("and no place to go", "location" not in answer.headers, answer.headers)
    token = service.token("ada")
    answer = service.plain_http(path, headers={"authorization": f"Bearer {token}"})
    service.expect("plain http with a token is served nothing either", answer, 308)


def check_health(service):
    for path in ("/health/live", "/health/ready"):
        service.expect(f"{path} without a token", service.nobody().get(path), 200)


def check_headers(service, path):
    """`path`: one that answers ada with 200. The headers are on refusals too."""
    for answer, what in ((service.as_("ada").get(path), "an answer"), (service.nobody().get(path), "a refusal"), (service.nobody().get("/none"), "a 404")):
        missing = [name for name, part in SECURITY_HEADERS.items() if part not in answer.headers.get(name, "")]
        service.check(f"{what} has the security headers", not missing, (answer.status, missing))


def check_tokens(service, path):
    """`path`: one that answers ada with 200."""
    ada = service.token("ada")
    head, claims, signature = ada.split(".")
    flipped = ("A" if signature[9] != "A" else "B").join((signature[:9], signature[10:]))
    cases = {
        "no token": None,
        "an expired token": service.token("expired"),
        "a token under another key": service.token("other-key"),
        "a token for another audience": service.token("other-audience"),
        "a token of another issuer": service.token("other-issuer"),
        "alg none": unsigned(ada, "none"),
        "alg None": unsigned(ada, "None"),
        "alg HS256 without a signature": unsigned(ada, "HS256"),
        "a changed signature": f"{head}.{claims}.{flipped}",
        "another's claims": f"{head}.{service.token('bob').split('.')[1]}.{signature}",
        "no JWT": "abc",
        "a token of 10 KB": f"{head}.{claims}.{'A' * 10_000}",
    }
    for what, token in cases.items():
        service.expect(what, service.with_token(token).get(path), 401, www_authenticate=True)
    basic = service.nobody().get(path, headers={"authorization": "Basic YWRhOmFkYQ=="})
    service.expect("another scheme", basic, 401, www_authenticate=True)
    service.expect("a sound token", service.as_("ada").get(path), 200)


def check_forwarding(service, path):
    """The service trusts no proxy: the headers change nothing."""
    for proto in ("http", "https"):
        headers = {"x-forwarded-proto": proto, "x-forwarded-for": "203.0.113.9"}
        service.expect(f"x-forwarded-proto: {proto} of an untrusted peer is ignored", service.as_("ada").get(path, headers=headers), 200)


def check_trusted_proxy(binary, path, counts):
    """A service of its own that trusts this client as a proxy."""
    service = Service(binary, ["--trusted-proxy", "127.0.0.1"])
    try:
        ask = lambda **headers: service.as_("ada").get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = service.expect("x-forwarded-proto: http of the trusted proxy", ask(x_forwarded_proto="http"), 400)
        service.check("it says that https is required", (answer.json or {}).get("error") == "https required", answer)
        passed = ask(x_forwarded_proto="https")
        service.check("x-forwarded-proto: https of the trusted proxy passes", passed.status in (200, 404), passed)
    finally:
        service.stop()
    counts.append(service)


def check_rate(binary, path, counts):
    """A service of its own with a small burst."""
    service = Service(binary, ["--rate-per-second", "1", "--rate-burst", "3"])
    try:
        statuses = [service.as_("ada").get(path) for _ in range(8)]
        limited = [answer for answer in statuses if answer.status == 429]
        service.check("a caller that asks too often gets 429", bool(limited), statuses)
        service.check("with Retry-After in seconds", bool(limited) and all(answer.headers.get("retry-after", "").isdigit() for answer in limited), limited)
        other = service.as_("bob").get(path)
        service.check("another caller does not", other.status != 429, other)
    finally:
        service.stop()
    counts.append(service)


def check_shutdown(binary, method, path, body, status, counts):
    """A service of its own that is asked to end while a request is under way: it answers that, takes no other, and ends."""
    service = Service(binary)
    try:
        body = json.dumps(body).encode()
        head = [f"{method} {path} HTTP/1.1", "host: localhost", f"authorization: Bearer {service.token('ada')}"]
        head += ["content-type: application/json", f"content-length: {len(body)}", "expect: 100-continue"]
        with service.tls().wrap_socket(socket.create_connection(service.https, timeout=20), server_hostname="127.0.0.1") as wrapped:
            wrapped.sendall("\r\n".join([*head, "", ""]).encode())
            # It is under way once the service asks for the body.
            service.check("a request is under way", wrapped.recv(1024).startswith(b"HTTP/1.1 100"))
            service.process.send_signal(signal.SIGTERM)
            while service.process.poll() is None:
                try:
                    socket.create_connection(service.https, timeout=5).close()
                except OSError:
                    break  # it listens no more
                time.sleep(0.02)
            wrapped.sendall(body)
            answer = wrapped.recv(1024).decode("utf-8", "replace")
        service.check(f"it is finished after SIGTERM: {status}", answer.startswith(f"HTTP/1.1 {status} "), answer[:100])
    finally:
        service.stop()
    counts.append(service)


def check_bodies(service, method, path, sound, secret, headers=None):
    """Bodies that are none. `sound`: one that is; `secret`: the name of a secret member; nothing that was sent comes back."""
    canary = "CANARY-in-a-body-4711"
    send = lambda body, **extra: service.as_("ada").request(method, path, body, headers={**(headers or {}), **extra.pop("headers", {})}, **extra)
    cases = {
        "no JSON": b'{"' + canary.encode(),
        "an empty body": b"",
        "a secret that is a number": {**sound, secret: 78051120},
        "a secret that is an object": {**sound, secret: {canary: canary}},
        "a list": [canary],
        "a member that is not known": {**sound, canary: canary},
        "bytes that are no text": b'{"' + secret.encode() + b'":"\xff\xfe"}',
        "JSON 100,000 levels deep": b"[" * 50_000,
        "two documents": json.dumps(sound).encode() + b"{}",
    }
    for what, body in cases.items():
        answer = service.expect(what, send(body), 400)
        service.check("  and nothing of it comes back", not leaks(answer.text, [canary, "78051120"]) and "expected" not in answer.text, answer)
    service.check("the field at fault is named", secret in send({**sound, secret: 78051120}).fields)
    service.expect("another media type", send(sound, headers={"content-type": "text/plain"}), 415)
    service.expect("no media type", send(json.dumps(sound).encode(), headers={"content-type": None}), 415)
    large = json.dumps({**sound, secret: canary * 4096}).encode()
    service.expect("a body over 64 KiB", send(large), 413)
    service.expect("a body over 64 KiB without Content-Length", send(large, chunked=True, headers={"transfer-encoding": "chunked"}), 413)


def check_stored(service, table, items, canaries, sealed):
    """The embedded table has this many items, in which `sealed` attributes are binary and no canary is."""
    if service.database is None:
        return
    text = service.stored(table)
    found = json.loads(text)["Items"]
    service.check(f"the table has {items} items", len(found) == items, len(found))
    clear = [(name, list(item[name])) for item in found for name in sealed if name in item and list(item[name]) != ["B"]]
    service.check(f"what is stored of {', '.join(sealed)} is binary", not clear and any(name in item for item in found for name in sealed), clear)
    service.check("the table has no canary", not leaks(text, canaries), leaks(text, canaries))


def check_move(binary, counts, table, old, legacy, path, reveal, keys=None, environment=None):
    """A table of items in their old form: read at stage 1, tried and moved at stage 2, read at stage 3.

    `old`: items of `user-ada` and `user-bob`, then some of nobody's. `legacy`: options that read the old form. `path`: ada's item.
    `reveal`: a route that shows a secret of it, and what it must answer. `keys`: options for the wrapping key, where it is not a file."""
    holder = Service(binary)
    try:
        url = holder.database
        key = pathlib.Path(holder.folder.name) / "wrapping-key"
        key.write_text(base64.b64encode(bytes(range(32))).decode())
        for item in old:
            dynamodb(url, "PutItem", TableName=table, Item=item)
        before = holder.stored(table)
        arguments = ["--dynamodb-endpoint-url", url, *(keys or ["--wrapping-key-file", str(key)])]
        environment = {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", **(environment or {})}
        reads = [*legacy, "--legacy-until", "2099-01-01"]
        canaries = [value for _, answer in [reveal] for value in answer.values()]

        def at(stage, checks):
            service = Service(binary, [*arguments, "--stage", stage, *([] if stage == "3" else reads)], environment)
            counts.append(service)
            try:
                checks(service, service.as_("ada"))
            finally:
                service.stop()
                check_canaries(service, canaries)

        def migrate(*how):
            kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
            command = [str(binary), *arguments, "--stage", "2", *reads, "migrate", *how]
            ended = subprocess.run(command, env={**kept, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, text=True)
            holder.check(f"migrate {' '.join(how)} says nothing of what it moves", not leaks(ended.stdout, canaries) and "user-ada" not in ended.stdout, ended.stdout[:300])
            return ended

        def first(service, ada):
            service.expect("stage 1 shows an item in its old form", ada.get(path), 200)
            revealed = service.expect("  and opens it", ada.get(reveal[0], reveals=True), 200)
            service.check("  to what the other program encrypted", revealed.json == reveal[1], revealed)
            service.expect("  another's is not shown", service.as_("bob").get(path), 404 if table == "secure_items" else 403)

        def third(service, ada):
            service.expect("stage 3 shows what was moved", ada.get(path), 200)
            revealed = service.expect("  and opens it", ada.get(reveal[0], reveals=True), 200)
            service.check("  to the same", revealed.json == reveal[1], revealed)
            service.check("  without reading an old form", not service.events("dynacrypt::legacy"))

        at("1", first)
        tried = migrate("--dry-run")
        holder.check("a dry run ends well, and says how many it would move", tried.returncode == 0 and f"{len(old)} sealed" in tried.stdout, tried.stdout[-600:])
        holder.check("  and changes nothing", json.loads(holder.stored(table))["Items"] == json.loads(before)["Items"])
        moved = migrate("--segments", "2", "--checkpoint-table", "jobs", "--job", "move")
        holder.check("migrate moves all of them", moved.returncode == 0 and f"{len(old)} sealed" in moved.stdout, moved.stdout[-600:])
        after = json.loads(holder.stored(table))["Items"]
        gone = {name for item in old for name, value in item.items()} - {name for item in after for name in item}
        holder.check("  each has a header, and no text of its old form", all("_dc" in item for item in after) and not leaks(holder.stored(table), canaries), gone)
        values = [next(iter(value.values())) for item in old for name, value in item.items() if "B" in value or len(next(iter(value.values()))) > 30]
        holder.check("  nor its ciphertext", values and not any(value in holder.stored(table) for value in values))
        again = migrate("--segments", "2", "--checkpoint-table", "jobs", "--job", "move")
        holder.check("a job that is done says so, and moves nothing", again.returncode == 0 and json.loads(holder.stored(table))["Items"] == after, again.stdout[-600:])
        at("3", third)
        refused = subprocess.run([str(binary), *arguments, "migrate"], env={"PATH": os.environ["PATH"], **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, text=True)
        holder.check("migrate in another stage is refused, and says which", refused.returncode != 0 and "--stage 2" in refused.stdout, refused.stdout[-300:])
    finally:
        holder.stop()
        counts.append(holder)


def kms():
    """The KMS for tests, where there is one: its endpoint, and the key that the fresh fixtures are under; otherwise `None`."""
    endpoint = os.environ.get("DYNACRYPT_TEST_KMS_ENDPOINT")
    return endpoint if endpoint and os.environ.get("DYNACRYPT_TEST_LEGACY") else None


def check_canaries(service, canaries):
    """At the end: neither the log nor an answer that was not meant to has one."""
    service.check("the log has no canary", not leaks(service.log, canaries), leaks(service.log, canaries))
    tokens = [service.token(name) for name in ("ada", "bob")]
    service.check("the log has no token", not leaks(service.log, tokens))
    for what, response, reveals in service.responses:
        found = leaks(response.raw_headers + ("" if reveals else response.text), canaries)
        if found:
            service.check(f"the answer to {what} has no canary", False, found)
    service.check(f"{len(service.responses)} answers have no canary where none is to be", True)
    service.check("each line of the log is JSON", len(service.events()) == len(service.logs), [line for line in service.logs if not line.startswith("{")][:3])


def build(package):
    """Builds the service, and says where it is."""
    command = ["cargo", "build", "--quiet", "--message-format=json-render-diagnostics", "-p", package]
    built = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    for line in built.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == package:
            return message["executable"]
    raise SystemExit(f"cargo built no {package}")


def run(package, checks, canaries, others=()):
    """Runs `checks(service)`, then each of `others(binary, counts)` on services of their own; ends the script."""
    parser = argparse.ArgumentParser(description=f"Drives {package} over TLS.")
    parser.add_argument("--binary", type=pathlib.Path, help="a built service, rather than building it")
    options, rest = parser.parse_known_args()
    binary = (options.binary or pathlib.Path(build(package))).resolve()
    service = Service(binary, ["--rate-per-second", "500", "--rate-burst", "1000", *rest])
    counts = [service]
    try:
        checks(service)
    finally:
        service.stop()
        check_canaries(service, canaries)
    for other in others:
        other(binary, counts)
    passed, failed = sum(count.passed for count in counts), sum(count.failed for count in counts)
    print(f"\n{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
