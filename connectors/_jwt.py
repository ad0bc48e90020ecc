"""Signed claims (JWT), which some platforms take for a password."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from umot.errors import Fatal


def signed(claims: Mapping[str, Any], pem: str, variable: str, **header: str) -> str:
    """Sign with the private key in `pem`: RS256 for an RSA key, ES256 for one on P-256.

    Raises `Fatal` naming `variable` where that holds no such key. Line ends may be written as a
    backslash and an n.
    """
    try:
        key = load_pem_private_key(pem.replace("\\n", "\n").encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Fatal(f"{variable} holds no private key in PEM") from error
    if isinstance(key, rsa.RSAPrivateKey):
        data = _data(claims, {"alg": "RS256", **header})
        return data + "." + _encoded(key.sign(data.encode(), padding.PKCS1v15(), SHA256()))
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        data = _data(claims, {"alg": "ES256", **header})
        r, s = decode_dss_signature(key.sign(data.encode(), ec.ECDSA(SHA256())))
        return data + "." + _encoded(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    raise Fatal(f"{variable} holds a private key of another kind than RSA and P-256")


def _data(claims: Mapping[str, Any], header: Mapping[str, str]) -> str:
    parts = ({**header, "typ": "JWT"}, dict(claims))
    return ".".join(_encoded(json.dumps(part).encode()) for part in parts)


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
