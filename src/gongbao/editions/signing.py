"""Signed manifests, for offices that have a key: Ed25519, by the `cryptography` library (extra `sign`).

`manifest.json.sig` holds the signature of the manifest's bytes and the public key that checks it. So a
damaged signature is found without any key; that the key is the office's is only known to who has the
office's public key from elsewhere. What is signed is the plain file, so who trusts no program of ours
checks it with another:

    jq -r .signature manifest.json.sig | base64 -d > sig
    openssl pkeyutl -verify -rawin -pubin -inkey public.pem -sigfile sig -in manifest.json
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SIGNING_KEY = "GONGBAO_SIGNING_KEY"
SIGNING_PASSWORD = "GONGBAO_SIGNING_PASSWORD"
PUBLIC_KEY = "GONGBAO_PUBLIC_KEY"
ALGORITHM = "Ed25519"

_HOW_PRIVATE = "可用 openssl genpkey -algorithm ed25519 -out signing.pem 生成"
_HOW_PUBLIC = "可用 openssl pkey -in signing.pem -pubout -out public.pem 取得"
_PEM = re.compile(r"-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----", re.DOTALL)


class SigningError(Exception):
    """A key can't be used; the text says which and what would be right."""


class SignatureFault(Exception):  # noqa: N818 (what is wrong with a signature, not with the program)
    """A signature doesn't hold; the text says why."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key. Its text is in no message and no `repr`."""

    _key: Ed25519PrivateKey

    def __repr__(self) -> str:
        return f"SigningKey({self.key_id})"

    @property
    def key_id(self) -> str:
        """How people tell keys apart: the first 16 hex digits of the public key's SHA-256."""
        return _key_id(self._key.public_key().public_bytes_raw())

    def sign(self, manifest: bytes) -> bytes:
        """The content of `manifest.json.sig`: the same manifest and key always give the same bytes."""
        return _signature_file(self._key.public_key().public_bytes_raw(), self._key.sign(manifest))


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """The keys one trusts: an office that has changed its key names the old one too."""

    raw: tuple[bytes, ...]

    @property
    def key_ids(self) -> tuple[str, ...]:
        return tuple(_key_id(raw) for raw in self.raw)


def signing_key(environment: dict[str, str] | None = None) -> SigningKey | None:
    """The key that GONGBAO_SIGNING_KEY holds or points to (PEM); None if it is not set: nothing is signed.

    Raises SigningError, also if the key is set and the extra isn't installed: who set it expects a signature.
    """
    variables = dict(os.environ) if environment is None else environment
    if not variables.get(SIGNING_KEY, "").strip():
        return None
    with _library():
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    text = _pem(variables[SIGNING_KEY], SIGNING_KEY, _HOW_PRIVATE)
    password = variables.get(SIGNING_PASSWORD, "")
    try:
        key = load_pem_private_key(text.encode(), password.encode() if password else None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        hint = (
            f"有密码的密钥要在 {SIGNING_PASSWORD} 里给出密码（没有密码的不要给）"
            if "ENCRYPTED" in text
            else ""
        )
        raise SigningError(f"{SIGNING_KEY} 里的私钥读不出来：{hint or _HOW_PRIVATE}。") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningError(f"{SIGNING_KEY} 里的私钥不是 {ALGORITHM} 密钥：{_HOW_PRIVATE}。")
    return SigningKey(key)


def signature_of(manifest: bytes) -> bytes | None:
    """The content of `manifest.json.sig` by the key of the environment; None if none is set. Raises SigningError."""
    key = signing_key()
    return key.sign(manifest) if key else None


def public_keys(given: str = "", environment: dict[str, str] | None = None) -> PublicKeys | None:
    """The trusted keys: `given` (PEM or the path of a PEM file), else GONGBAO_PUBLIC_KEY; None if neither.

    Several PEM blocks one after another are several keys. Raises SigningError.
    """
    variables = dict(os.environ) if environment is None else environment
    value = given or variables.get(PUBLIC_KEY, "")
    if not value.strip():
        return None
    with _library():
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from cryptography.hazmat.primitives.serialization import load_pem_public_key
    where = "--key" if given else PUBLIC_KEY
    text = _pem(value, where, _HOW_PUBLIC)
    if "PRIVATE KEY" in text:
        raise SigningError(f"{where} 给的是私钥；验证只用公钥，私钥不要交给别人：{_HOW_PUBLIC}。")
    found = []
    for block in _PEM.findall(text):
        try:
            key = load_pem_public_key(block.encode())
        except (ValueError, UnsupportedAlgorithm) as error:
            raise SigningError(f"{where} 里的公钥读不出来：{_HOW_PUBLIC}。") from error
        if not isinstance(key, Ed25519PublicKey):
            raise SigningError(f"{where} 里的公钥不是 {ALGORITHM} 密钥：{_HOW_PUBLIC}。")
        found.append(key.public_bytes_raw())
    return PublicKeys(tuple(found))


def _pem(value: str, where: str, how: str) -> str:
    """PEM text as given, or read from the file that the value names."""
    if "-----BEGIN" not in value:
        try:
            value = Path(value.strip()).expanduser().read_text("utf-8")
        except (OSError, UnicodeDecodeError, ValueError) as error:
            # The value is not repeated: it may be a key that was pasted without its first line.
            raise SigningError(f"{where} 应是 PEM 格式的密钥，或能打开的密钥文件的路径；{how}。") from error
    if not _PEM.search(value):
        raise SigningError(f"{where} 指的文件里没有 PEM 格式的密钥（-----BEGIN …）；{how}。")
    return value


def check_signature(manifest: bytes, signature: bytes, trusted: PublicKeys | None) -> str:
    """Check the content of a `.sig` file against the manifest's bytes; returns the id of the key.

    Without `trusted` keys this proves only that the signature belongs to this manifest and is undamaged.
    Raises SignatureFault, and SigningError if the extra isn't installed.
    """
    with _library():
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    raw, value = _read_signature(signature)
    try:
        key: Ed25519PublicKey = Ed25519PublicKey.from_public_bytes(raw)
        key.verify(value, manifest)
    except (InvalidSignature, ValueError) as error:
        raise SignatureFault("签名和 manifest.json 的内容对不上：两者之一被改动过") from error
    if trusted is not None and raw not in trusted.raw:
        raise SignatureFault(
            f"是用另一把密钥签的（{_key_id(raw)}），不是给出的公钥（{'、'.join(trusted.key_ids)}）"
        )
    return _key_id(raw)


def _signature_file(public: bytes, value: bytes) -> bytes:
    content = {
        "algorithm": ALGORITHM,
        "public_key": base64.b64encode(public).decode(),
        "signature": base64.b64encode(value).decode(),
    }
    return (json.dumps(content, indent=1) + "\n").encode()


def _read_signature(content: bytes) -> tuple[bytes, bytes]:
    try:
        fields = json.loads(content)
        public = base64.b64decode(fields["public_key"], validate=True)
        value = base64.b64decode(fields["signature"], validate=True)
    except (ValueError, KeyError, TypeError) as error:
        raise SignatureFault("签名文件已损坏，读不出签名") from error
    # Base64 leaves a few bits free, JSON its spaces: only the one way of writing it counts.
    if _signature_file(public, value) != content:
        raise SignatureFault("签名文件的写法与写出时不同，被改动过")
    return public, value


def _key_id(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()[:16]


def can_check() -> bool:
    """Whether the extra `sign` is installed."""
    return find_spec("cryptography") is not None


@contextmanager
def _library() -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise SigningError("签名和验证签名需要 cryptography：请运行 pip install 'gongbao[sign]'。") from error
