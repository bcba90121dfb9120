"""Creates a KMS key at an endpoint of this machine and prints its ARN. Never used against AWS: its credentials are made up."""

import json
import sys
import urllib.request

request = urllib.request.Request(
    sys.argv[1],
    data=b"{}",
    headers={
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": "TrentService.CreateKey",
        "X-Amz-Date": "20260101T000000Z",
        "Authorization": "AWS4-HMAC-SHA256 Credential=dynacrypt/20260101/us-east-1/kms/aws4_request, "
        "SignedHeaders=host, Signature=0",
    },
)
with urllib.request.urlopen(request, timeout=30) as answer:
    print(json.load(answer)["KeyMetadata"]["Arn"])
