"""Drives the users service over TLS, as two owners, nobody and attackers; then through the three deployments of the move from the
form that the Koa service stored.

    python3 examples/poem-users/e2e.py [--binary PATH] [options of the service]
"""

import base64
import json
import pathlib
import socket
import ssl
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import lib

SECRET, OTHER_SECRET = "CANARY-sensitive-0001", "sk_live_4eC39HqLyjWDarjtT1zdp7dc"
PASSWORD = "CANARY-password-0001"
ADA, BOB = "/users/user-ada", "/users/user-bob"
REVEAL = f"{ADA}/sensitive"


def checks(service):
    expect, check = service.expect, service.check
    ada, bob, nobody = service.as_("ada"), service.as_("bob"), service.nobody()
    user = {"displayName": "Ada", "sensitiveAttr": SECRET, "password": PASSWORD}

    lib.check_tls(service)
    lib.check_health(service)
    check_connection(service)
    expect("absent, to its owner", ada.get(ADA), 404)

    # Who is not there yet, and who is: the same to another.
    tries = lambda: [bob.get(ADA), bob.delete(ADA), bob.get(REVEAL), bob.put(ADA, {**user, "version": 1}), bob.patch(ADA, {"displayName": "B", "version": 1})]
    absent = tries()
    created = expect("create", ada.post("/users", user), 201, location="/users/user%2Dada", etag='"1"')
    there = tries()
    check("another owner's id is 403 for every method", all(answer.status == 403 for answer in absent + there), absent + there)
    check("with the same body whether or not it exists", len({answer.body for answer in absent + there}) == 1, absent + there)
    ids = [f"/users/user-{number}" for number in range(20)]
    check("enumeration tells nothing", {bob.get(path).body for path in ids} == {there[0].body})

    expect("create twice", ada.post("/users", user), 409)
    expect("the place of what was created", ada.get(created.headers["location"]), 200)
    shown = expect("get", ada.get(ADA), 200, etag='"1"')
    check("it says of the secret that it is set", shown.json == {"userId": "user-ada", "displayName": "Ada", "sensitiveAttrSet": True, "version": 1}, shown)
    expect("head", ada.request("HEAD", ADA), 200, etag='"1"')
    lib.check_stored(service, "users", 1, [SECRET, PASSWORD, "CANARY"], ["sensitiveAttr"])
    if service.database is not None:
        stored = item(service.database)
        check("under the Koa service's names, without iv, tag and password", set(stored) == {"userId", "displayName", "sensitiveAttr", "version", "_dc"}, sorted(stored))

    for name, answer in (("PUT", ada.put(ADA, user)), ("PATCH", ada.patch(ADA, {"displayName": "A"}))):
        expect(f"{name} without a version", answer, 428)
    expect("replace", ada.put(ADA, {**user, "sensitiveAttr": OTHER_SECRET}, headers={"if-match": '"1"'}), 204, etag='"2"')
    expect("a lost update, whole", ada.put(ADA, user, headers={"if-match": '"1"'}), 409)
    expect("patch", ada.patch(ADA, {"displayName": "Ada L.", "sensitiveAttr": SECRET}, headers={"if-match": '"2"'}), 204, etag='"3"')
    expect("a lost update, in part", ada.patch(ADA, {"displayName": "Late"}, headers={"if-match": '"2"'}), 409)
    expect("a version in the body", ada.patch(ADA, {"sensitiveAttr": OTHER_SECRET, "version": 3}), 204, etag='"4"')
    expect("null removes the name", ada.patch(ADA, {"displayName": None}, headers={"if-match": '"4"'}), 204, etag='"5"')
    check("that there is none is shown", ada.get(ADA).json.get("displayName", "") is None)
    expect("two versions that differ", ada.patch(ADA, {"displayName": "x", "version": 3}, headers={"if-match": '"5"'}), 400)
    expect("If-Match that is no version", ada.patch(ADA, {"displayName": "x"}, headers={"if-match": "*"}), 400)
    expect("a patch of nothing", ada.patch(ADA, {}, headers={"if-match": '"5"'}), 400)
    expect("a patch of the password, which is not stored", ada.patch(ADA, {"password": PASSWORD}, headers={"if-match": '"5"'}), 400)

    before = len(service.events(lib.AUDIT))
    revealed = expect("reveal", ada.get(REVEAL, reveals=True), 200, cache_control="no-store")
    check("it is the secret, alone", revealed.json == {"sensitiveAttr": OTHER_SECRET}, revealed)
    events = service.events(lib.AUDIT)[before:]
    check("one audit event: who, what, why", len(events) == 1 and all(events[0].get(name) == value for name, value in {"kind": "owner", "operation": "reveal", "table": "users", "field": "sensitiveAttr"}.items()) and events[0].get("reason"), events)
    check("with the id of the request", bool(events) and events[0].get("span", {}).get("id") == revealed.headers.get("x-request-id"), events)
    expect("reveal, as nobody", nobody.get(REVEAL), 401)
    check("a refusal is not audited as revealed", len(service.events(lib.AUDIT)) == before + 1)

    # Middlewares, in their order.
    again = {ada.get(ADA).headers.get("x-request-id") for _ in range(3)}
    check("each answer has an id of its own", len(again) == 3 and None not in again, again)
    sent = ada.get(ADA, headers={"x-request-id": "CANARY-request-id"})
    check("the client's request id is not taken", sent.headers.get("x-request-id") not in (None, "CANARY-request-id"))
    huge = {"content-length": "99999999999"}
    check("a body that is too large is refused before its token is looked at", nobody.request("POST", "/users", None, headers=huge).status == 413)
    expect("a body of nobody is not parsed", nobody.post("/users", b"{"), 401)
    expect("a query is no matter", ada.get(f"{ADA}?password={PASSWORD}"), 200)

    update = {"headers": {"if-match": '"5"'}}
    lib.check_bodies(service, "PUT", ADA, user, "sensitiveAttr", **update)
    for what, change, fields in (
        ("a secret that is too long", {"sensitiveAttr": "CANARY" * 1000}, ["sensitiveAttr"]),
        ("a password that is a number", {"password": 4711}, ["password"]),
        ("a name with a secret in it", {"displayName": f"Ada {OTHER_SECRET}"}, ["displayName"]),
        ("all of it", {"displayName": "", "sensitiveAttr": ""}, ["displayName", "sensitiveAttr"]),
        ("a name that is no text", {"displayName": ["CANARY-name"]}, ["displayName"]),
    ):
        answer = expect(what, ada.put(ADA, {**user, **change}, **update), 400)
        check("  the fields are named, the values are not", answer.fields == fields and "CANARY" not in answer.text, answer)
    answer = expect("nothing that is required", ada.put(ADA, {}, **update), 400)
    check("  what is required is named", answer.fields == ["sensitiveAttr"], answer)
    expect("whose it is comes from the token", bob.post("/users", {**user, "userId": "user-ada"}), 400)

    expect("a method that there is not", ada.request("POST", ADA, user), 405, allow="GET, HEAD, PUT, PATCH, DELETE")
    expect("a method that there is not, on health", nobody.post("/health/live"), 405, allow="GET, HEAD")
    expect("a path that there is not", ada.get("/nothing"), 404)
    for path in ("/users/%ff", "/users/..%2f..%2fhealth", "/users/a%00b", "/users/", "/users/" + "x" * 4000):
        answer = ada.get(path)
        check(f"{path[:30]} is refused, not a failure", answer.status in (400, 403, 404, 414), answer)

    lib.check_tokens(service, ADA)
    lib.check_headers(service, ADA)
    lib.check_forwarding(service, ADA)
    lib.check_plain_http(service, ADA)

    expect("a lost delete", ada.delete(ADA, headers={"if-match": '"1"'}), 409)
    expect("delete", ada.delete(ADA), 204)
    expect("delete of what is gone", ada.delete(ADA), 404)
    expect("replace of what is gone", ada.put(ADA, user, **update), 404)
    expect("patch of what is gone", ada.patch(ADA, {"displayName": "x"}, **update), 404)

    ada.get("/nothing")
    requests = service.events("requests")
    check("one event a request, with the route's pattern", any(event.get("route") == "/users/:user_id" and event.get("method") == "PUT" for event in requests), requests[:2])
    refused = [event for event in requests if event.get("status") == 401]
    check("refusals too", any(event.get("route") == "/users/:user_id" for event in refused), refused[:2])
    check("events have neither ids of owners nor queries", "user-ada" not in service.log and "user-bob" not in service.log)


    words = [(what, answer) for what, answer, _ in service.responses if answer.status >= 400 and not what.startswith("HEAD")]
    odd = [(what, answer) for what, answer in words if answer.headers.get("content-type") != "application/json" or not isinstance((answer.json or {}).get("error"), str)]
    check(f"{len(words)} refusals are JSON that says why", words and not odd, odd[:3])


def check_connection(service):
    """What the HTTP layer refuses by itself."""
    def raw(text):
        """The first line of the answer; nothing where the connection was closed before it came."""
        with socket.create_connection(service.https, timeout=20) as connection:
            with service.tls().wrap_socket(connection, server_hostname="127.0.0.1") as tls:
                try:
                    tls.sendall(text)
                    return tls.recv(4096).decode("latin-1", "replace").split("\r\n")[0]
                except (ssl.SSLError, ConnectionError):
                    return ""

    both = raw(b"POST /users HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n")
    service.check("Content-Length beside Transfer-Encoding smuggles nothing", both[8:12] in (" 400", " 401"), both)
    large = raw(b"GET / HTTP/1.1\r\nhost: localhost\r\nx: " + b"A" * 70_000 + b"\r\n\r\n")
    service.check("headers over 32 KiB are refused", large[8:12] in (" 431", ""), large)
    broken = raw(b"GET / HTTP/1.1\r\nhost: localhost\r\nCANARY\r\n\r\n")
    service.check("what is no request is refused", broken[8:12] == " 400" and "CANARY" not in broken, broken)


def item(url, user="user-ada"):
    return json.loads(lib.dynamodb(url, "GetItem", TableName="users", Key={"userId": {"S": user}}, ConsistentRead=True)).get("Item")


def put_old(url, user, old):
    lib.dynamodb(url, "PutItem", TableName="users", Item={**old, "userId": {"S": user}})


def check_migration(binary, counts):
    """One database, and the three deployments on it; what Node stored, from the fixtures of the formats."""
    fixtures = lib.fixtures("split-gcm")
    fixture = next(fixture for fixture in fixtures["fixtures"] if fixture["name"] == "short, key 0")
    plain = base64.b64decode(fixture["plaintext"]).decode()
    old = fixture["item"]
    with tempfile.TemporaryDirectory(prefix="dynacrypt-e2e-") as folder:
        old_key, wrapping_key = pathlib.Path(folder) / "old-key", pathlib.Path(folder) / "wrapping-key"
        old_key.write_text(fixtures["keys"][0])
        wrapping_key.write_text(base64.b64encode(bytes(range(32))).decode())
        holder = lib.Service(binary)
        url = holder.database
        for user in ("user-ada", "user-bob"):
            put_old(url, user, {**old, "plan": {"S": "gold"}})
        common = ["--dynamodb-endpoint-url", url, "--wrapping-key-file", str(wrapping_key)]
        aws = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_REGION": "eu-central-1"}

        def deployed(stage, checks, environment=(), arguments=("--legacy-key", str(old_key), "--legacy-until", "2099-01-01")):
            service = lib.Service(binary, [*common, "--stage", stage, *arguments], {**aws, **dict(environment)})
            counts.append(service)
            try:
                checks(service)
            finally:
                service.stop()
                lib.check_canaries(service, [plain, SECRET, fixtures["keys"][0]])

        def first(service):
            ada = service.as_("ada")
            shown = service.expect("stage 1 shows what the Koa service stored", ada.get(ADA), 200, etag='"0"')
            service.check("  without a name, which it had none of", shown.json == {"userId": "user-ada", "displayName": None, "sensitiveAttrSet": True, "version": 0}, shown)
            answer = service.expect("  and opens it", ada.get(REVEAL, reveals=True), 200)
            service.check("  as it was", answer.json == {"sensitiveAttr": plain}, answer)
            service.check("  each such read is an event", len(service.events("dynacrypt::legacy")) >= 2, service.events()[-4:])
            service.expect("another's is 403 in the old form too", service.as_("bob").get(ADA), 403)
            body = {"sensitiveAttr": SECRET, "version": 0}
            for what, wrote in (("PUT", ada.put(ADA, body)), ("PATCH", ada.patch(ADA, body)), ("DELETE", ada.delete(ADA)), ("POST", ada.post("/users", {"sensitiveAttr": SECRET}))):
                service.expect(f"stage 1 writes nothing: {what}", wrote, 503, retry_after=True)
            service.check("  the item is as it was", item(url) == {**old, "plan": {"S": "gold"}, "userId": {"S": "user-ada"}}, sorted(item(url)))

        def second(service):
            ada, bob = service.as_("ada"), service.as_("bob")
            service.expect("stage 2 reads both", ada.get(ADA), 200, etag='"0"')
            service.expect("an old item is not created again", ada.post("/users", {"sensitiveAttr": SECRET}), 409)
            service.expect("a lost update of an old item", ada.put(ADA, {"sensitiveAttr": SECRET, "version": 1}), 409)
            service.expect("replace of an old item", ada.put(ADA, {"displayName": "Ada", "sensitiveAttr": SECRET, "version": 0}), 204, etag='"1"')
            stored = item(url)
            service.check("  seals it, and leaves nothing of the old form", set(stored) == {"userId", "displayName", "sensitiveAttr", "version", "_dc"} and "B" in stored["sensitiveAttr"], sorted(stored))
            service.expect("patch of the name of an old item", bob.patch(BOB, {"displayName": "Bob", "version": 0}), 204, etag='"1"')
            service.expect("a lost update of its secret", bob.patch(BOB, {"sensitiveAttr": SECRET, "version": 0}), 409)
            service.expect("patch of its secret", bob.patch(BOB, {"sensitiveAttr": SECRET, "version": 1}), 204, etag='"2"')
            stored = item(url, "user-bob")
            service.check("  seals it, keeps the name and what it does not know, and removes iv and tag", stored.get("displayName") == {"S": "Bob"} and stored.get("plan") == {"S": "gold"} and "B" in stored["sensitiveAttr"] and not {"iv", "tag"} & set(stored), sorted(stored))
            answer = service.expect("  and is read", bob.get(f"{BOB}/sensitive", reveals=True), 200)
            service.check("  as it was set", answer.json == {"sensitiveAttr": SECRET}, answer)
            # A value of the old form that was changed: the tag does not fit.
            flipped = {**old, "sensitiveAttr": {"S": "AAAA" + old["sensitiveAttr"]["S"][4:]}}
            put_old(url, "user-bob", flipped)
            service.expect("a changed value of the old form is not opened", bob.get(BOB), 500)

        def third(service):
            ada, bob = service.as_("ada"), service.as_("bob")
            service.expect("stage 3 reads what is sealed", ada.get(ADA), 200, etag='"1"')
            put_old(url, "user-bob", old)
            service.expect("and refuses the old form", bob.get(BOB), 500)
            service.check("  without using a key of it", not service.events("dynacrypt::legacy"))

        def over(service):
            service.expect("the old form is not read once its time is over", service.as_("bob").get(BOB), 500)

        try:
            deployed("1", first)
            deployed("2", second, {"LEGACY_KEY_FILE": str(old_key), "LEGACY_UNTIL": "2099-01-01"}, ())
            deployed("3", third)
            deployed("2", over, (), ("--legacy-key", str(old_key), "--legacy-until", "2026-01-01"))
        finally:
            holder.stop()
            counts.append(holder)


def check_overload(binary, counts):
    """More requests under way than there may be: 503, at once."""
    service = lib.Service(binary, ["--max-requests", "1"])
    counts.append(service)
    try:
        slow = service.connection()
        slow.putrequest("POST", "/users")
        for name, value in {"authorization": f"Bearer {service.token('ada')}", "content-type": "application/json", "content-length": "9"}.items():
            slow.putheader(name, value)
        slow.endheaders(b"{")
        answers = []
        while not any(answer.status == 503 for answer in answers) and len(answers) < 100:
            answers.append(service.nobody().get("/health/live"))
        service.expect("one request too many", answers[-1], 503, retry_after=True)
        slow.close()
    finally:
        service.stop()


def check_move(binary, counts):
    """What Node stored, moved by `migrate`."""
    fixtures = lib.fixtures("split-gcm")
    short, unicode = (next(one for one in fixtures["fixtures"] if one["name"] == name) for name in ("short, key 0", "unicode, key 0"))
    owners = ["user-ada", "user-bob", *(f"user-{number}" for number in range(20))]
    old = [{**(short if number % 2 == 0 else unicode)["item"], "userId": {"S": owner}} for number, owner in enumerate(owners)]
    shown = {"sensitiveAttr": base64.b64decode(short["plaintext"]).decode()}
    with tempfile.NamedTemporaryFile("w", prefix="dynacrypt-e2e-") as key:
        key.write(fixtures["keys"][0])
        key.flush()
        lib.check_move(binary, counts, "users", old, ["--legacy-key", key.name], ADA, (REVEAL, shown))


if __name__ == "__main__":
    canaries = [SECRET, OTHER_SECRET, PASSWORD, "CANARY"]
    others = [
        lambda binary, counts: lib.check_trusted_proxy(binary, ADA, counts),
        lambda binary, counts: lib.check_rate(binary, ADA, counts),
        check_migration,
        check_move,
        lambda binary, counts: lib.check_shutdown(binary, "POST", "/users", {"sensitiveAttr": SECRET}, 201, counts),
        check_overload,
    ]
    lib.run("example-poem-users", checks, canaries, others)
