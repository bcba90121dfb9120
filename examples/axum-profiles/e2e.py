"""Drives the profiles service over TLS, as two owners, nobody and attackers.

    python3 examples/axum-profiles/e2e.py [--binary PATH] [options of the service]
"""

import base64
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import lib

SSN, OTHER_SSN = "219-09-9999", "457-55-5462"
KEY, OTHER_KEY = "CANARY-key-of-ada-0001", "sk_live_4eC39HqLyjWDarjtT1zdp7dc"
ADA, BOB = "/profiles/user-ada", "/profiles/user-bob"

CANARIES = [SSN, OTHER_SSN, KEY, OTHER_KEY, "CANARY"]


def checks(service):
    expect, check = service.expect, service.check
    ada, bob, nobody = service.as_("ada"), service.as_("bob"), service.nobody()
    profile = {"displayName": "Ada", "ssn": SSN, "apiKey": KEY}

    lib.check_tls(service)
    lib.check_health(service)
    expect("absent, to its owner", ada.get(ADA), 404)

    # Who is not there yet, and who is: the same to another.
    absent = [bob.get(ADA), bob.delete(ADA), bob.get(f"{ADA}/api-key"), bob.put(ADA, {**profile, "version": 1}), bob.patch(ADA, {"displayName": "B", "version": 1})]
    created = expect("create", ada.post("/profiles", profile), 201, location="/profiles/user-ada", etag='"1"')
    there = [bob.get(ADA), bob.delete(ADA), bob.get(f"{ADA}/api-key"), bob.put(ADA, {**profile, "version": 1}), bob.patch(ADA, {"displayName": "B", "version": 1})]
    check("another owner's id is 403 for every method", all(answer.status == 403 for answer in absent + there), absent + there)
    check("with the same body whether or not it exists", len({answer.body for answer in absent + there}) == 1, absent + there)
    ids = [f"/profiles/user-{number}" for number in range(20)]
    check("enumeration tells nothing", {bob.get(path).body for path in ids} == {there[0].body})

    expect("create twice", ada.post("/profiles", profile), 409)
    expect("the place of what was created", ada.get(created.headers["location"]), 200)
    shown = expect("get", ada.get(ADA), 200, etag='"1"')
    check("it says of secrets that they are set", shown.json == {"userId": "user-ada", "displayName": "Ada", "ssnSet": True, "apiKeySet": True, "version": 1}, shown)

    for name, answer in (("PUT", ada.put(ADA, profile)), ("PATCH", ada.patch(ADA, {"displayName": "A"}))):
        expect(f"{name} without a version", answer, 428)
    expect("replace", ada.put(ADA, {**profile, "ssn": OTHER_SSN}, headers={"if-match": '"1"'}), 204, etag='"2"')
    expect("a lost update, whole", ada.put(ADA, profile, headers={"if-match": '"1"'}), 409)
    expect("patch", ada.patch(ADA, {"displayName": "Ada L.", "apiKey": OTHER_KEY}, headers={"if-match": '"2"'}), 204, etag='"3"')
    expect("a lost update, in part", ada.patch(ADA, {"displayName": "Late"}, headers={"if-match": '"2"'}), 409)
    expect("a version in the body", ada.patch(ADA, {"displayName": "Ada", "version": 3}), 204, etag='"4"')
    expect("two versions that differ", ada.patch(ADA, {"displayName": "x", "version": 3}, headers={"if-match": '"4"'}), 400)
    expect("If-Match that is no version", ada.patch(ADA, {"displayName": "x"}, headers={"if-match": "*"}), 400)
    expect("a patch of nothing", ada.patch(ADA, {}, headers={"if-match": '"4"'}), 400)

    lib.check_stored(service, "profiles", 1, CANARIES, ["ssn", "apiKey"])
    check_page(service)

    before = len(service.events(lib.AUDIT))
    revealed = expect("reveal", ada.get(f"{ADA}/api-key", reveals=True), 200, cache_control="no-store")
    check("it is the key, alone", revealed.json == {"apiKey": OTHER_KEY}, revealed)
    events = service.events(lib.AUDIT)[before:]
    check("one audit event: who, what, why", len(events) == 1 and all(events[0].get(name) == value for name, value in {"kind": "owner", "operation": "reveal", "table": "profiles", "field": "apiKey"}.items()) and events[0].get("reason"), events)
    check("with the id of the request", bool(events) and events[0].get("span", {}).get("id") == revealed.headers.get("x-request-id"), events)
    expect("reveal, as nobody", nobody.get(f"{ADA}/api-key"), 401)
    expect("null removes the key", ada.patch(ADA, {"apiKey": None}, headers={"if-match": '"4"'}), 204)
    expect("reveal of what is not set", ada.get(f"{ADA}/api-key"), 404)
    check("that it is not set is shown", ada.get(ADA).json.get("apiKeySet") is False)

    update = {"headers": {"if-match": '"5"'}}
    lib.check_bodies(service, "PUT", ADA, profile, "ssn", **update)
    for what, change, fields in (
        ("a number of another form", {"ssn": "CANARY-078051120"}, ["ssn"]),
        ("a key that is too short", {"apiKey": "CANARY-short"}, ["apiKey"]),
        ("a name with a secret in it", {"displayName": f"Ada {OTHER_SSN}"}, ["displayName"]),
        ("all of it", {"displayName": "", "ssn": "", "apiKey": ""}, ["apiKey", "displayName", "ssn"]),
        ("a name that is no text", {"displayName": ["CANARY-name"]}, ["displayName"]),
    ):
        answer = expect(what, ada.put(ADA, {**profile, **change}, **update), 400)
        check("  the fields are named, the values are not", answer.fields == fields and "CANARY" not in answer.text, answer)
    answer = expect("nothing that is required", ada.put(ADA, {}, **update), 400)
    check("  what is required is named", answer.fields == ["displayName", "ssn"], answer)
    expect("whose it is comes from the token", bob.post("/profiles", {**profile, "userId": "user-ada"}), 400)

    expect("a method that there is not", ada.request("POST", ADA, profile), 405, allow=True)
    expect("a path that there is not", ada.get("/nothing"), 404)
    for path in ("/profiles/%ff", "/profiles/..%2f..%2fhealth", "/profiles/a%00b", "/profiles/" + "x" * 4000):
        answer = ada.get(path)
        check(f"{path[:30]} is refused, not a failure", answer.status in (400, 403, 404, 414), answer)

    lib.check_tokens(service, ADA)
    lib.check_headers(service, ADA)
    lib.check_forwarding(service, ADA)
    lib.check_plain_http(service, ADA)

    expect("a lost delete", ada.delete(ADA, headers={"if-match": '"1"'}), 409)
    expect("delete", ada.delete(ADA), 204)
    expect("delete of what is gone", ada.delete(ADA), 404)
    expect("replace of what is gone", ada.put(ADA, profile, **update), 404)
    expect("patch of what is gone", ada.patch(ADA, {"displayName": "x"}, **update), 404)

    requests = service.events("requests")
    check("one event a request, with the route's pattern", any(event.get("route") == "/profiles/{user_id}" and event.get("method") == "PUT" for event in requests), requests[:2])
    check("events have neither ids of owners nor queries", "user-ada" not in service.log and "user-bob" not in service.log)


def check_move(binary, counts):
    """What Node stored, moved by `migrate`."""
    fixtures = lib.fixtures("json-gcm")
    short, unicode = (next(one for one in fixtures["fixtures"] if one["name"] == f"{name}, key 0") for name in ("short", "unicode"))
    owners = ["user-ada", "user-bob", *(f"user-{number}" for number in range(20))]
    texts = {"ssn": unicode["item"]["ssn"], "apiKey": short["item"]["ssn"], "createdAt": {"S": "2026-01-01T00:00:00.000Z"}}
    shown = {"apiKey": base64.b64decode(short["plaintext"]).decode()}
    with tempfile.NamedTemporaryFile("w", prefix="dynacrypt-e2e-") as key:
        key.write(fixtures["keys"][0])
        key.flush()
        old = [{**texts, "userId": {"S": owner}} for owner in owners]
        lib.check_move(binary, counts, "profiles", old, ["--legacy-key", key.name], ADA, (f"{ADA}/api-key", shown))


PAGE = ["/", "/demo/page.js", "/demo/page.css", "/demo/icon.svg"]


def check_page(service):
    """The page's routes; page.py has the page in a browser."""
    expect, check = service.expect, service.check
    ada, nobody = service.as_("ada"), service.nobody()
    origin = "https://{}:{}".format(*service.https)
    port = service.https[1]
    for path, kind in zip(PAGE, ("text/html", "text/javascript", "text/css", "image/svg+xml")):
        answer = expect(path, nobody.get(path), 200)
        missing = [name for name, part in lib.SECURITY_HEADERS.items() if part not in answer.headers.get(name, "")]
        policy = answer.headers.get("content-security-policy", "")
        check("  of its type, with the security headers and a policy without `unsafe`", answer.headers["content-type"].startswith(kind) and not missing and "script-src 'self'" in policy and "unsafe" not in policy, answer.headers)
    check("the API's policy stays what it was", "script-src" not in ada.get(ADA).headers["content-security-policy"])

    own = {"origin": origin, "sec-fetch-site": "same-origin"}
    token = lambda body={"owner": "bob"}, **headers: nobody.post("/demo/token", body, headers={**own, **{name.replace("_", "-"): value for name, value in headers.items()}})
    given = expect("a token, to the page", token(), 200)
    bob = service.with_token(given.json["token"])
    expect("  is Bob's", bob.get(f"{BOB}/api-key"), 404)
    expect("  and nobody else's", bob.get(ADA), 403)
    check("  for a short time", given.json["userId"] == "user-bob" and 0 < given.json["expiresIn"] <= 900, given.json.get("expiresIn"))
    for what, headers in (
        ("no origin", {"origin": None}),
        ("another origin", {"origin": "https://evil.example"}),
        ("another port", {"origin": f"https://127.0.0.1:{port + 1}"}),
        ("plain http", {"origin": f"http://127.0.0.1:{port}"}),
        ("the null origin", {"origin": "null"}),
        ("a cross-site request", {"sec_fetch_site": "cross-site"}),
        ("a name that is not the service's", {"host": f"evil.example:{port}", "origin": f"https://evil.example:{port}"}),
    ):
        expect(f"no token to {what}", token(**headers), 403)
    expect("no token by GET", nobody.get("/demo/token", headers=own), 405, allow=True)
    expect("no token to a form", token(content_type="text/plain"), 415)
    for owner in ("mallory", "user-ada", "", "Ada"):
        check(f"no token for {owner!r}", (answer := token({"owner": owner})).status == 400 and answer.fields == ["owner"], answer)
    for body in ({}, {"owner": 1}, {"owner": "ada", "sub": "user-bob"}):
        expect(f"no token for {body}", token(body), 400)

    expect("the stored item, to nobody", nobody.get("/demo/item"), 401)
    expect("to its owner, where there is none", bob.get("/demo/item"), 404)
    item = expect("to its owner", ada.get("/demo/item"), 200).json
    seen = {attribute["name"]: (attribute["type"], attribute["protection"]) for attribute in item["attributes"]}
    check("is what the table has", item["table"].endswith("profiles") and seen["ssn"] == ("B", "sealed") and seen["displayName"] == ("S", "clear"), seen)

    tamper = lambda who, **headers: who.post("/demo/tamper", headers={**own, **headers})
    expect("tampering, as nobody", tamper(nobody), 401)
    expect("tampering, from elsewhere", tamper(ada, origin="https://evil.example"), 403)
    expect("tampering with what is not there", tamper(bob), 404)
    expect("tampering", tamper(ada), 204)
    expect("  makes it one that does not open", ada.get(ADA), 500)
    expect("  for nobody", bob.get(ADA), 403)
    expect("tampering back", tamper(ada), 204)
    expect("  makes it what it was", ada.get(ADA), 200)


def check_without_demo(binary, counts):
    """A service of its own without --demo: no page, and nothing of it."""
    service = lib.Service(binary, demo=False)
    try:
        ada, nobody = service.as_("ada"), service.nobody()
        nothing = nobody.get("/nothing")
        own = {"origin": "https://{}:{}".format(*service.https)}
        for what, answer in (
            *((path, nobody.get(path)) for path in PAGE),
            ("/demo/token", nobody.post("/demo/token", {"owner": "ada"}, headers=own)),
            ("/demo/item", ada.get("/demo/item")),
            ("/demo/tamper", ada.post("/demo/tamper", headers=own)),
        ):
            service.expect(f"without --demo, {what}", answer, 404)
            service.check("  like any path that there is not", answer.body == nothing.body, answer)
        service.expect("a service all the same", ada.get(ADA), 404)
    finally:
        service.stop()
    counts.append(service)


if __name__ == "__main__":
    others = [
        check_without_demo,
        lambda binary, counts: lib.check_trusted_proxy(binary, ADA, counts),
        lambda binary, counts: lib.check_rate(binary, ADA, counts),
        lambda binary, counts: lib.check_shutdown(binary, "POST", "/profiles", {"displayName": "Ada", "ssn": SSN}, 201, counts),
        check_move,
    ]
    lib.run("example-axum-profiles", checks, CANARIES, others)
