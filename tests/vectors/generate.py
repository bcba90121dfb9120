"""Writes v1.json: what a sealer following docs/format.md produces, and what an opener must refuse.

    python generate.py           writes v1.json beside this file
    python generate.py --check   exits with 1 if v1.json differs from what it would write

It shares no code with decode.py. Nothing here is random: the "random" bytes of a vector follow from its name, so a change of
one vector changes no other. Never seal real data this way.
"""
import base64
import copy
import hashlib
import hmac
import json
import struct
import sys
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

HERE = Path(__file__).parent
MAX = 4096


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def pseudo_random(name, use, length):
    out = b""
    while len(out) < length:
        out += sha256(b"dynacrypt vectors v1", lv(name.encode()), lv(use.encode()), be(len(out), 4))
    return out[:length]


def be(value, size):
    return value.to_bytes(size, "big")


def lv(data):
    """Length and value."""
    return be(len(data), 4) + data


def hkdf_expand(prk, info, length):
    """RFC 5869 section 2.3."""
    okm, block = b"", b""
    for counter in range(1, 256):
        if len(okm) >= length:
            return okm[:length]
        block = hmac.new(prk, block + info + bytes([counter]), "sha256").digest()
        okm += block
    raise ValueError(length)


def b(data):
    return {"B": base64.b64encode(data).decode()}


def raw(attribute):
    return base64.b64decode(attribute["B"])


# Section 6.1: deterministic CBOR, as much of it as the vectors need.


class Half(float):
    """Written as a half-precision float."""


class Single(float):
    """Written as a single-precision float."""


class Double(float):
    """Written as a double-precision float."""


def head(major, value):
    for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if value < 24:
            return bytes([major << 5 | value])
        if value < 1 << 8 * size:
            return bytes([major << 5 | info]) + be(value, size)
    raise ValueError(value)


def cbor(value):
    match value:
        case None:
            return b"\xf6"
        case bool():
            return b"\xf5" if value else b"\xf4"
        case int():
            return head(0, value) if value >= 0 else head(1, -1 - value)
        case Half():
            return b"\xf9" + struct.pack(">e", value)
        case Single():
            return b"\xfa" + struct.pack(">f", value)
        case Double():
            return b"\xfb" + struct.pack(">d", value)
        case bytes():
            return head(2, len(value)) + value
        case str():
            return head(3, len(value.encode())) + value.encode()
        case list():
            return head(4, len(value)) + b"".join(map(cbor, value))
        case dict():
            entries = sorted((cbor(key), cbor(entry)) for key, entry in value.items())
            return head(5, len(value)) + b"".join(key + entry for key, entry in entries)
    raise TypeError(value)


# The records of README.md.


def attribute(name, kind, owner=False, bound_name=None, **more):
    return {"name": name, "bound_name": bound_name or name, "kind": kind, "owner": owner, **more}


SCHEMAS = {
    "Profile": {"table": "profiles", "whole": False, "attributes": [
        attribute("user_id", "partition_key", owner=True),
        attribute("display_name", "clear"),
        attribute("role", "authenticated"),
        attribute("ssn", "encrypted", type="text"),
        attribute("api_key", "encrypted", type="text"),
    ]},
    "Note": {"table": "notes", "whole": False, "attributes": [
        attribute("author", "partition_key"),
        attribute("seq", "sort_key"),
        attribute("reader", "clear", owner=True),
        attribute("pinned", "authenticated"),
        attribute("weight", "authenticated", bound_name="mass"),
        attribute("body", "encrypted", type="text", pad=64),
        attribute("blob", "encrypted", type="bytes"),
        attribute("meta", "encrypted", type="map"),
    ]},
    "Vault": {"table": "vaults", "whole": True, "attributes": [
        attribute("id", "partition_key"),
        attribute("pin", "encrypted", type="int"),
        attribute("hint", "encrypted", bound_name="h", type="text"),
    ]},
}

# Numbers as the items store them, where that is not the canonical form.
CANONICAL = {"10.0": "10", "1E2": "100", "-0.00": "0", "1E126": "1" + "0" * 126}
WRAPPING_KEY = pseudo_random("all", "wrapping key", 32)
OTHER_WRAPPING_KEY = pseudo_random("all", "other wrapping key", 32)


# Sections 4, 5, 6 and 8: sealing.


def element(code, data):
    return bytes([code]) + lv(data)


def bound(spec, value):
    (kind, text), = value.items()
    canonical = {
        "S": lambda: b"S" + text.encode(),
        "N": lambda: b"N" + CANONICAL.get(text, text).encode(),
        "B": lambda: b"B" + base64.b64decode(text),
        "BOOL": lambda: b"?\1" if text else b"?\0",
    }[kind]()
    return lv(spec["bound_name"].encode()) + canonical


def of_kind(schema, kind):
    return [spec for spec in schema["attributes"] if spec["kind"] == kind]


def identity(schema, item, tenant, front):
    out = element(1, bytes(front)) + element(2, schema["table"].encode())
    out += b"".join(element(3, bound(spec, item[spec["name"]])) for spec in of_kind(schema, "partition_key"))
    out += b"".join(element(4, bound(spec, item[spec["name"]])) for spec in of_kind(schema, "sort_key"))
    for spec in of_kind(schema, "clear"):
        if spec["owner"]:
            out += element(5, bound(spec, item[spec["name"]]))
    return out if tenant is None else out + element(6, tenant.encode())


def item_context(schema, item, tenant, front, sealed_names):
    out = identity(schema, item, tenant, front)
    for spec in sorted(of_kind(schema, "authenticated"), key=lambda spec: spec["bound_name"].encode()):
        if spec["name"] in item:
            out += element(7, bound(spec, item[spec["name"]]))
    if front[2] & 1:
        out += b"".join(element(8, name) for name in sorted(name.encode() for name in sealed_names))
    return out


def local_wrap(name, data_key, table, tenant, wrapping_key=WRAPPING_KEY):
    context = {"dynacrypt:purpose": "data-key", "dynacrypt:table": table}
    if tenant is not None:
        context["dynacrypt:tenant"] = tenant
    aad = b"dynacrypt/v1/wrap"
    for key in sorted(context):
        aad += lv(key.encode()) + lv(context[key].encode())
    nonce = pseudo_random(name, "wrap nonce", 12)
    aead_key = hkdf_expand(wrapping_key, b"dynacrypt/v1/local-wrap", 32)
    key_id = hkdf_expand(wrapping_key, b"dynacrypt/v1/local-id", 8)
    return entry(1, key_id, nonce + AESGCM(aead_key).encrypt(nonce, data_key, aad))


def entry(provider, key_id, wrapped):
    return bytes([provider]) + key_id + be(len(wrapped), 2) + wrapped


def envelope(kind, front, salt, commitment, wrapped, count=None):
    count = len(wrapped) if count is None else count
    return bytes([0xDC, kind, *front, count]) + salt + commitment + b"".join(wrapped)


def nonce_and_aad(spec):
    aad = spec["bound_name"].encode()
    return sha256(b"dynacrypt/v1/nonce", aad)[:12], aad


def derive(label, data_key, salt, context, suite=1):
    okm = hkdf_expand(data_key, label + bytes([suite]) + salt + context, 64)
    return okm[:32], okm[32:], okm


class Sealed:
    """One item as sealed, with all that it was sealed from."""

    def __init__(self, name, record, item, plaintexts, *, tenant=None, front=None, wrap_for=None, before=(), count=None,
                 foreign=None, listed=(), wrapping_key=WRAPPING_KEY, table=None):
        self.name, self.record, self.tenant, self.wrapping_key = name, record, tenant, WRAPPING_KEY
        self.schema = copy.deepcopy(SCHEMAS[record])
        written_for = {**self.schema, "table": table or self.schema["table"]}
        front = front or [1, 1, int(self.schema["whole"])]
        self.data_key = pseudo_random(name, "data key", 32)
        self.salt = pseudo_random(name, "salt", 16)
        self.item, self.plaintexts, foreign = dict(item), {}, foreign or {}
        for attr, value in plaintexts.items():
            self.plaintexts[attr] = value if isinstance(value, Raw) else self.padded(attr, cbor(value))
        listed = [self.spec(attr)["bound_name"] for attr in plaintexts] + [*foreign, *listed]
        self.context = item_context(written_for, item, tenant, front, listed)
        self.key, self.commitment, self.okm = derive(b"dynacrypt/v1/item", self.data_key, self.salt, self.context, front[1])
        self.fields = {}
        for attr, plaintext in self.plaintexts.items():
            nonce, aad = nonce_and_aad(self.spec(attr))
            self.item[attr] = b(b"\xdc\1" + AESGCM(self.key).encrypt(nonce, plaintext, aad))
            self.fields[attr] = {"nonce": nonce, "aad": aad}
        for attr, plaintext in foreign.items():
            nonce = sha256(b"dynacrypt/v1/nonce", attr.encode())[:12]
            self.item[attr] = b(b"\xdc\1" + AESGCM(self.key).encrypt(nonce, cbor(plaintext), attr.encode()))
        wrap_table, wrap_tenant = wrap_for or (written_for["table"], tenant)
        self.wrapped = [*before, local_wrap(name, self.data_key, wrap_table, wrap_tenant, wrapping_key)]
        self.item["_dc"] = b(envelope(0, front, self.salt, self.commitment, self.wrapped, count))

    def spec(self, attr):
        return next(spec for spec in self.schema["attributes"] if spec["name"] == attr)

    def padded(self, attr, plaintext):
        return plaintext + bytes(-len(plaintext) % self.spec(attr).get("pad", 1))

    def self_contained(self, attr, value, *, label=b"dynacrypt/v1/field", front=(1, 1, 0), use=""):
        """Seals one field again on its own, as a partial update does."""
        name = f"{self.name}/{attr}{use}"
        data_key, salt = pseudo_random(name, "data key", 32), pseudo_random(name, "salt", 16)
        plaintext, (nonce, aad) = self.padded(attr, cbor(value)), nonce_and_aad(self.spec(attr))
        context = identity(self.schema, self.item, self.tenant, front) + element(9, aad)
        key, commitment, okm = derive(label, data_key, salt, context)
        wrapped = local_wrap(name, data_key, self.schema["table"], self.tenant)
        self.item[attr] = b(envelope(2, front, salt, commitment, [wrapped]) + AESGCM(key).encrypt(nonce, plaintext, aad))
        self.plaintexts[attr] = plaintext
        self.fields[attr] = {"nonce": nonce, "aad": aad, "data_key": data_key, "salt": salt, "context": context, "okm": okm,
                             "commitment": commitment}
        return self

    def drop(self, attr):
        """Takes an attribute out after sealing."""
        del self.item[attr]
        self.plaintexts.pop(attr, None)
        self.fields.pop(attr, None)
        return self

    def set(self, attr, value):
        """Overwrites an attribute after sealing."""
        self.item[attr] = value
        return self

    def edit(self, attr, change):
        """Changes the bytes of an attribute after sealing."""
        self.item[attr] = b(bytes(change(bytearray(raw(self.item[attr])))))
        return self

    def vector(self, expected, comment):
        opens = expected in ("ok", "invalid_item")
        trace = {"data_key": self.data_key, "salt": self.salt, "context": self.context, "okm": self.okm,
                 "commitment": self.commitment, "fields": self.fields}
        return {
            "name": self.name, "record": self.record, "schema": self.schema, "wrapping_key": self.wrapping_key.hex(),
            "tenant": self.tenant, "item": self.item, "expected": expected,
            "plaintexts": hexed(self.plaintexts) if opens else {}, "intermediate": hexed(trace) if opens else None,
            "comment": comment,
        }


class Raw(bytes):
    """A plaintext taken as it is."""


def hexed(value):
    return {key: hexed(entry) for key, entry in value.items()} if isinstance(value, dict) else bytes(value).hex()


# Base items.

USER = {"user_id": {"S": "user-1"}, "display_name": {"S": "Ada"}, "role": {"S": "member"}}
USER_SECRETS = {"ssn": "078-05-1120", "api_key": "sk_live_0123456789"}
NOTE = {"author": {"S": "user-1"}, "seq": {"N": "10.0"}, "reader": {"S": "user-2"}, "pinned": {"BOOL": True}, "weight": {"N": "1E2"}}
NOTE_SECRETS = {"body": "meet at noon", "blob": bytes(range(40)),
                "meta": {"b": "text", "a": -1, "done": True, "ratio": Half(1.5), "nested": {"aa": None, "b": [0, 23, 24, 256]}}}
VAULT = {"id": b(bytes.fromhex("00ff10"))}
VAULT_SECRETS = {"pin": 4711, "hint": "first pet"}


def profile(name, **more):
    return Sealed(name, "Profile", USER, USER_SECRETS, **more)


def note(name, item=NOTE, secrets=NOTE_SECRETS, **more):
    return Sealed(name, "Note", item, secrets, **more)


def vault(name, item=VAULT, secrets=VAULT_SECRETS, **more):
    return Sealed(name, "Vault", item, secrets, **more)


def valid():
    yield profile("profile").vector("ok", "String partition key that is the owner; an authenticated string; two encrypted fields.")
    yield Sealed("profile_optional_absent", "Profile", USER, {"ssn": "078-05-1120"}).vector(
        "ok", "An optional encrypted field that is not there.")
    yield Sealed("profile_unicode", "Profile",
                 {"user_id": {"S": "zoë/用户\u200d😀"}, "display_name": {"S": "Zoë"}, "role": {"S": "rôle"}},
                 {"ssn": "Grüße, 世界 🔑\u0000.", "api_key": "e\u0301"}).vector(
        "ok", "UTF-8 everywhere, a NUL, a decomposed é: nothing is normalized.")
    yield Sealed("profile_empty_strings", "Profile", {**USER, "display_name": {"S": ""}, "role": {"S": ""}},
                 {"ssn": "", "api_key": ""}).vector("ok", "An empty string is bound and sealed like any other; it is not an absent one.")
    yield profile("profile_clear_changed").set("display_name", {"S": "Eve"}).set("extra", {"N": "1"}).vector(
        "ok", "Changed after sealing: clear attributes, and attributes that the schema does not know, are not bound.")
    yield profile("profile_sealed_removed").drop("api_key").vector(
        "ok", "Not `whole`, and changed after sealing: the removal of an encrypted attribute is not noticed (a non-goal).")
    yield profile("profile_tenant", tenant="t-7f3a").vector("ok", "A tenant, in the context and in the encryption context.")
    yield profile("profile_two_wrapped_keys", before=[entry(200, b"elsewher", b"opaque")]).vector(
        "ok", "Two wrapped data keys, the first of a provider that the reader does not know.")
    yield profile("profile_four_wrapped_keys", before=[
        entry(2, sha256(b"arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab")[:8], b"\1" * 184),
        entry(1, b"\0" * 8, b"\2" * 60), entry(255, b"\xff" * 8, b"\3" * MAX)]).vector(
        "ok", "Four wrapped data keys, the most there may be: KMS, another local wrapping key, one of 4096 bytes, ours.")
    rewrapped = profile("profile", wrapping_key=OTHER_WRAPPING_KEY)
    rewrapped.name, rewrapped.wrapping_key = "profile_rewrapped", OTHER_WRAPPING_KEY
    yield rewrapped.vector("ok", "The item of the first vector, its data key under another wrapping key: only those bytes differ.")
    yield profile("profile_self_contained").self_contained("ssn", "219-09-9999").vector(
        "ok", "Changed after sealing: a field sealed again on its own, beside one sealed with the item.")
    yield profile("profile_self_contained_added", tenant="t-7f3a").drop("api_key").self_contained("api_key", "sk_live_2").vector(
        "ok", "Changed after sealing: a partial update that adds a field which the item was sealed without, for a tenant.")
    older = Sealed("profile_self_contained_replayed/source", "Profile", {**USER, "role": {"S": "guest"}}, USER_SECRETS)
    older.self_contained("ssn", "219-09-9999")
    replayed = profile("profile_self_contained_replayed").set("ssn", older.item["ssn"])
    replayed.plaintexts["ssn"], replayed.fields["ssn"] = older.plaintexts["ssn"], older.fields["ssn"]
    yield replayed.vector("ok", "Changed after sealing: a self-contained field of an older version of the item, which had another role; not noticed (a non-goal).")
    yield note("note").vector("ok", "Composite key; sort key stored as 10.0 and bound as 10; owner that is no key; authenticated N (bound name mass, so "
                                    "before pinned; stored 1E2, bound 100) and BOOL; padding to 64; byte string; map with keys in order of their encoding.")
    yield note("note_authenticated_absent", {"author": {"S": "user-1"}, "seq": {"N": "-7"}, "reader": {"S": "user-2"}},
               {"body": "x" * 62}).vector("ok", "Both authenticated attributes absent; negative sort key; 64 bytes of CBOR need no padding.")
    yield note("note_one_authenticated", {"author": {"S": "user-1"}, "seq": {"N": "-0.00"}, "reader": {"S": "user-2"}, "pinned": {"BOOL": False}},
               {"body": "x" * 63, "blob": b""}).vector("ok", "BOOL false; minus zero bound as 0; 65 bytes of CBOR padded to 128; empty byte string.")
    yield note("note_numbers", {**NOTE, "seq": {"N": "9223372036854775807"}, "weight": {"N": "-9223372036854775808"}}, {
        "body": "", "blob": bytes(300),
        "meta": {"a": -(2**63), "b": "", "done": False, "ratio": Single(3.4028234663852886e38), "nested": {"aa": 2**64 - 1, "b": [-1, -24, -25, -(2**32) - 1]}},
    }).vector("ok", "The ends of the integer types; a float that needs 32 bits.")
    yield note("note_double", secrets={"body": "b", "meta": {
        "a": 0, "b": "x" * 256, "done": False, "ratio": Double(0.1), "nested": {"aa": 65536, "b": []}}}).vector("ok", "A float that needs 64 bits; an empty array.")
    yield note("note_nan", secrets={"body": "b", "meta": {
        "a": 0, "b": "", "done": True, "ratio": Half("nan"), "nested": {"aa": None, "b": list(range(24))}}}).vector("ok", "NaN is f9 7e00.")
    yield note("note_self_contained").self_contained("body", "meet at one").self_contained("blob", b"\0").vector(
        "ok", "Changed after sealing: two self-contained fields, each with its own data key, bound to an owner that is no key, one of them padded.")
    yield vault("vault").vector("ok", "`whole`: the bound names h and pin are bound; binary partition key; bound name other than the name.")
    yield vault("vault_hint_absent", secrets={"pin": -1}).vector("ok", "`whole` without the optional field.")
    yield vault("vault_before_whole", front=[1, 1, 0]).vector(
        "ok", "Sealed by another schema, before the record became `whole`: the flag in the header decides, not the schema.")
    yield vault("vault_newer_field", foreign={"recovery": "later"}).vector(
        "ok", "Sealed by another schema: `whole`, with a sealed attribute that this one does not know, listed under its attribute name.")
    yield vault("vault_key_like_ciphertext", {"id": b(bytes.fromhex("dc0102"))}).vector(
        "ok", "`whole`, with a partition key that begins DC 01: not listed, because the schema knows it as a key.")
    yield vault("vault_key_like_self_contained", {"id": b(bytes.fromhex("dc02") + bytes(68))}).vector(
        "ok", "`whole`, with a partition key that begins DC 02: not listed either.")
    yield vault("vault_foreign_clear").set("photo", b(bytes.fromhex("dc0001"))).set("dot", b(b"\xdc")).set(
        "list", {"L": [b(b"\xdc\1")]}).vector(
        "ok", "`whole`, and changed after sealing: attributes that the schema does not know and that do not look sealed are not listed.")


def put(at, value):
    def change(blob):
        blob[at] = value
        return blob
    return change


def flip(at, bit=1):
    def change(blob):
        blob[at] ^= bit
        return blob
    return change


def cut(end):
    return lambda blob: blob[:end]


def refused_headers():
    """Each changes the header of a profile; byte offsets are those of section 3."""
    for name, change, comment in [
        ("magic", put(0, 0xDD), "Not our magic byte."),
        ("kind", put(1, 1), "The kind of a field."),
        ("version", put(2, 2), "A version that is not known."),
        ("suite", put(3, 2), "A suite that is not known."),
        ("flag_unknown", put(4, 2), "A flag that is not known."),
        ("flag_whole_set", put(4, 1), "`whole` set afterwards: flags are bound."),
        ("count_0", put(5, 0), "No wrapped data key."),
        ("count_0_and_no_keys", lambda blob: blob[:5] + b"\0" + blob[6:54], "No wrapped data key, and no bytes of one."),
        ("count_2", put(5, 2), "One wrapped data key more than there are bytes for."),
        ("count_5", put(5, 5), "More wrapped data keys than there may be."),
        ("salt", flip(6), "First byte of the salt."),
        ("salt_end", flip(21, 0x80), "Last byte of the salt."),
        ("commitment", flip(22), "First byte of the commitment."),
        ("commitment_end", flip(53, 0x80), "Last byte of the commitment."),
        ("provider", put(54, 2), "Local bytes under the id of KMS."),
        ("key_id", flip(55), "A wrapping key id that no reader knows."),
        ("wrapped_length_short", put(64, 59), "Length of the wrapped data key one too small."),
        ("wrapped_length_long", put(64, 61), "Length of the wrapped data key one too large."),
        ("wrapped_nonce", flip(65), "Nonce of the wrapped data key."),
        ("wrapped_key", flip(77), "Ciphertext of the wrapped data key."),
        ("wrapped_tag", flip(-1), "Tag of the wrapped data key."),
        ("trailing_byte", lambda blob: blob + b"\0", "A byte after the last wrapped data key."),
    ]:
        yield profile(f"header_{name}").edit("_dc", change).vector("decrypt", comment)
    for end in (0, 1, 5, 6, 21, 53, 54, 55, 64, 65, 124):
        yield profile(f"header_cut_{end}").edit("_dc", cut(end)).vector("decrypt", f"The first {end} of 125 bytes of a header.")
    for name, front, comment in [
        ("version_committed", [2, 1, 0], "Version 2, in the context too, so that the commitment agrees: refused because it is not known."),
        ("suite_committed", [1, 2, 0], "Suite 2, in the derivation too."),
        ("flag_committed", [1, 1, 2], "An unknown flag, in the context too."),
    ]:
        yield profile(f"header_{name}", front=front).vector("decrypt", comment)
    extra = entry(200, b"elsewher", b"opaque")
    yield profile("header_five_wrapped_keys", before=[extra] * 4).vector("decrypt", "Five wrapped data keys, all of them there.")
    yield profile("header_wrapped_length_0", before=[entry(200, b"elsewher", b"")]).vector("decrypt", "A wrapped data key of no bytes.")
    yield profile("header_wrapped_length_4097", before=[entry(200, b"elsewher", bytes(MAX + 1))]).vector(
        "decrypt", "A wrapped data key of one byte too many.")
    yield profile("wrapping_key_unknown", wrapping_key=OTHER_WRAPPING_KEY).vector("decrypt", "Wrapped under a key that the reader lacks.")
    other = profile("data_key_of_another_item/source")
    yield profile("data_key_of_another_item").edit("_dc", lambda blob: blob[:54] + other.wrapped[0]).vector(
        "decrypt", "A data key that unwraps and is not the item's: the commitment tells.")
    yield profile("header_of_another_item").set("_dc", profile("header_of_another_item/source").item["_dc"]).vector(
        "decrypt", "The header of an older version of the same item: it commits to the same place, and the fields do not decrypt.")


def refused_fields():
    for name, change, comment in [
        ("empty", cut(0), "No bytes."),
        ("magic_alone", cut(1), "One byte."),
        ("prefix_alone", cut(2), "No ciphertext and no tag."),
        ("short", cut(17), "One byte less than prefix and tag."),
        ("magic", put(0, 0), "Not our magic byte."),
        ("kind_0", put(1, 0), "The kind of a header."),
        ("kind_2", put(1, 2), "Said to be self-contained."),
        ("kind_3", put(1, 3), "A kind that is not known."),
        ("ciphertext", flip(2), "A bit of the ciphertext."),
        ("tag", flip(-1, 0x80), "The last bit of the tag."),
        ("cut", cut(-1), "The last byte is missing."),
        ("longer", lambda blob: blob + b"\0", "A byte after the tag."),
    ]:
        yield profile(f"field_{name}").edit("ssn", change).vector("decrypt", comment)
    swapped = profile("fields_swapped")
    swapped.item["ssn"], swapped.item["api_key"] = swapped.item["api_key"], swapped.item["ssn"]
    yield swapped.vector("decrypt", "Two fields of one item changed places.")
    yield profile("field_copied").drop("api_key").set("api_key", profile("field_copied").item["ssn"]).vector(
        "decrypt", "A field copied over another one of its item.")
    older = profile("field_of_older_item/source")
    yield profile("field_of_older_item").set("ssn", older.item["ssn"]).vector("decrypt", "A field of an older version of the same item.")


def refused_places():
    yield profile("table", table="profiles-eu").vector("decrypt", "Sealed for another table: the data key does not unwrap.")
    yield profile("table_rewrapped", table="profiles-eu", wrap_for=("profiles", None)).vector(
        "decrypt", "Sealed for another table and wrapped for this one: the commitment tells.")
    yield profile("partition_key").set("user_id", {"S": "user-2"}).vector("decrypt", "Moved to another partition key.")
    yield profile("partition_key_missing").drop("user_id").vector("decrypt", "No partition key.")
    yield profile("partition_key_type").set("user_id", b(b"user-1")).vector("decrypt", "The same bytes as a binary.")
    yield note("sort_key").set("seq", {"N": "11"}).vector("decrypt", "Moved to another sort key.")
    yield note("sort_key_type").set("seq", {"S": "10"}).vector("decrypt", "The same digits as a string.")
    yield note("sort_key_out_of_range", {**NOTE, "seq": {"N": "1E126"}}).vector(
        "decrypt", "Sealed with a number beyond the range, bound as its digits: it has no canonical form.")
    yield note("sort_key_too_precise", {**NOTE, "seq": {"N": "1" * 39}}).vector(
        "decrypt", "Sealed with 39 significant digits, bound as they are: they have no canonical form, and nothing is rounded.")
    yield note("owner").set("reader", {"S": "user-3"}).vector("decrypt", "Another owner.")
    yield note("owner_missing").drop("reader").vector("decrypt", "No owner.")
    yield note("owner_null").set("reader", {"NULL": True}).vector("decrypt", "An owner of a type that cannot be bound.")
    yield profile("authenticated").set("role", {"S": "admin"}).vector("decrypt", "An authenticated attribute changed.")
    yield profile("authenticated_removed").drop("role").vector("decrypt", "An authenticated attribute removed.")
    yield profile("authenticated_emptied").set("role", {"S": ""}).vector("decrypt", "An authenticated attribute emptied.")
    yield profile("authenticated_list").set("role", {"L": [{"S": "member"}]}).vector("decrypt", "An authenticated attribute of a type that cannot be bound.")
    yield note("authenticated_bool").set("pinned", {"BOOL": False}).vector("decrypt", "An authenticated boolean changed.")
    yield note("authenticated_number").set("weight", {"N": "100.5"}).vector("decrypt", "An authenticated number changed.")
    yield note("authenticated_null").set("weight", {"NULL": True}).vector("decrypt", "NULL is not an absent attribute, and cannot be bound.")
    unweighted = {name: value for name, value in NOTE.items() if name != "weight"}
    yield note("authenticated_added", unweighted).set("weight", {"N": "0"}).vector("decrypt", "An authenticated attribute added.")
    yield profile("tenant_added", wrap_for=("profiles", "t-7f3a")).vector("decrypt", "Sealed without a tenant, wrapped and opened for one.") | {"tenant": "t-7f3a"}
    yield profile("tenant_removed", tenant="t-7f3a", wrap_for=("profiles", None)).vector("decrypt", "Sealed for a tenant, wrapped and opened without.") | {"tenant": None}
    yield profile("tenant_changed", tenant="t-7f3b", wrap_for=("profiles", "t-7f3a")).vector("decrypt", "Sealed for another tenant, wrapped for this one.") | {"tenant": "t-7f3a"}
    yield profile("tenant_not_unwrapped", tenant="t-7f3b").vector("decrypt", "Sealed and wrapped for another tenant.") | {"tenant": "t-7f3a"}


def refused_self_contained():
    def updated(name):
        return profile(name).self_contained("ssn", "219-09-9999")

    for name, change, comment in [
        ("version", put(2, 2), "A version that is not known."),
        ("suite", put(3, 0), "A suite that is not known."),
        ("flag", put(4, 1), "`whole` is no flag of a field."),
        ("count_0", put(5, 0), "No wrapped data key."),
        ("count_5", put(5, 5), "More wrapped data keys than there may be."),
        ("salt", flip(6), "A bit of the salt."),
        ("commitment", flip(22), "A bit of the commitment."),
        ("key_id", flip(55), "A wrapping key id that no reader knows."),
        ("wrapped_key", flip(80), "A bit of the wrapped data key."),
        ("ciphertext", flip(125), "A bit of the ciphertext."),
        ("tag", flip(-1), "A bit of the tag."),
        ("kind_1", put(1, 1), "Said to be sealed with its item."),
        ("cut_54", cut(54), "Cut before the wrapped data key."),
        ("cut_100", cut(100), "Cut inside the wrapped data key."),
        ("cut_140", cut(140), "One byte less than a tag."),
    ]:
        yield updated(f"self_contained_{name}").edit("ssn", change).vector("decrypt", comment)
    elsewhere = Sealed("self_contained_moved/source", "Profile", {**USER, "user_id": {"S": "user-2"}}, USER_SECRETS)
    yield profile("self_contained_moved").set("ssn", elsewhere.self_contained("ssn", "x").item["ssn"]).vector(
        "decrypt", "A self-contained field of another item in place of a field sealed with its item.")
    yield profile("self_contained_other_field").self_contained("api_key", "x").drop("ssn").set(
        "ssn", profile("self_contained_other_field").self_contained("api_key", "x").item["api_key"]).vector(
        "decrypt", "A self-contained field copied over another one.")
    given = note("self_contained_owner/source", {**NOTE, "reader": {"S": "user-3"}}).self_contained("body", "x")
    yield note("self_contained_owner").set("body", given.item["body"]).vector("decrypt", "A self-contained field sealed for another owner of the item.")
    yield profile("self_contained_label").self_contained("ssn", "x", label=b"dynacrypt/v1/item").vector(
        "decrypt", "A self-contained field derived with the label of an item.")
    yield profile("self_contained_flag_committed").self_contained("ssn", "x", front=(1, 1, 1)).vector(
        "decrypt", "`whole` in a self-contained field, in its context too.")
    yield vault("whole_self_contained").self_contained("pin", 1).vector("decrypt", "Valid in itself, but a `whole` item has no self-contained fields.")


def refused_whole():
    yield vault("whole_removed").drop("hint").vector("decrypt", "A sealed attribute of a `whole` item removed.")
    yield vault("whole_added", secrets={"pin": 1}).set("hint", vault("whole_added/source").item["hint"]).vector(
        "decrypt", "A sealed attribute added to a `whole` item.")
    yield vault("whole_cleared").edit("_dc", put(4, 0)).drop("hint").vector("decrypt", "The flag cleared, to remove a sealed attribute unnoticed.")
    yield vault("whole_foreign_removed", foreign={"recovery": "later"}).drop("recovery").vector(
        "decrypt", "A sealed attribute that the schema does not know removed.")
    renamed = vault("whole_renamed")
    yield renamed.set("h", renamed.item["hint"]).drop("hint").vector(
        "decrypt", "A sealed attribute renamed to its bound name, which would leave the list of names as it was.")
    yield vault("whole_copied").set("h", vault("whole_copied").item["hint"]).vector(
        "decrypt", "A copy of a sealed attribute under its bound name, beside it.")
    yield vault("whole_foreign_added").set("recovery", b(b"\xdc\1" + bytes(16))).vector(
        "decrypt", "An attribute added that the schema does not know and that looks sealed.")
    yield vault("whole_key_listed", {"id": b(bytes.fromhex("dc0102"))}, listed=["id"]).vector(
        "decrypt", "Sealed with a partition key that begins DC 01, and the key listed among the sealed attributes.")
    yield vault("whole_overwritten").set("pin", b(b"\0" * 20)).vector("decrypt", "Bytes that are no sealed field in place of one.")


def not_sealed():
    yield profile("header_missing").drop("_dc").vector("not_sealed", "No header.")
    yield profile("header_string").set("_dc", {"S": "3AA="}).vector("not_sealed", "A header that is a string.")
    yield profile("header_null").set("_dc", {"NULL": True}).vector("not_sealed", "A header that is NULL.")
    yield profile("header_missing_self_contained").self_contained("ssn", "x").drop("_dc").vector(
        "not_sealed", "A self-contained field does not stand in for a header.")
    yield profile("plaintext_string").set("ssn", {"S": "078-05-1120"}).vector("not_sealed", "Plaintext where ciphertext must be.")
    yield profile("plaintext_optional").set("api_key", {"S": "sk_live_0"}).vector("not_sealed", "The same in an optional field.")
    yield profile("plaintext_null").set("api_key", {"NULL": True}).vector("not_sealed", "NULL is not an absent attribute.")
    yield note("plaintext_map").set("meta", {"M": {"a": {"N": "1"}}}).vector("not_sealed", "A map where ciphertext must be.")
    yield profile("plaintext_and_bad_header").edit("_dc", put(2, 9)).set("ssn", {"S": "x"}).vector(
        "not_sealed", "Types of attributes are looked at before the bytes of the header.")


def invalid_items():
    def sealed(name, **plaintexts):
        return Sealed(name, "Profile", USER, {"ssn": "078-05-1120", **plaintexts})

    yield sealed("cbor_int_for_text", ssn=5).vector("invalid_item", "An integer where the field is text.")
    yield sealed("cbor_bytes_for_text", ssn=b"abc").vector("invalid_item", "A byte string where the field is text.")
    yield sealed("cbor_null_for_text", api_key=None).vector("invalid_item", "null where the field is text: an absent value is an absent attribute.")
    yield note("cbor_array_for_bytes", secrets={"body": "b", "blob": [1, 2]}).vector("invalid_item", "An array of integers where the field is a byte string.")
    yield vault("cbor_text_for_int", secrets={"pin": "4711"}).vector("invalid_item", "Text where the field is an integer.")
    yield sealed("padding_not_zero", ssn=Raw(cbor("078-05-1120") + b"\0\0\1")).vector("invalid_item", "Padding whose last byte is not zero.")
    yield sealed("padding_second_value", ssn=Raw(cbor("a") + cbor("b"))).vector("invalid_item", "A second value after the first.")
    yield sealed("cbor_empty", ssn=Raw(b"")).vector("invalid_item", "An empty plaintext: 18 bytes that authenticate and hold no value.")
    yield sealed("cbor_cut", ssn=Raw(cbor("078-05-1120")[:-1])).vector("invalid_item", "A text shorter than its head says.")
    yield sealed("cbor_not_utf8", ssn=Raw(b"\x62\xc3\x28")).vector("invalid_item", "Text that is not UTF-8.")
    yield sealed("cbor_break", ssn=Raw(b"\xff")).vector("invalid_item", "No CBOR value at all.")


def build():
    parts = (valid, refused_headers, refused_fields, refused_places, refused_self_contained, refused_whole, not_sealed, invalid_items)
    vectors = [vector for part in parts for vector in part()]
    names = [vector["name"] for vector in vectors]
    assert len(names) == len(set(names)), "names differ"
    return "[\n" + ",\n".join(json.dumps(vector, ensure_ascii=True) for vector in vectors) + "\n]\n"


if __name__ == "__main__":
    text, path = build(), HERE / "v1.json"
    if sys.argv[1:] == ["--check"]:
        sys.exit(int(path.read_text(encoding="utf-8") != text))
    path.write_text(text, encoding="utf-8")
