"""Opens items of format version 1, written from docs/format.md alone and sharing no code with the Rust crates.
    python decode.py vectors FILE.json...
    python decode.py items --key KEYFILE [--tenant ID] SCHEMA.json ITEMS.json"""
import base64, decimal, hashlib, hmac, json, re, struct, sys
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

class Refused(Exception): pass  # carries the outcome: decrypt, not_sealed or invalid_item
def check(condition, outcome="decrypt"):
    if not condition: raise Refused(outcome)
def be(length): return length.to_bytes(4, "big")
def unbase64(text): return base64.b64decode(text, validate=True)
def expand(key, info, length): return HKDFExpand(SHA256(), length, info).derive(key)
def decrypt(key, nonce, sealed, aad):
    try: return AESGCM(key).decrypt(nonce, sealed, aad)
    except InvalidTag: raise Refused("decrypt") from None

def parse(blob, kind, known_flags):  # section 3: a header, or the front of a self-contained field
    check(len(blob) >= 54 and blob[:4] == bytes([0xDC, kind, 1, 1]) and not blob[4] & ~known_flags and 1 <= blob[5] <= 4)
    keys, rest = [], blob[54:]
    for _ in range(blob[5]):
        check(len(rest) >= 11)
        end = 11 + int.from_bytes(rest[9:11], "big")
        check(11 < end <= 11 + 4096 and end <= len(rest))
        keys, rest = keys + [(rest[0], rest[1:9], rest[11:end])], rest[end:]
    return {"flags": blob[4], "salt": blob[6:22], "commitment": blob[22:54], "keys": keys}, rest
NUMBERS = decimal.Context(38, Emin=-130, Emax=125, traps=[decimal.Inexact, decimal.Overflow, decimal.Subnormal])
def number(text):  # section 4.2
    check(re.fullmatch(r"[+-]?(?=\.?[0-9])[0-9]*(\.[0-9]*)?([eE][+-]?[0-9]{1,8})?", text))
    try: value = NUMBERS.create_decimal(text).normalize(NUMBERS)
    except decimal.DecimalException: raise Refused("decrypt") from None
    return format(value, "f") if value else "0"
def scalar(value):  # section 4.1: type byte and value
    (kind, data), = value.items()
    check(kind in ("S", "N", "B", "BOOL"))
    if kind == "BOOL": return b"?" + bytes([data])
    return kind.encode() + (unbase64(data) if kind == "B" else (number(data) if kind == "N" else data).encode())
def element(code, data): return bytes([code]) + be(len(data)) + data  # section 4.3
def attribute(code, spec, item):
    name = spec["bound_name"].encode()
    return element(code, be(len(name)) + name + scalar(item[spec["name"]]))
def place(spec): return {"partition_key": 3, "sort_key": 4}.get(spec["kind"], 5 if spec["owner"] else 0)
def identity(schema, item, tenant, flags):  # elements 01 to 06
    out = element(1, bytes([1, 1, flags])) + element(2, schema["table"].encode())
    for spec in sorted(filter(place, schema["attributes"]), key=place):
        check(item.get(spec["name"], {"": 0}).keys() <= {"S", "N", "B" if place(spec) < 5 else "N"})
        out += attribute(place(spec), spec, item)
    return out + (element(6, tenant.encode()) if tenant is not None else b"")

def unwrap(keys, table, tenant, wrapping_key):  # section 8.2: the local provider
    pairs = ["dynacrypt:purpose", "data-key", "dynacrypt:table", table] + ["dynacrypt:tenant", tenant] * (tenant is not None)
    aad = b"dynacrypt/v1/wrap" + b"".join(be(len(part)) + part for part in map(str.encode, pairs))
    own = (1, expand(wrapping_key, b"dynacrypt/v1/local-id", 8))
    wrapped = next((wrapped for *of, wrapped in keys if tuple(of) == own), b"")
    check(len(wrapped) == 60)
    return decrypt(expand(wrapping_key, b"dynacrypt/v1/local-wrap", 32), wrapped[:12], wrapped[12:], aad)
def derive(label, parsed, context, data_key):  # section 5
    okm = expand(data_key, label + b"\1" + parsed["salt"] + context, 64)
    check(hmac.compare_digest(okm[32:], parsed["commitment"]))
    return {"data_key": data_key, "salt": parsed["salt"], "context": context, "okm": okm, "commitment": okm[32:]}

def open_item(schema, item, tenant, wrapping_key):  # section 7.2; gives plaintexts and intermediate values
    specs = {spec["name"]: spec for spec in schema["attributes"]}
    check("B" in item.get("_dc", {}), "not_sealed")
    encrypted = {spec["bound_name"].encode(): name for name, spec in specs.items() if spec["kind"] == "encrypted"}
    present = [name for name in encrypted.values() if name in item]
    check(all("B" in item[name] for name in present), "not_sealed")
    header, rest = parse(unbase64(item["_dc"]["B"]), 0, 1)
    blobs = {name: unbase64(item[name]["B"]) for name in present}
    own = {name: parse(blob, 2, 0) for name, blob in blobs.items() if blob[:2] == b"\xdc\2"}
    check(not rest and all(name in own or blob[:2] == b"\xdc\1" for name, blob in blobs.items()))
    sealed = {name: own[name][1] if name in own else blob[2:] for name, blob in blobs.items()}
    check(all(len(blob) >= 16 for blob in sealed.values()) and not (own and header["flags"] & 1))
    context = identity(schema, item, tenant, header["flags"])
    for spec in sorted(specs.values(), key=lambda spec: spec["bound_name"].encode()):
        if spec["kind"] == "authenticated" and not place(spec) and spec["name"] in item: context += attribute(7, spec, item)
    if header["flags"] & 1:
        foreign = {name.encode(): unbase64(item[name].get("B", ""))[:2] for name in item.keys() - specs.keys()}
        listed = {name for name, front in foreign.items() if front in (b"\xdc\1", b"\xdc\2")}
        check(listed.isdisjoint(encrypted))
        context += b"".join(element(8, name) for name in sorted(listed | {specs[name]["bound_name"].encode() for name in present}))
    def key(parsed): return unwrap(parsed["keys"], schema["table"], tenant, wrapping_key)
    trace, plaintexts = derive(b"dynacrypt/v1/item", header, context, key(header)) | {"fields": {name: {} for name in blobs}}, {}
    for name, (parsed, _) in own.items():
        context = identity(schema, item, tenant, parsed["flags"]) + element(9, specs[name]["bound_name"].encode())
        trace["fields"][name] = derive(b"dynacrypt/v1/field", parsed, context, key(parsed))
    for name, field in trace["fields"].items():
        field["aad"] = specs[name]["bound_name"].encode()
        field["nonce"] = hashlib.sha256(b"dynacrypt/v1/nonce" + field["aad"]).digest()[:12]
        plaintexts[name] = decrypt(field.get("okm", trace["okm"])[:32], field["nonce"], sealed[name], field["aad"])
    return plaintexts, trace

def cbor(data, depth=0):  # section 6.1; gives the value and where it ended; ValueError where it is not well-formed and sorted
    if data[:1] in (b"\xf4", b"\xf5", b"\xf6"): return {0xF4: False, 0xF5: True, 0xF6: None}[data[0]], 1
    major, info = divmod(data[0] if data else 0xFF, 32)
    size = 1 << info - 24 if info > 23 else 0
    arg, at = int.from_bytes(data[1:1 + size], "big") if size else info, 1 + size
    if size > 8 or len(data) < at or depth > 128 or major == 6 or major == 7 and size < 2: raise ValueError
    if major == 7: return struct.unpack({2: ">e", 4: ">f", 8: ">d"}[size], data[1:at])[0], at
    if size and arg < (24 if size == 1 else 1 << 4 * size): raise ValueError
    if major < 2: return (arg, -1 - arg)[major], at
    if major < 4:
        if len(data) - at < arg: raise ValueError
        return data[at:at + arg].decode() if major == 3 else data[at:at + arg], at + arg
    values, last = [], b""
    for index in range(arg * (major - 3)):
        value, length = cbor(data[at:], depth + 1)
        if major == 5 and index % 2 == 0:
            if data[at:at + length] <= last: raise ValueError
            last, value = data[at:at + length], value if isinstance(value, str) else repr(value)
        values, at = values + [value], at + length
    return values if major == 4 else dict(zip(values[::2], values[1::2])), at
def decode(schema, plaintexts):  # section 6.2; a "type" in the schema stands for the type of the field
    types, opened = {"text": str, "bytes": bytes, "int": int, "map": dict}, {}
    wanted = {spec["name"]: types.get(spec.get("type")) for spec in schema["attributes"]}
    for name, plaintext in plaintexts.items():
        try: opened[name], end = cbor(plaintext)
        except ValueError: raise Refused("invalid_item") from None
        check(wanted[name] in (None, type(opened[name])) and not any(plaintext[end:]), "invalid_item")
    return opened
def hexed(value): return {key: hexed(part) for key, part in value.items()} if isinstance(value, dict) else value.hex()
def differences(vector):
    found = {"expected": "ok", "plaintexts": {}, "intermediate": None}
    try:
        plaintexts, trace = open_item(vector["schema"], vector["item"], vector["tenant"], bytes.fromhex(vector["wrapping_key"]))
        found |= {"plaintexts": hexed(plaintexts), "intermediate": hexed(trace)}
        decode(vector["schema"], plaintexts)
    except Refused as refused: found["expected"] = str(refused)
    return [f"{key} is {value}" for key, value in found.items() if vector[key] != value]
def load(path): return json.load(open(path, encoding="utf-8"))
def main(command="", *args):
    wrong = count = 0
    if command == "vectors":
        for path in args:
            results = [(vector["name"], differences(vector)) for vector in load(path)]
            bad = [f"{path}: {name}: {'; '.join(found)}" for name, found in results if found]
            print(*bad, f"{path}: {len(results)} vectors: {'all' if results and not bad else f'{len(bad)} not'} as expected", sep="\n")
            wrong, count = wrong + len(bad) + (not results), count + len(results)
    elif command == "items" and len(args) in (4, 6) and args[0] == "--key" and args[2:-2:2] in ((), ("--tenant",)):
        schema, tenant, key = load(args[-2]), args[3] if len(args) == 6 else None, unbase64(open(args[1]).read().strip())
        for count, item in enumerate(load(args[-1]), 1):
            try: opened = item | decode(schema, open_item(schema, item, tenant, key)[0])
            except Refused as refused: wrong += 1; print(f"item {count}: {refused}", file=sys.stderr); continue
            print(json.dumps({name: opened[name] for name in opened if name != "_dc"}, default=lambda data: {"bytes": data.hex()}))
    else: sys.exit(__doc__)
    return int(wrong > 0 or not count)

if __name__ == "__main__": sys.exit(main(*sys.argv[1:]))
