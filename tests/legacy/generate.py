"""Fixtures of the three formats of Python's libraries. Usage: generate.py FOLDER, with a KMS at DYNACRYPT_TEST_KMS_ENDPOINT.

The data keys that KMS gives out are recorded beside the fixtures, so that they can be read where there is no KMS. Never part of the
library: it writes what the library only reads.
"""

import base64
import json
import os
import pathlib
import platform
import sys

os.environ.setdefault("AWS_ACCESS_KEY_ID", "dynacrypt")
os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "dynacrypt")
os.environ["AWS_DEFAULT_REGION"] = os.environ["AWS_REGION"] = "us-east-1"
os.environ["AWS_ENDPOINT_URL_KMS"] = os.environ["DYNACRYPT_TEST_KMS_ENDPOINT"]

import aws_encryption_sdk
import boto3
import botocore.client
import cryptography
from aws_encryption_sdk import CommitmentPolicy, StrictAwsKmsMasterKeyProvider
from aws_encryption_sdk.identifiers import Algorithm, EncryptionKeyType, WrappingAlgorithm
from aws_encryption_sdk.internal.crypto.wrapping_keys import WrappingKey
from aws_encryption_sdk.key_providers.raw import RawMasterKeyProvider
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FOLDER = pathlib.Path(sys.argv[1])
TEXTS = {
    "short": b"CANARY-ssn-078-05-1120",
    "empty": b"",
    "unicode": "CANARY-naïve-🔑-Ünïcødé".encode(),
    "long": b"CANARY-long-" * 100,
    "json": json.dumps({"number": "CANARY-4111111111111111", "month": 12}).encode(),
    "binary": bytes(range(256)),
}
DATA_KEYS = []


def b64(data):
    return base64.b64encode(data).decode()


def write(name, **content):
    made_by = f"Python {platform.python_version()}, cryptography {cryptography.__version__}"
    if name == "aws-esdk":
        made_by += f", aws-encryption-sdk {aws_encryption_sdk.__version__}"
    text = json.dumps({"format": name, "made_by": made_by, **content}, indent=1)
    (FOLDER / f"{name}.json").write_text(text + "\n")


def record(call):
    """Remembers each data key that KMS wraps."""

    def recording(self, operation, request):
        answer = call(self, operation, request)
        if operation in ("GenerateDataKey", "Encrypt"):
            DATA_KEYS.append(
                {
                    "arn": answer["KeyId"],
                    "context": request.get("EncryptionContext", {}),
                    "wrapped": b64(answer["CiphertextBlob"]),
                    "plain": b64(answer.get("Plaintext") or request["Plaintext"]),
                }
            )
        return answer

    return recording


botocore.client.BaseClient._make_api_call = record(botocore.client.BaseClient._make_api_call)
KMS = boto3.client("kms")


def fernet():
    keys = [Fernet.generate_key() for _ in range(2)]
    fixtures = []
    for name, text in TEXTS.items():
        for number, key in enumerate(keys):
            token = Fernet(key).encrypt(text)
            item = {"user_id": {"S": "user-1"}, "ssn_enc": {"S": token.decode()}}
            fixtures.append({"name": f"{name}, key {number}", "field": "ssn_enc", "key": number, "item": item, "plaintext": b64(text)})
    token = MultiFernet([Fernet(key) for key in keys]).rotate(Fernet(keys[1]).encrypt(TEXTS["short"]))
    item = {"user_id": {"S": "user-1"}, "ssn_enc": {"S": token.decode()}}
    fixtures.append({"name": "rotated by MultiFernet", "field": "ssn_enc", "key": 0, "item": item, "plaintext": b64(TEXTS["short"])})
    token = Fernet(keys[0]).encrypt_at_time(TEXTS["short"], 0)
    item = {"user_id": {"S": "user-1"}, "ssn_enc": {"B": b64(token)}}
    fixtures.append({"name": "of 1970, in a binary", "field": "ssn_enc", "key": 0, "item": item, "plaintext": b64(TEXTS["short"])})
    write("fernet", encoding="base64", keys=[key.decode() for key in keys], fixtures=fixtures)


def kms_gcm(arns):
    """The article's `encrypt_data`; with an encryption context where `context` has one."""
    fixtures = []
    for name, text in TEXTS.items():
        for context in ({}, {"purpose": "profile", "user": "user-1"}):
            response = KMS.generate_data_key(KeyId=arns[0], KeySpec="AES_256", EncryptionContext=context)
            nonce = os.urandom(12)
            ciphertext = AESGCM(response["Plaintext"]).encrypt(nonce, text, associated_data=None)
            item = {
                "item_id": {"S": "user-1"},
                "sensitive_field": {"B": b64(ciphertext)},
                "encrypted_key": {"B": b64(response["CiphertextBlob"])},
                "nonce": {"B": b64(nonce)},
            }
            fixtures.append(
                {
                    "name": f"{name}, {'with' if context else 'no'} context",
                    "field": "sensitive_field",
                    "item": item,
                    "context": context,
                    "plaintext": b64(text),
                }
            )
    write("kms-gcm", arns=arns, data_keys=DATA_KEYS[:], fixtures=fixtures)


class RawAes(RawMasterKeyProvider):
    """A data key that is no business of KMS, beside one that is."""

    provider_id = "local"

    def _get_raw_key(self, key_id):
        return WrappingKey(
            wrapping_algorithm=WrappingAlgorithm.AES_256_GCM_IV12_TAG16_NO_PADDING,
            wrapping_key=bytes(32),
            wrapping_key_type=EncryptionKeyType.SYMMETRIC,
        )


def aws_esdk(arns):
    fixtures = []

    def add(name, text, *, algorithm=None, providers=None, binary=False, context=None, **options):
        policy = CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT
        if algorithm is not None:
            options["algorithm"] = algorithm
            if not algorithm.is_committing():
                policy = CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT
        client = aws_encryption_sdk.EncryptionSDKClient(commitment_policy=policy)
        provider = providers or StrictAwsKmsMasterKeyProvider(key_ids=[arns[0]])
        message, header = client.encrypt(source=text, key_provider=provider, encryption_context=context or {}, **options)
        stored = {"B": b64(message)} if binary else {"S": b64(message)}
        fixtures.append(
            {
                "name": name,
                "field": "ssn_encrypted",
                "item": {"user_id": {"S": "user-1"}, "ssn_encrypted": stored},
                "context": context or {},
                "suite": f"{header.algorithm.algorithm_id:04x}",
                "plaintext": b64(text),
            }
        )

    short = TEXTS["short"]
    for name, text in TEXTS.items():
        add(f"default suite, {name}", text)
    add("default suite, as a binary", short, binary=True)
    for algorithm in Algorithm:
        add(f"suite {algorithm.algorithm_id:04x}", short, algorithm=algorithm)
        add(f"suite {algorithm.algorithm_id:04x}, unframed", short, algorithm=algorithm, frame_length=0)
    # The last frame is shorter, whole, empty.
    for length in (127, 128, 129, 255, 256, 257):
        add(f"frames of 128, length {length}", TEXTS["long"][:length], frame_length=128)
    add("frames of 128, format 1", TEXTS["long"], frame_length=128, algorithm=Algorithm.AES_256_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384)
    add("empty, unframed", b"", frame_length=0)
    context = {"purpose": "profile", "user": "user-1", "ünï": "çødé"}
    add("with a context", short, context=context)
    unsigned = Algorithm.AES_256_GCM_HKDF_SHA512_COMMIT_KEY
    add("with a context, unsigned", short, context=context, algorithm=unsigned)
    add("with a context, format 1", short, context=context, algorithm=Algorithm.AES_256_GCM_IV12_TAG16_HKDF_SHA256)
    add("two KMS keys", short, providers=StrictAwsKmsMasterKeyProvider(key_ids=arns))
    local = RawAes()
    local.add_master_key("beside")
    local.add_master_key_provider(StrictAwsKmsMasterKeyProvider(key_ids=[arns[0]]))
    add("a raw key beside", short, providers=local)
    write("aws-esdk", arns=arns, data_keys=DATA_KEYS[:], fixtures=fixtures)


if __name__ == "__main__":
    arns = [KMS.create_key()["KeyMetadata"]["Arn"] for _ in range(2)]
    fernet()
    kms_gcm(arns)
    DATA_KEYS.clear()
    aws_esdk(arns)
