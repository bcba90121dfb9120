#!/usr/bin/env python3
"""Drives the users service over TLS: what it does, what it refuses, what it says, and its three deployments over an old table.

    python3 examples/rocket-users/e2e.py [--binary PATH] [options of the service]
"""

import base64
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import lib

SSN, OTHER_SSN = "219-09-9999", "457-55-5462"
# The second looks like a secret: the egress guard lets it out on one route alone.
EMAIL, OTHER_EMAIL = "CANARY.ada@example.com", f"CANARY+{OTHER_SSN}@example.org"
ADA, BOB = "/users/user-ada", "/users/user-bob"
CANARIES = [EMAIL, OTHER_EMAIL, SSN, OTHER_SSN, "CANARY"]
# Made by Python's `cryptography`, as the Flask service made them.
TOKENS = lib.fixtures("fernet")
CREDENTIALS = {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_EC2_METADATA_DISABLED": "true"}


def checks(service):
    expect, check = service.expect, service.check
    ada, bob, nobody = service.as_("ada"), service.as_("bob"), service.nobody()
    secrets = {"email": EMAIL, "ssn": SSN}
    user = {"user_id": "user-ada", **secrets}

    lib.check_tls(service)
    lib.check_health(service)
    expect("absent, to its owner", ada.get(ADA), 404)

    # Who is not there yet, and who is: the same to another.
    def as_bob():
        update = {"headers": {"if-match": '"1"'}}
        return [bob.get(ADA), bob.delete(ADA), bob.get(f"{ADA}/email"), bob.put(ADA, secrets, **update), bob.patch(ADA, {"email": OTHER_EMAIL}, **update), bob.post("/users", user)]

    absent = as_bob()
    created = expect("create", ada.post("/users", user), 201, location=ADA, etag='"1"')
    there = as_bob()
    check("another owner's id is 403 for every method", all(answer.status == 403 for answer in absent + there), absent + there)
    check("with the same body whether or not it exists", len({answer.body for answer in absent + there}) == 1, absent + there)
    check("enumeration tells nothing", {bob.get(f"/users/user-{number}").body for number in range(20)} == {there[0].body})
    expect("another's id in the body comes before what is wrong with the rest", bob.post("/users", {"user_id": "user-ada", "ssn": "CANARY"}), 403)

    expect("create twice", ada.post("/users", user), 409)
    expect("the place of what was created", ada.get(created.headers["location"]), 200)
    shown = expect("get", ada.get(ADA), 200, etag='"1"')
    created_at = (shown.json or {}).get("created_at", "")
    check("it says of secrets that they are set", shown.json == {"user_id": "user-ada", "email_set": True, "ssn_set": True, "created_at": created_at, "version": 1}, shown)
    check("created_at is a time in UTC, to the second", len(created_at) == 20 and created_at.endswith("Z"), created_at)
    head = expect("HEAD", ada.request("HEAD", ADA), 200, etag='"1"')
    check("  has no body", head.body == b"", head)

    for name, answer in (("PUT", ada.put(ADA, secrets)), ("PATCH", ada.patch(ADA, {"email": OTHER_EMAIL}))):
        expect(f"{name} without a version", answer, 428)
    expect("replace", ada.put(ADA, {**secrets, "ssn": OTHER_SSN}, headers={"if-match": '"1"'}), 204, etag='"2"')
    expect("a lost update, whole", ada.put(ADA, secrets, headers={"if-match": '"1"'}), 409)
    expect("patch", ada.patch(ADA, {"email": OTHER_EMAIL}, headers={"if-match": '"2"'}), 204, etag='"3"')
    expect("a lost update, in part", ada.patch(ADA, {"email": EMAIL}, headers={"if-match": '"2"'}), 409)
    expect("a version in the body", ada.patch(ADA, {"ssn": SSN, "version": 3}), 204, etag='"4"')
    expect("two versions that differ", ada.patch(ADA, {"ssn": SSN, "version": 3}, headers={"if-match": '"4"'}), 400)
    expect("If-Match that is no version", ada.patch(ADA, {"ssn": SSN}, headers={"if-match": "*"}), 400)
    expect("a patch of nothing", ada.patch(ADA, {}, headers={"if-match": '"4"'}), 400)
    expect("a patch with null", ada.patch(ADA, {"ssn": None}, headers={"if-match": '"4"'}), 400)
    check("a patch keeps the rest", ada.get(ADA).json == {**(shown.json or {}), "version": 4})

    lib.check_stored(service, "users", 1, CANARIES, ["email", "ssn"])
    before = len(service.events(lib.AUDIT))
    revealed = expect("reveal", ada.get(f"{ADA}/email", reveals=True), 200, cache_control="no-store")
    check("it is the address, alone", revealed.json == {"email": OTHER_EMAIL}, revealed)
    events = service.events(lib.AUDIT)[before:]
    check("one audit event: who, what, why", len(events) == 1 and all(events[0].get(name) == value for name, value in {"kind": "owner", "operation": "reveal", "table": "users", "field": "email"}.items()) and events[0].get("reason"), events)
    check("with the id of the request", bool(events) and events[0].get("span", {}).get("id") == revealed.headers.get("x-request-id"), events)
    expect("reveal, as nobody", nobody.get(f"{ADA}/email"), 401)
    expect("there is no such route for the number", ada.get(f"{ADA}/ssn"), 404)

    update = {"headers": {"if-match": '"4"'}}
    lib.check_bodies(service, "PUT", ADA, secrets, "ssn", **update)
    lib.check_bodies(service, "POST", "/users", user, "email")
    for what, change, fields in (
        ("a number of another form", {"ssn": "CANARY-078051120"}, ["ssn"]),
        ("an address that is none", {"email": "CANARY at example"}, ["email"]),
        ("an address that is too long", {"email": "CANARY@" + "x" * 300}, ["email"]),
        ("both", {"email": "", "ssn": ""}, ["email", "ssn"]),
    ):
        answer = expect(what, ada.put(ADA, {**secrets, **change}, **update), 400)
        check("  the fields are named, the values are not", answer.fields == fields and "CANARY" not in answer.text, answer)
    for answer, fields in ((ada.put(ADA, {}, **update), ["email", "ssn"]), (ada.post("/users", {}), ["user_id"]), (ada.post("/users", {"user_id": "user-ada"}), ["email", "ssn"])):
        check(f"what is required is named: {fields}", answer.status == 400 and answer.fields == fields, answer)
    expect("another's body is not read: who is it comes first", nobody.post("/users", b"x" * 70_000), 401)

    expect("a method that there is not", ada.request("POST", ADA, user), 405, allow="DELETE, GET, HEAD, PATCH, PUT")
    expect("a method that HTTP has not", ada.request("CANARY", ADA), 405)
    expect("a method in small letters", ada.request("get", ADA), 405)
    expect("a method hidden in a form", ada.post("/users", b"_method=delete", headers={"content-type": "application/x-www-form-urlencoded"}), 405)
    for path in ("/nothing", "/users/", "/refused"):
        answer = ada.get(path)
        check(f"{path} is no path", answer.status in (403, 404), answer)
    for path in ("/users/%ff", "/users/..%2f..%2fhealth", "/users/a%00b", "/users/" + "x" * 4000, "/users/<id>", "/users/a|b"):
        answer = ada.get(path)
        check(f"{path[:30]} is refused, not a failure", answer.status in (400, 403, 404, 414), answer)
    answer = ada.get("/users/a|b")
    check("what is no path to Rocket is refused with the same headers", answer.status == 400 and "default-src 'none'" in answer.headers.get("content-security-policy", ""), answer.headers)

    lib.check_tokens(service, ADA)
    lib.check_headers(service, ADA)
    lib.check_forwarding(service, ADA)
    lib.check_plain_http(service, ADA)
    server = ada.get(ADA).headers.get("server")
    check("it does not say what it runs on", server is None, server)

    expect("a lost delete", ada.delete(ADA, headers={"if-match": '"1"'}), 409)
    expect("delete", ada.delete(ADA), 204)
    expect("delete of what is gone", ada.delete(ADA), 404)
    expect("replace of what is gone", ada.put(ADA, secrets, **update), 404)
    expect("patch of what is gone", ada.patch(ADA, {"ssn": SSN}, **update), 404)

    ids = {response.headers.get("x-request-id") for _, response, _ in service.responses} - {None}
    logged = lambda: {event["span"]["id"] for event in service.events("requests")}
    check("each answer that is not hyper's own has its event", logged() == ids, ids ^ logged())
    requests = service.events("requests")
    check("with the route's pattern", any(event.get("route") == "/users/<id>" and event.get("method") == "PUT" for event in requests), requests[:2])
    check("events have neither ids of owners nor queries", "user-ada" not in service.log and "user-bob" not in service.log)


def put_old(database, item):
    """Writes an item as it is."""
    lib.dynamodb(database, "PutItem", TableName="users", Item=item)


def check_stages(binary, counts):
    """The table of the Flask service, in each of the three deployments."""
    tokens = {fixture["name"]: fixture["item"]["ssn_enc"] for fixture in TOKENS["fixtures"]}
    plaintext = base64.b64decode(next(fixture["plaintext"] for fixture in TOKENS["fixtures"] if fixture["name"] == "short, key 0")).decode()
    old = {"created_at": {"S": "2024-01-01T00:00:00Z"}, "email_enc": tokens["short, key 0"], "ssn_enc": tokens["unicode, key 0"]}
    canaries = [plaintext, "CANARY", EMAIL, SSN]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="dynacrypt-e2e-"))
    (folder / "wrapping").write_text(base64.b64encode(bytes(range(32))).decode())
    (folder / "fernet").write_text(TOKENS["keys"][0])

    holder = lib.Service(binary)
    try:
        for owner in ("user-ada", "user-bob"):
            put_old(holder.database, {"user_id": {"S": owner}, **old})

        def at(stage, *more):
            arguments = ["--stage", str(stage), "--dynamodb-endpoint-url", holder.database, "--wrapping-key-file", str(folder / "wrapping"), *more]
            return lib.Service(binary, arguments, CREDENTIALS)

        reads = ("--legacy-key", str(folder / "fernet"), "--legacy-until")

        service = at(1, *reads, "2099-01-01")
        try:
            ada, bob = service.as_("ada"), service.as_("bob")
            shown = service.expect("stage 1: an old item is read", ada.get(ADA), 200, etag='"0"')
            service.check("  and shown as any other", shown.json == {"user_id": "user-ada", "email_set": True, "ssn_set": True, "created_at": "2024-01-01T00:00:00Z", "version": 0}, shown)
            revealed = service.expect("  its address is revealed", ada.get(f"{ADA}/email", reveals=True), 200)
            service.check("  it is what Python encrypted", revealed.json == {"email": plaintext}, revealed)
            service.check("  each field in its old form is an event", len(service.events("dynacrypt::legacy")) == 4, service.events("dynacrypt::legacy"))
            service.expect("  another's is 403 as ever", bob.get(ADA), 403)
            for name, answer in (("PUT", ada.put(ADA, {"email": EMAIL, "ssn": SSN, "version": 0})), ("DELETE", ada.delete(ADA)), ("POST", ada.post("/users", {}))):
                service.expect(f"  {name}: it does not write yet", answer, 503)
        finally:
            service.stop()
            lib.check_canaries(service, canaries)
        counts.append(service)

        service = at(2, *reads, "2099-01-01")
        try:
            ada = service.as_("ada")
            service.expect("stage 2: a lost update of an old item", ada.patch(ADA, {"ssn": SSN, "version": 1}), 409)
            service.expect("  a patch of an old item seals it", ada.patch(ADA, {"ssn": SSN, "version": 0}), 204, etag='"1"')
            stored = {item["user_id"]["S"]: item for item in json.loads(holder.stored("users"))["Items"]}
            item = stored["user-ada"]
            service.check("  nothing of its old form is left", set(item) == {"_dc", "user_id", "email", "ssn", "created_at", "version"} and all("B" in item[name] for name in ("email", "ssn")), sorted(item))
            service.check("  another's is as it was", stored["user-bob"] == {"user_id": {"S": "user-bob"}, **old}, sorted(stored["user-bob"]))
            service.check("  what the patch did not change is still there", ada.get(f"{ADA}/email", reveals=True).json == {"email": plaintext})
        finally:
            service.stop()
            lib.check_canaries(service, canaries)
        counts.append(service)

        for what, service in (("stage 3", at(3)), ("stage 2, after its last day", at(2, *reads, "2020-01-01"))):
            try:
                service.expect(f"{what}: an item that was moved is read", service.as_("ada").get(ADA), 200, etag='"1"')
                service.expect(f"{what}: one in its old form is refused", service.as_("bob").get(BOB), 500)
            finally:
                service.stop()
                lib.check_canaries(service, canaries)
            counts.append(service)
    finally:
        holder.stop()
    counts.append(holder)


def check_move(binary, counts):
    """What Python stored, moved by `migrate`."""
    short, unicode = (next(one for one in TOKENS["fixtures"] if one["name"] == f"{name}, key 0") for name in ("short", "unicode"))
    owners = ["user-ada", "user-bob", *(f"user-{number}" for number in range(20))]
    tokens = {"email_enc": short["item"]["ssn_enc"], "ssn_enc": unicode["item"]["ssn_enc"], "created_at": {"S": "2024-01-01T00:00:00Z"}}
    shown = {"email": base64.b64decode(short["plaintext"]).decode()}
    with tempfile.NamedTemporaryFile("w", prefix="dynacrypt-e2e-") as key:
        key.write(TOKENS["keys"][0])
        key.flush()
        old = [{**tokens, "user_id": {"S": owner}} for owner in owners]
        lib.check_move(binary, counts, "users", old, ["--legacy-key", key.name], ADA, (f"{ADA}/email", shown))


if __name__ == "__main__":
    others = [
        lambda binary, counts: lib.check_trusted_proxy(binary, ADA, counts),
        lambda binary, counts: lib.check_trusted_proxy(binary, "/health/live", counts),
        lambda binary, counts: lib.check_rate(binary, ADA, counts),
        lambda binary, counts: lib.check_shutdown(binary, "POST", "/users", {"user_id": "user-ada", "email": EMAIL, "ssn": SSN}, 201, counts),
        check_stages,
        check_move,
    ]
    lib.run("example-rocket-users", checks, CANARIES, others)
