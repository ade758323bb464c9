"""
Whether AWS would find the signature of a request right.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
import os
import re
from functools import reduce
from typing import Any
from urllib.parse import quote, urlsplit

_AUTHORIZATION = re.compile(r"AWS4-HMAC-SHA256 Credential=[^/]+/([^,]+), SignedHeaders=([^,]+), Signature=(\w+)")


def is_signed(request: Any) -> bool:
    """Tell whether the signature of *request*, a prepared one, is that of what it sends."""
    url = urlsplit(request.url)
    headers = {"host": url.netloc} | {name.lower(): _text(value) for name, value in request.headers.items()}
    found = _AUTHORIZATION.fullmatch(headers["authorization"])
    assert found
    scope, names, signature = found.groups()
    path, body = quote(url.path, safe="/-_.~"), request.body or b""
    lines = [f"{name}:{' '.join(headers[name].split())}" for name in names.split(";")]
    canonical = "\n".join([request.method, path, "", *lines, "", names, _hash(_bytes(body))])
    to_sign = "\n".join(["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, _hash(canonical.encode())])
    secret = f"AWS4{os.environ['AWS_SECRET_ACCESS_KEY']}".encode()
    return _mac(reduce(_mac, scope.split("/"), secret), to_sign).hex() == signature


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value
