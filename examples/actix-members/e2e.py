"""Drives the members service over TLS, as two owners, nobody and attackers, and waits for what its stream consumer makes of it.

    python3 examples/actix-members/e2e.py [--binary PATH] [options of the service]
"""

import base64
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import lib

SSN, OTHER_SSN = "219-09-9999", "457-55-5462"
EMAIL, OTHER_EMAIL = "CANARY.ada@mail.example", "CANARY.lovelace@mail.example"
ADA, BOB = "/members/user-ada", "/members/user-bob"
PATIENCE = 20  # seconds until a change must have come through the stream


def history(client, path, count):
    """The history, once it has this many entries; what there is, where it never does."""
    until = time.monotonic() + PATIENCE
    while True:
        answer = client.get(f"{path}/history")
        changes = (answer.json or {}).get("changes")
        if not isinstance(changes, list) or len(changes) >= count or time.monotonic() > until:
            return answer, changes
        time.sleep(0.1)


def told(changes):
    return [(change["operation"], change["fields"]) for change in changes or []]


def checks(service):
    expect, check = service.expect, service.check
    ada, bob, nobody = service.as_("ada"), service.as_("bob"), service.nobody()
    member = {"name": "Ada", "plan": "free", "ssn": SSN, "email": EMAIL}
    every_method = lambda: [
        bob.get(ADA),
        bob.delete(ADA),
        bob.get(f"{ADA}/ssn"),
        bob.get(f"{ADA}/history"),
        bob.put(ADA, {**member, "version": 1}),
        bob.patch(ADA, {"name": "B", "version": 1}),
        bob.put(ADA, {"not": "valid"}),
    ]

    lib.check_tls(service)
    lib.check_health(service)
    expect("absent, to its owner", ada.get(ADA), 404)
    empty = expect("nothing has changed", ada.get(f"{ADA}/history"), 200)
    check("and the history says so", empty.json == {"changes": []}, empty)

    # Who is not there yet, and who is: the same to another.
    absent = every_method()
    created = expect("create", ada.post("/members", member), 201, location="/members/user%2Dada", etag='"1"')
    there = every_method()
    check("another owner's id is 403 for every method", all(answer.status == 403 for answer in absent + there), absent + there)
    check("with the same body whether or not it exists", len({answer.body for answer in absent + there}) == 1, absent + there)
    ids = [f"/members/user-{number}" for number in range(20)]
    check("enumeration tells nothing", {bob.get(path).body for path in ids} == {there[0].body})

    expect("create twice", ada.post("/members", member), 409)
    expect("the place of what was created", ada.get(created.headers["location"]), 200)
    shown = expect("get", ada.get(ADA), 200, etag='"1"')
    check("it says of secrets that they are set", shown.json == {"user_id": "user-ada", "name": "Ada", "plan": "free", "ssn_set": True, "email_set": True, "version": 1}, shown)

    for name, answer in (("PUT", ada.put(ADA, member)), ("PATCH", ada.patch(ADA, {"name": "A"}))):
        expect(f"{name} without a version", answer, 428)
    expect("replace", ada.put(ADA, {**member, "ssn": OTHER_SSN}, headers={"if-match": '"1"'}), 204, etag='"2"')
    expect("a lost update, whole", ada.put(ADA, member, headers={"if-match": '"1"'}), 409)
    expect("patch", ada.patch(ADA, {"name": "Ada L.", "email": OTHER_EMAIL}, headers={"if-match": '"2"'}), 204, etag='"3"')
    expect("a lost update, in part", ada.patch(ADA, {"name": "Late"}, headers={"if-match": '"2"'}), 409)
    expect("a version that is not there yet", ada.patch(ADA, {"name": "Early"}, headers={"if-match": '"4"'}), 409)
    expect("an authenticated field, and a version in the body", ada.patch(ADA, {"plan": "team", "version": 3}), 204, etag='"4"')
    check("what was not sent stays", ada.get(ADA).json == {"user_id": "user-ada", "name": "Ada L.", "plan": "team", "ssn_set": True, "email_set": True, "version": 4})
    expect("two versions that differ", ada.patch(ADA, {"name": "x", "version": 3}, headers={"if-match": '"4"'}), 400)
    expect("If-Match that is no version", ada.patch(ADA, {"name": "x"}, headers={"if-match": "*"}), 400)
    expect("a patch of nothing", ada.patch(ADA, {}, headers={"if-match": '"4"'}), 400)

    # The stream consumer.
    answer, changes = history(ada, ADA, 4)
    expected = [("created", ["name", "plan", "ssn", "email"]), ("changed", ["ssn"]), ("changed", ["name", "email"]), ("changed", ["plan"])]
    check("the history names the fields that each change changed", told(changes) == expected, answer)
    check("and nothing but operation, fields and time", all(set(change) == {"operation", "fields", "at"} for change in changes or [{}]), answer)
    check("the times are now", all(abs(time.time() - change["at"]) < 600 for change in changes or []), changes)
    expect("the history, as nobody", nobody.get(f"{ADA}/history"), 401)
    of_stream = [event for event in service.events(lib.AUDIT) if event.get("operation") == "stream"]
    check("the consumer is audited: which service, why, which table", bool(of_stream) and all(event.get("principal") == "member-history" and event.get("reason") and event.get("table") == "members" for event in of_stream), of_stream[:2])
    other = bob.get(f"{BOB}/history")
    check("another member's history is another", other.json == {"changes": []}, other)

    reveals = lambda: [event for event in service.events(lib.AUDIT) if event.get("operation") == "reveal"]
    revealed = expect("reveal", ada.get(f"{ADA}/ssn", reveals=True), 200, cache_control="no-store")
    check("it is the number, alone", revealed.json == {"ssn": OTHER_SSN}, revealed)
    check("one audit event: who, what, why", len(reveals()) == 1 and all(reveals()[0].get(name) == value for name, value in {"kind": "owner", "table": "members", "field": "ssn"}.items()) and bool(reveals()[0].get("reason")), reveals())
    check("with the id of the request", bool(reveals()) and reveals()[0].get("span", {}).get("id") == revealed.headers.get("x-request-id"), reveals())
    expect("reveal, as nobody", nobody.get(f"{ADA}/ssn"), 401)
    expect("null removes the number", ada.patch(ADA, {"ssn": None}, headers={"if-match": '"4"'}), 204)
    expect("reveal of what is not set", ada.get(f"{ADA}/ssn"), 404)
    check("that it is not set is shown", ada.get(ADA).json.get("ssn_set") is False)
    check("what was refused was not revealed", len(reveals()) == 1, reveals())

    update = {"headers": {"if-match": '"5"'}}
    lib.check_bodies(service, "PUT", ADA, member, "ssn", **update)
    for what, change, fields in (
        ("a number of another form", {"ssn": "CANARY-078051120"}, ["ssn"]),
        ("an email that is none", {"email": "CANARY"}, ["email"]),
        ("a plan that there is not", {"plan": "CANARY"}, ["plan"]),
        ("a name with a secret in it", {"name": f"Ada {OTHER_SSN}"}, ["name"]),
        ("all of it", {"name": "", "plan": "", "ssn": "", "email": ""}, ["email", "name", "plan", "ssn"]),
        ("a name that is no text", {"name": ["CANARY-name"]}, ["name"]),
    ):
        answer = expect(what, ada.put(ADA, {**member, **change}, **update), 400)
        check("  the fields are named, the values are not", answer.fields == fields and "CANARY" not in answer.text, answer)
    answer = expect("nothing that is required", ada.put(ADA, {}, **update), 400)
    check("  what is required is named", answer.fields == ["email", "name", "plan"], answer)
    expect("whose it is comes from the token", bob.post("/members", {**member, "user_id": "user-ada"}), 400)

    expect("a method that there is not", ada.request("POST", ADA, member), 405, allow="GET, PUT, PATCH, DELETE")
    expect("a path that there is not", ada.get("/nothing"), 404)
    for path in ("/members/%ff", "/members/..%2f..%2fhealth", "/members/a%00b", "/members/" + "x" * 4000):
        answer = ada.get(path)
        check(f"{path[:30]} is refused, not a failure", answer.status in (400, 403, 404, 414), answer)

    lib.check_tokens(service, ADA)
    lib.check_headers(service, ADA)
    lib.check_forwarding(service, ADA)
    lib.check_plain_http(service, ADA)

    expect("a lost delete", ada.delete(ADA, headers={"if-match": '"1"'}), 409)
    expect("delete", ada.delete(ADA), 204)
    expect("delete of what is gone", ada.delete(ADA), 404)
    expect("replace of what is gone", ada.put(ADA, member, **update), 404)
    expect("patch of what is gone", ada.patch(ADA, {"name": "x"}, **update), 404)
    answer, changes = history(ada, ADA, 6)
    check("that it is gone is the last of its history", told(changes)[4:] == [("changed", ["ssn"]), ("removed", ["name", "plan", "email"])], answer)
    check("the consumer passed no record over", not [event for event in service.events("stream") if event.get("message") == "passed over"])

    requests = service.events("requests")
    check("one event a request, with the route's pattern", any(event.get("route") == "/members/{user_id}/history" and event.get("method") == "GET" for event in requests), requests[:2])
    check("events have neither ids of owners nor queries", "user-ada" not in service.log and "user-bob" not in service.log)


def check_without_consumer(binary, counts):
    """A service that does not follow the stream has no history to show, and says nothing else than before."""
    service = lib.Service(binary, ["--consume-stream=false"])
    try:
        ada, bob = service.as_("ada"), service.as_("bob")
        service.expect("create without a consumer", ada.post("/members", {"name": "Ada", "plan": "free", "email": EMAIL}), 201)
        service.expect("no history without a consumer", ada.get(f"{ADA}/history"), 404)
        service.expect("another's all the same", bob.get(f"{ADA}/history"), 403)
    finally:
        service.stop()
        lib.check_canaries(service, [SSN, OTHER_SSN, "CANARY"])
    counts.append(service)


def check_bound(binary, counts):
    """A service that takes no request at all: what is beyond the bound is turned away, with all headers."""
    service = lib.Service(binary, ["--max-requests", "0"])
    try:
        answer = service.expect("a request beyond the bound", service.as_("ada").get(ADA), 503, retry_after=True)
        missing = [name for name, part in lib.SECURITY_HEADERS.items() if part not in answer.headers.get(name, "")]
        service.check("it has the security headers", not missing, missing)
    finally:
        service.stop()
    counts.append(service)


def check_stages(binary, counts):
    """Deployments that read the old form need KMS, and say so rather than start."""
    for stage in ("1", "2"):
        started = subprocess.run([binary, "--listen", "127.0.0.1:0", "--stage", stage, "--legacy-until", "2099-01-01"], capture_output=True, timeout=lib.START)
        said = (started.stdout + started.stderr).decode("utf-8", "replace")
        counts[0].check(f"stage {stage} without KMS is refused, and says what is missing", started.returncode not in (0, 101) and "--kms-key-id" in said, (started.returncode, said))


def check_move(binary, counts):
    """What the AWS Encryption SDK for Python stored, under a live KMS, moved by `migrate`."""
    kms = lib.kms()
    if kms is None:
        print("skip  messages of the AWS Encryption SDK are moved: needs DYNACRYPT_TEST_KMS_ENDPOINT, and DYNACRYPT_TEST_LEGACY with fresh fixtures of that KMS")
        return
    fixtures = lib.fixtures("aws-esdk")
    short, unicode = (next(one for one in fixtures["fixtures"] if one["name"] == f"default suite, {name}") for name in ("short", "unicode"))
    owners = ["user-ada", "user-bob", *(f"user-{number}" for number in range(6))]
    old = [{**(short if number % 2 == 0 else unicode)["item"], "user_id": {"S": owner}} for number, owner in enumerate(owners)]
    shown = {"ssn": base64.b64decode(short["plaintext"]).decode()}
    keys = ["--kms-key-id", fixtures["arns"][0], "--kms-endpoint-url", kms]
    lib.check_move(binary, counts, "members", old, [], ADA, (f"{ADA}/ssn", shown), keys)


if __name__ == "__main__":
    canaries = [SSN, OTHER_SSN, EMAIL, OTHER_EMAIL, "CANARY"]
    trusted = lambda binary, counts: lib.check_trusted_proxy(binary, ADA, counts)
    rate = lambda binary, counts: lib.check_rate(binary, ADA, counts)
    shutdown = lambda binary, counts: lib.check_shutdown(binary, "POST", "/members", {"name": "Ada", "plan": "free", "email": EMAIL}, 201, counts)
    lib.run("example-actix-members", checks, canaries, [trusted, rate, shutdown, check_without_consumer, check_bound, check_stages, check_move])
