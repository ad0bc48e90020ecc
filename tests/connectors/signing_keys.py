"""Private keys for tests, made once a run, and what a server does to check what they signed."""

from __future__ import annotations

import base64
import json
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)


@cache
def rsa_key(number: int) -> rsa.RSAPrivateKey:
    """An RSA key; another for another number."""
    del number
    return rsa.generate_private_key(65537, 2048)


@cache
def p256_key(number: int) -> ec.EllipticCurvePrivateKey:
    """A key on P-256; another for another number."""
    del number
    return ec.generate_private_key(ec.SECP256R1())


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    """The key as platforms hand it out."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def opened(
    token: str, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Header and claims of a token that `key` signed; None for one that it did not."""
    data, _, signature = token.rpartition(".")
    sign = _bytes(signature)
    try:
        if isinstance(key, rsa.RSAPrivateKey):
            key.public_key().verify(sign, data.encode(), padding.PKCS1v15(), SHA256())
        else:
            halves = (int.from_bytes(sign[:32], "big"), int.from_bytes(sign[32:], "big"))
            der = encode_dss_signature(*halves)
            key.public_key().verify(der, data.encode(), ec.ECDSA(SHA256()))
    except InvalidSignature:
        return None
    header, claims = (json.loads(_bytes(part)) for part in data.split("."))
    return header, claims


def _bytes(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
