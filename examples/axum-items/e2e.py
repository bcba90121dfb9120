"""Drives the items service over TLS, as two owners, nobody and attackers; and reads its OpenAPI document and docs page.

    python3 examples/axum-items/e2e.py [--binary PATH] [options of the service]
"""

import base64
import html.parser
import pathlib
import re
import subprocess
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import lib

SECRET, OTHER, LAST = "CANARY-secret-of-ada-0001", "sk_live_4eC39HqLyjWDarjtT1zdp7dc", "CANARY-ünïcode \"quoted\" 219-09-9999"
CANARIES = [SECRET, OTHER, LAST, "219-09-9999", "CANARY"]
ITEMS = "/items"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def same(answers):
    """Whether they cannot be told apart: status, body, headers but those of each request."""
    own = ("date", "x-request-id", "content-length")
    seen = {(answer.status, answer.body, tuple(sorted((name, value) for name, value in answer.headers.items() if name not in own))) for answer in answers}
    return len(seen) == 1


def checks(service):
    expect, check = service.expect, service.check
    ada, bob, nobody = service.as_("ada"), service.as_("bob"), service.nobody()
    body = {"title": "First", "secret": SECRET}

    lib.check_tls(service)
    lib.check_health(service)

    created = expect("create", ada.post(ITEMS, body), 201, etag='"1"', location=True)
    item = created.headers["location"]
    item_id = item.removeprefix(f"{ITEMS}/")
    check("the service draws the id", uuid.UUID(item_id).version == 7, item)
    again = expect("the same again is another item", ada.post(ITEMS, body), 201).headers["location"]
    check("with another id", again != item, again)
    for member in ("item_id", "id", "owner_id"):
        answer = expect(f"{member} is not the caller's to say", ada.post(ITEMS, {**body, member: item_id}), 400)
        check("  and creating does not tell which are taken", same([answer, ada.post(ITEMS, {**body, member: "none"})]), answer)
    expect("delete the other", ada.delete(again), 204)

    shown = expect("get", ada.get(item), 200, etag='"1"')
    check("it says of the secret that it is set", shown.json == {"item_id": item_id, "title": "First", "secret_set": True, "version": 1}, shown)

    # Another's item, one that never was, one that is gone: all the same.
    ways = {
        "GET": lambda client, path: client.get(path),
        "GET secret": lambda client, path: client.get(f"{path}/secret"),
        "PUT": lambda client, path: client.put(path, {**body, "version": 1}),
        "PUT of another version": lambda client, path: client.put(path, {**body, "version": 7}),
        "PATCH": lambda client, path: client.patch(path, {"title": "B", "version": 1}),
        "PATCH of the secret": lambda client, path: client.patch(path, {"secret": OTHER, "version": 7}),
        "DELETE": lambda client, path: client.delete(path),
        "DELETE of a version": lambda client, path: client.delete(path, headers={"if-match": '"1"'}),
        "DELETE of another version": lambda client, path: client.delete(path, headers={"if-match": '"7"'}),
    }
    absent = [f"{ITEMS}/{uuid.uuid4()}", f"{ITEMS}/{uuid.UUID(int=uuid.UUID(item_id).int + 1)}", again]
    for what, way in ways.items():
        answers = [way(bob, item)] + [way(bob, path) for path in absent]
        expect(f"{what} of another's item", answers[0], 404)
        check("  with body and headers as of one that is not there", same(answers), [(answer, answer.headers) for answer in answers])
        expect(f"{what} as nobody", way(nobody, item), 401, www_authenticate=True)
    check("nothing of it was done", ada.get(item).json == shown.json)

    for name, answer in (("PUT", ada.put(item, body)), ("PATCH", ada.patch(item, {"title": "A"}))):
        expect(f"{name} without a version", answer, 428)
    expect("replace", ada.put(item, {**body, "secret": LAST}, headers={"if-match": '"1"'}), 204, etag='"2"')
    expect("a lost update, whole", ada.put(item, body, headers={"if-match": '"1"'}), 409)
    expect("patch", ada.patch(item, {"title": "Second"}, headers={"if-match": '"2"'}), 204, etag='"3"')
    expect("a lost update, in part", ada.patch(item, {"title": "Late"}, headers={"if-match": '"2"'}), 409)
    expect("a version in the body", ada.patch(item, {"secret": OTHER, "version": 3}), 204, etag='"4"')
    merge = {"if-match": '"4"', "content-type": "application/merge-patch+json"}
    expect("as a merge patch", ada.patch(item, {"title": "Third"}, headers=merge), 204, etag='"5"')
    expect("two versions that differ", ada.patch(item, {"title": "x", "version": 3}, headers={"if-match": '"5"'}), 400)
    expect("If-Match that is no version", ada.patch(item, {"title": "x"}, headers={"if-match": "*"}), 400)
    expect("a patch of nothing", ada.patch(item, {}, headers={"if-match": '"5"'}), 400)
    for member in ("title", "secret"):
        answer = expect(f"a patch that removes the {member}", ada.patch(item, {member: None}, headers={"if-match": '"5"'}), 400)
        check("  names it", answer.fields == [member], answer)

    lib.check_stored(service, "secure_items", 1, CANARIES, ["sensitive_field"])

    before = len(service.events(lib.AUDIT))
    revealed = expect("reveal", ada.get(f"{item}/secret", reveals=True), 200, cache_control="no-store")
    check("it is the secret, alone", revealed.json == {"secret": OTHER}, revealed)
    events = service.events(lib.AUDIT)[before:]
    told = {"kind": "owner", "operation": "reveal", "table": "secure_items", "field": "sensitive_field"}
    check("one audit event: who, what, why", len(events) == 1 and all(events[0].get(name) == value for name, value in told.items()) and events[0].get("reason"), events)
    check("with the id of the request", bool(events) and events[0].get("span", {}).get("id") == revealed.headers.get("x-request-id"), events)

    pages(service)
    bodies(service, item)
    document(service, item)
    docs_page(service)

    lib.check_tokens(service, item)
    lib.check_headers(service, item)
    lib.check_forwarding(service, item)
    lib.check_plain_http(service, item)

    expect("a lost delete", ada.delete(item, headers={"if-match": '"1"'}), 409)
    expect("delete", ada.delete(item), 204)
    update = {"headers": {"if-match": '"5"'}}
    for what, answer in (("get", ada.get(item)), ("delete", ada.delete(item)), ("replace", ada.put(item, body, **update)), ("patch", ada.patch(item, {"title": "x"}, **update))):
        expect(f"{what} of what is gone", answer, 404)

    requests = service.events("requests")
    check("one event a request, with the route's pattern", any(event.get("route") == "/items/{item_id}" and event.get("method") == "PUT" for event in requests), requests[:2])
    named = [name for name in ("user-ada", "user-bob", item_id, "limit=") if name in service.log]
    check("events have neither ids nor queries", not named, named)


def pages(service):
    """Lists: one's own, in pages, with tokens that are good for nothing else."""
    expect, check = service.expect, service.check
    ada, bob = service.as_("ada"), service.as_("bob")
    made = [ada.post(ITEMS, {"title": f"Page {number}", "secret": SECRET}).headers["location"] for number in range(6)]
    theirs = bob.post(ITEMS, {"title": "Bob's", "secret": OTHER}).headers["location"]
    seen, tokens, path = [], [], f"{ITEMS}?limit=3"
    while path:
        answer = expect("a page", ada.get(path), 200)
        check("  of no more than was asked", len(answer.json["items"]) <= 3, answer)
        seen += [f"{ITEMS}/{item['item_id']}" for item in answer.json["items"]]
        token = answer.json.get("next")
        tokens += [token] if token else []
        path = f"{ITEMS}?limit=3&page={token}" if token else None
    check("all of one's own, once, in their order", seen[-6:] == made and len(seen) == 7 and theirs not in seen, seen)
    check("an item of a list says as little as by itself", ada.get(f"{ITEMS}?limit=1").json["items"] == [ada.get(seen[0]).json])
    whole = bob.get(ITEMS)
    check("another has theirs", [item["title"] for item in whole.json["items"]] == ["Bob's"] and "next" not in whole.json, whole)

    token = tokens[0]
    ids = [path.removeprefix(f"{ITEMS}/") for path in seen] + ["user-ada", "secure_items"]
    check("a token says nothing", not lib.leaks(token, ids) and re.fullmatch(r"[A-Za-z0-9_.~-]+", token) is not None, token)
    changed = token[:-5] + ("A" if token[-5] != "A" else "B") + token[-4:]
    for what, client, page in (
        ("another's token", bob, token),
        ("a changed token", ada, changed),
        ("a token that is cut", ada, token[:-8]),
        ("a token that is none", ada, "CANARY-token"),
        ("no token", ada, ""),
        ("a token of 3 KB", ada, "A" * 3000),
    ):
        answer = expect(what, client.get(f"{ITEMS}?page={page}"), 400)
        check("  is refused without a word about it", "CANARY" not in answer.text, answer)
    for query in ("limit=0", "limit=101", "limit=-1", "limit=CANARY", "limit=1&limit=2", "offset=1", "limit=%ff", "limit=99999999999999999999"):
        answer = expect(f"?{query}", ada.get(f"{ITEMS}?{query}"), 400)
        check("  is not quoted", "CANARY" not in answer.text and "invalid" not in answer.text, answer)
    expect("?limit=100", ada.get(f"{ITEMS}?limit=100"), 200)
    for path, client in [(path, ada) for path in made] + [(theirs, bob)]:
        expect("delete it again", client.delete(path), 204)


def bodies(service, item):
    expect, check = service.expect, service.check
    ada = service.as_("ada")
    update = {"headers": {"if-match": '"5"'}}
    body = {"title": "x", "secret": SECRET}
    lib.check_bodies(service, "POST", ITEMS, body, "secret")
    lib.check_bodies(service, "PUT", item, body, "secret", **update)
    for what, change, fields in (
        ("an empty secret", {"secret": ""}, ["secret"]),
        ("a secret that is too long", {"secret": "CANARY" * 1000}, ["secret"]),
        ("a title with a secret in it", {"title": "my number is 219-09-9999"}, ["title"]),
        ("a title of 101 characters", {"title": "t" * 101}, ["title"]),
        ("a title with a line break", {"title": "a\r\nb"}, ["title"]),
        ("both", {"title": "", "secret": ""}, ["secret", "title"]),
        ("a title that is no text", {"title": ["CANARY-title"]}, ["title"]),
    ):
        answer = expect(what, ada.put(item, {**body, **change}, **update), 400)
        check("  the fields are named, the values are not", answer.fields == fields and "CANARY" not in answer.text, answer)
    answer = expect("nothing that is required", ada.post(ITEMS, {}), 400)
    check("  what is required is named", answer.fields == ["secret", "title"], answer)
    expect("a method that there is not", ada.request("POST", item, body), 405, allow=True)
    expect("a path that there is not", ada.get("/nothing"), 404)
    for path in (f"{ITEMS}/%ff", f"{ITEMS}/..%2f..%2fhealth", f"{ITEMS}/a%00b", f"{ITEMS}/" + "x" * 2048, f"{ITEMS}/" + "x" * 2049, f"{ITEMS}/" + "x" * 4000, f"{ITEMS}/"):
        for answer in (ada.get(path), ada.delete(path), ada.patch(path, {"title": "x", "version": 1}), ada.put(path, {**body, "version": 1})):
            check(f"{path[:24]} ({len(path)}) is not there", answer.status in (404, 414), answer)


def resolve(document, value):
    """What a reference stands for."""
    while isinstance(value, dict) and "$ref" in value:
        target = document
        for step in value["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        value = target
    return value


def properties(document, schema, seen=()):
    """All properties of a schema, by name, however deep."""
    if isinstance(schema, dict) and schema.get("$ref") in seen:
        return
    seen = (*seen, schema["$ref"]) if isinstance(schema, dict) and "$ref" in schema else seen
    schema = resolve(document, schema)
    if isinstance(schema, dict):
        for name, value in schema.get("properties", {}).items():
            yield name, resolve(document, value)
        for key, value in schema.items():
            for inner in value.values() if key in ("properties", "$defs", "patternProperties") else value if isinstance(value, list) else [value]:
                if isinstance(inner, dict):
                    yield from properties(document, inner, seen)


def valid(document):
    """What is wrong with the structure of an OpenAPI 3.1 document."""
    wrong = []

    def need(holds, what):
        if not holds:
            wrong.append(what)

    need(re.fullmatch(r"3\.1\.\d+", document.get("openapi", "")), "openapi is not 3.1")
    need(all(isinstance(document.get("info", {}).get(name), str) for name in ("title", "version")), "info lacks title or version")
    license = document.get("info", {}).get("license")
    need(license is None or ("name" in license and not ("identifier" in license and "url" in license)), "the license")
    need(set(document) <= {"openapi", "info", "jsonSchemaDialect", "servers", "paths", "webhooks", "components", "security", "tags", "externalDocs"}, "members of the document")
    components = document.get("components", {})
    kinds = {"schemas", "responses", "parameters", "examples", "requestBodies", "headers", "securitySchemes", "links", "callbacks", "pathItems"}
    need(set(components) <= kinds, "members of components")
    need(all(re.fullmatch(r"[a-zA-Z0-9._-]+", name) for kind in components.values() for name in kind), "names of components")
    tags = {tag["name"] for tag in document.get("tags", [])}
    identities = set()
    for path, entry in document.get("paths", {}).items():
        need(path.startswith("/"), f"{path} does not begin with /")
        templated = set(re.findall(r"\{([^}]+)\}", path))
        for method, operation in entry.items():
            where = f"{method} {path}"
            if method in ("summary", "description", "servers", "parameters"):
                continue
            need(method in METHODS, f"{where}: no method")
            identity = operation.get("operationId")
            need(identity and identity not in identities, f"{where}: operationId")
            identities.add(identity)
            need(set(operation.get("tags", [])) <= tags, f"{where}: tags")
            found = [resolve(document, parameter) for parameter in operation.get("parameters", []) + entry.get("parameters", [])]
            need(len({(parameter["name"], parameter["in"]) for parameter in found}) == len(found), f"{where}: a parameter twice")
            need({parameter["name"] for parameter in found if parameter["in"] == "path"} == templated, f"{where}: path parameters")
            for parameter in found:
                need(parameter["in"] in ("path", "query", "header", "cookie"), f"{where}: place of a parameter")
                need(parameter["in"] != "path" or parameter.get("required") is True, f"{where}: a path parameter that is not required")
                need(("schema" in parameter) != ("content" in parameter), f"{where}: schema of a parameter")
            need("requestBody" not in operation or resolve(document, operation["requestBody"]).get("content"), f"{where}: body without content")
            need(operation.get("responses"), f"{where}: no responses")
            for status, answer in operation.get("responses", {}).items():
                need(re.fullmatch(r"[1-5](\d\d|XX)|default", status), f"{where}: status {status}")
                need(isinstance(resolve(document, answer).get("description"), str), f"{where}: {status} without description")
            for requirement in operation.get("security", []) + document.get("security", []):
                need(set(requirement) <= set(components.get("securitySchemes", {})), f"{where}: a scheme that there is not")

    types = {"null", "boolean", "object", "array", "number", "string", "integer"}

    def walk(value, where, schema=False):
        if isinstance(value, list):
            for at, inner in enumerate(value):
                walk(inner, f"{where}/{at}", schema)
        elif isinstance(value, dict):
            if "$ref" in value:
                try:
                    resolve(document, value)
                except (KeyError, TypeError):
                    need(False, f"{where}: {value['$ref']} leads nowhere")
            if schema:
                kind = value.get("type", [])
                need(set(kind if isinstance(kind, list) else [kind]) <= types, f"{where}: type {kind}")
                need("nullable" not in value and "example" not in value, f"{where}: a keyword of 3.0")
                need(not isinstance(value.get("exclusiveMinimum"), bool) and not isinstance(value.get("exclusiveMaximum"), bool), f"{where}: a bound of 3.0")
                need(set(value.get("required", [])) <= set(value.get("properties", {})) or "properties" not in value, f"{where}: required and not there")
                need(value.get("type") != "array" or "items" in value or "prefixItems" in value, f"{where}: items of what")
                for name, inner in value.get("properties", {}).items():
                    walk(inner, f"{where}/properties/{name}", True)
                for key in ("items", "additionalProperties", "not", "allOf", "anyOf", "oneOf"):
                    walk(value.get(key), f"{where}/{key}", True)
            else:
                for key, inner in value.items():
                    if key == "schemas":
                        for name, one in inner.items():
                            walk(one, f"{where}/schemas/{name}", True)
                    else:
                        walk(inner, f"{where}/{key}", key == "schema")

    walk(document, "#")
    return wrong


def document(service, item):
    """What is documented is so, and says nothing that an answer must not have."""
    expect, check = service.expect, service.check
    answer = expect("the document, without a token", service.nobody().get("/openapi.json"), 200, content_type="application/json")
    spec = answer.json
    wrong = valid(spec)
    check("it is OpenAPI 3.1 in its structure", not wrong, wrong)
    schemes = spec["components"]["securitySchemes"]
    check("a bearer scheme", schemes["bearer"].get("type") == "http" and schemes["bearer"].get("scheme") == "bearer" and schemes["bearer"].get("bearerFormat") == "JWT", schemes)
    check("no server but this one", all(server["url"] == "/" for server in spec.get("servers", [])), spec.get("servers"))

    routes = {(method, path) for path, entry in spec["paths"].items() for method in entry}
    there = {("post", ITEMS), ("get", ITEMS), *((method, "/items/{item_id}") for method in ("get", "put", "patch", "delete")), ("get", "/items/{item_id}/secret"), ("get", "/health/live"), ("get", "/health/ready")}
    check("it has all routes, and no other", routes == there, routes ^ there)

    reveal, sent, told = ("get", "/items/{item_id}/secret"), [], []
    for method, path in sorted(routes):
        operation = spec["paths"][path][method]
        where, answers = f"{method} {path}", {status: resolve(spec, one) for status, one in operation["responses"].items()}
        private = not path.startswith("/health")
        check(f"{where} wants the bearer scheme" if private else f"{where} wants none", operation.get("security") == ([{"bearer": []}] if private else [{}]), operation.get("security"))
        wanted = {"400", "429", "500", "503"} | ({"401"} if private else set()) | ({"404"} if "{" in path else set())
        wanted |= {"413", "415"} if "requestBody" in operation else set()
        wanted |= {"409"} if method in ("put", "patch", "delete") else set()
        wanted |= {"428"} if method in ("put", "patch") else set()
        errors = {status: one for status, one in answers.items() if status[0] in "45"}
        check(f"{where} lists its refusals", set(errors) == wanted, set(errors) ^ wanted)
        shared = [status for status, one in errors.items() if one.get("content") != {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}]
        check(f"{where}: all of the one schema", not shared, shared)
        check(f"{where}: 401 and 429 have their headers", ("401" not in errors or "WWW-Authenticate" in errors["401"].get("headers", {})) and "Retry-After" in errors["429"].get("headers", {}))
        for content in operation.get("requestBody", {}).get("content", {}).values():
            sent += [(where, name, one) for name, one in properties(spec, content["schema"])]
        if (method, path) != reveal:
            for one in answers.values():
                for content in one.get("content", {}).values():
                    told += [(where, name, one) for name, one in properties(spec, content["schema"])]
    secrets = [one for _, name, one in sent if name == "secret"]
    check("a secret that is sent is a password, and written only", len(secrets) >= 3 and all(one.get("format") == "password" and one.get("writeOnly") is True for one in secrets), secrets)
    names = ("secret", "sensitive_field", "encrypted_key", "nonce")
    shown = [(where, name) for where, name, one in told if name in names or one.get("format") == "password" or one.get("writeOnly")]
    check("no answer's schema has a secret", told and not shown, shown)
    revealed = list(properties(spec, resolve(spec, spec["paths"][reveal[1]]["get"]["responses"]["200"])["content"]["application/json"]["schema"]))
    check("but that of the route which reveals one", [name for name, _ in revealed] == ["secret"] and revealed[0][1].get("readOnly") is True, revealed)

    # Each documented route answers, and as it is documented.
    ada, bodies = service.as_("ada"), {"post": {"title": "Doc", "secret": SECRET}, "put": {"title": "Doc", "secret": SECRET, "version": 1}, "patch": {"title": "Doc 2", "version": 2}}
    made = ada.post(ITEMS, bodies["post"]).headers["location"]
    order = ["get", "put", "patch", "post", "delete"]
    for method, path in sorted(routes, key=lambda route: order.index(route[0])):
        operation, target = spec["paths"][path][method], path.replace("/items/{item_id}", made)
        answer = ada.request(method.upper(), target, bodies.get(method), reveals=(method, path) == reveal)
        documented = operation["responses"].get(str(answer.status))
        check(f"{method} {path} answers as documented: {answer.status}", documented is not None and answer.status < 300, answer)
        content = resolve(spec, documented or {}).get("content", {})
        if content:
            schema = resolve(spec, content["application/json"]["schema"])
            there, known = set(answer.json), set(schema["properties"])
            check("  with the members of its schema", set(schema.get("required", [])) <= there <= known, (there, known))
        else:
            check("  without a body", answer.body == b"", answer)
        missing = [name for name in resolve(spec, documented or {}).get("headers", {}) if name.lower() not in answer.headers]
        check("  with its headers", not missing, missing)
        refused = service.nobody().request(method.upper(), target, bodies.get(method))
        check("  and to nobody too", str(refused.status) in operation["responses"] and (refused.status == 401) == (not path.startswith("/health")), refused)
    for one in ada.get(ITEMS).json["items"]:
        if f"{ITEMS}/{one['item_id']}" != item:
            ada.delete(f"{ITEMS}/{one['item_id']}")


class Loads(html.parser.HTMLParser):
    """What a page loads, and what it has inline."""

    def __init__(self):
        super().__init__()
        self.loaded, self.inline, self.within = [], [], None

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.loaded += [value for name, value in attributes.items() if name in ("src", "href", "action", "data", "srcset", "poster")]
        self.inline += [name for name in attributes if name.startswith("on") or name == "style"]
        self.within = tag if tag in ("script", "style") else None

    def handle_endtag(self, _):
        self.within = None

    def handle_data(self, data):
        if self.within and data.strip():
            self.inline.append(self.within)


def docs_page(service):
    expect, check = service.expect, service.check
    nobody = service.nobody()
    moved = expect("/docs", nobody.get("/docs"), 308, location="/docs/")
    page = expect("the docs page, without a token", nobody.get(moved.headers.get("location", "/docs/")), 200)
    check("it is a page", page.headers.get("content-type", "").startswith("text/html"), page.headers)
    policy = {part.split()[0]: part.split()[1:] for part in page.headers.get("content-security-policy", "").split(";") if part.split()}
    strict = {"default-src": ["'none'"], "frame-ancestors": ["'none'"], "base-uri": ["'none'"], "form-action": ["'none'"], "script-src": ["'self'"], "style-src": ["'self'"], "connect-src": ["'self'"]}
    check("its policy is strict", all(policy.get(name) == value for name, value in strict.items()), policy)
    others = sorted({source for sources in policy.values() for source in sources} - {"'none'", "'self'", "data:"})
    check("and names no other place, nothing inline, no eval", not others and "data:" not in policy.get("script-src", []), others)
    missing = [name for name, part in lib.SECURITY_HEADERS.items() if part not in page.headers.get(name, "")]
    check("it has the other security headers", not missing, missing)

    loads = Loads()
    loads.feed(page.text)
    check("nothing in it is inline", not loads.inline, loads.inline)
    elsewhere = [place for place in loads.loaded if not re.fullmatch(r"(\./)?[A-Za-z0-9._-]+", place)]
    check("it loads files beside it alone", loads.loaded and not elsewhere, elsewhere)
    for place in loads.loaded:
        answer = expect(f"its file {place}", nobody.get(f"/docs/{place.removeprefix('./')}"), 200)
        if place.endswith(".css"):
            found = re.findall(r"""(?:url\(|@import)\s*["']?(?!data:|#)([^"')]+)""", answer.text)
            check("  loads nothing", not found, found)
        if place.endswith(".js"):
            check("  is a script by its type", "javascript" in answer.headers.get("content-type", ""), answer.headers)
    settings = nobody.get("/docs/swagger-initializer.js").text
    check("it shows this service's document", '"url": "/openapi.json"' in settings and "http" not in settings, settings)
    check("asks no validator, keeps no token, takes no settings from the query", '"validatorUrl": "none"' in settings and '"persistAuthorization": false' in settings and '"queryConfigEnabled": false' in settings, settings)
    for name in ("oauth2-redirect.html", "swagger-ui-es-bundle.js", "..%2fCargo.toml", "index.html%00", "none"):
        expect(f"/docs/{name} is not served", nobody.get(f"/docs/{name}"), 404)
    expect("nothing is posted to it", nobody.post("/docs/", {}), 405, allow=True)


def usage(binary, counts):
    """A stage that reads the old form needs the key that it is under."""
    for stage in ("1", "2"):
        ended = subprocess.run([binary, "--stage", stage, "--legacy-until", "2099-01-01"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30, env={}, text=True)
        counts[0].check(f"--stage {stage} without --kms-key-id is refused, and says what is wanted", ended.returncode == 1 and "--kms-key-id" in ended.stdout, ended)


def check_move(binary, counts):
    """What boto3 and `cryptography` stored, under a live KMS, moved by `migrate`."""
    kms = lib.kms()
    if kms is None:
        print("skip  values under data keys of KMS are moved: needs DYNACRYPT_TEST_KMS_ENDPOINT, and DYNACRYPT_TEST_LEGACY with fresh fixtures of that KMS")
        return
    fixtures = lib.fixtures("kms-gcm")
    short, unicode = (next(one for one in fixtures["fixtures"] if one["name"] == f"{name}, no context") for name in ("short", "unicode"))
    old = [{**(short if number % 2 == 0 else unicode)["item"], "item_id": {"S": f"item-{number}"}, "owner_id": {"S": "user-bob" if number == 1 else "user-ada"}} for number in range(8)]
    shown = {"secret": base64.b64decode(short["plaintext"]).decode()}
    keys = ["--kms-key-id", fixtures["arns"][0], "--kms-endpoint-url", kms]
    lib.check_move(binary, counts, "secure_items", old, [], "/items/item-0", ("/items/item-0/secret", shown), keys)


if __name__ == "__main__":
    body = {"title": "Last", "secret": SECRET}
    others = [
        lambda binary, counts: lib.check_trusted_proxy(binary, ITEMS, counts),
        lambda binary, counts: lib.check_rate(binary, ITEMS, counts),
        lambda binary, counts: lib.check_shutdown(binary, "POST", ITEMS, body, 201, counts),
        usage,
        check_move,
    ]
    lib.run("example-axum-items", checks, CANARIES, others)
