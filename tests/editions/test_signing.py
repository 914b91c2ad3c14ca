"""Signed manifests: keys from the environment, signatures that anyone can check, plain words for a wrong key."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from gongbao.editions.signing import (
    PUBLIC_KEY,
    SIGNING_KEY,
    SIGNING_PASSWORD,
    PublicKeys,
    SignatureFault,
    SigningError,
    SigningKey,
    check_signature,
    public_keys,
    signature_of,
    signing_key,
)
from gongbao.editions.verify import verify, verify_tree
from publications import run_gongbao
from sealed_trees import seal

# RFC 8032, 7.1, test 3: secret key, public key, message, signature
SECRET = "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"
PUBLIC = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"
MESSAGE = bytes.fromhex("af82")
SIGNED = (
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
    "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
)
MANIFEST = '{"title": "示例公报"}\n'.encode()


def private_pem(
    key: Ed25519PrivateKey,
    protection: KeySerializationEncryption = NoEncryption(),  # noqa: B008
) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection).decode()


def public_pem(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2))


def used(key: Ed25519PrivateKey) -> SigningKey:
    found = signing_key({SIGNING_KEY: private_pem(key)})
    assert found is not None
    return found


def trusted(*keys: Ed25519PrivateKey) -> PublicKeys:
    found = public_keys("", {PUBLIC_KEY: "".join(map(public_pem, keys))})
    assert found is not None
    return found


def test_signs_as_the_standard_says() -> None:
    key = used(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(SECRET)))
    content = json.loads(key.sign(MESSAGE))
    assert content["algorithm"] == "Ed25519"
    assert base64.b64decode(content["signature"]).hex() == SIGNED
    assert base64.b64decode(content["public_key"]).hex() == PUBLIC


def test_the_same_manifest_gives_the_same_signature() -> None:
    assert used(KEY).sign(MANIFEST) == used(KEY).sign(MANIFEST)
    assert used(KEY).sign(MANIFEST) != used(OTHER).sign(MANIFEST)


def test_a_signature_is_checked_against_the_trusted_keys() -> None:
    signature = used(KEY).sign(MANIFEST)
    assert check_signature(MANIFEST, signature, trusted(KEY)) == used(KEY).key_id
    assert check_signature(MANIFEST, signature, None) == used(KEY).key_id
    with pytest.raises(SignatureFault, match=f"另一把密钥签的（{used(KEY).key_id}）.*{used(OTHER).key_id}"):
        check_signature(MANIFEST, signature, trusted(OTHER))


def test_several_keys_may_be_trusted() -> None:
    """An office that has changed its key: old revisions stay signed by the old one."""
    for key in (KEY, OTHER):
        assert check_signature(MANIFEST, used(key).sign(MANIFEST), trusted(KEY, OTHER)) == used(key).key_id


@given(st.data())
def test_no_changed_bit_passes(data: st.DataObject) -> None:
    signature = used(KEY).sign(MANIFEST)
    content = bytearray(data.draw(st.sampled_from([signature, MANIFEST])))
    of_manifest = bytes(content) == MANIFEST
    bit = data.draw(st.integers(0, len(content) * 8 - 1))
    content[bit // 8] ^= 1 << bit % 8
    pair = (bytes(content), signature) if of_manifest else (MANIFEST, bytes(content))
    with pytest.raises(SignatureFault):
        check_signature(*pair, None)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"public_key": 1, "signature": 2}'])
def test_what_is_no_signature(content: bytes) -> None:
    with pytest.raises(SignatureFault, match="已损坏"):
        check_signature(MANIFEST, content, None)


def test_a_key_from_a_file_or_the_variable_itself(tmp_path: Path) -> None:
    (tmp_path / "signing.pem").write_text(private_pem(KEY))
    (tmp_path / "public.pem").write_text(public_pem(KEY))
    from_file = signing_key({SIGNING_KEY: str(tmp_path / "signing.pem")})
    assert from_file is not None
    assert from_file.key_id == used(KEY).key_id == trusted(KEY).key_ids[0]
    assert public_keys(str(tmp_path / "public.pem"), {}) == trusted(KEY)
    assert public_keys(str(tmp_path / "public.pem"), {PUBLIC_KEY: public_pem(OTHER)}) == trusted(KEY)


@pytest.mark.parametrize("value", [{}, {SIGNING_KEY: ""}, {SIGNING_KEY: "  "}])
def test_without_a_key_nothing_is_signed(value: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SIGNING_KEY, raising=False)
    assert signing_key(value) is None
    assert signature_of(MANIFEST) is None
    monkeypatch.setenv(SIGNING_KEY, private_pem(KEY))
    assert signature_of(MANIFEST) == used(KEY).sign(MANIFEST)


def test_a_key_with_a_password() -> None:
    text = private_pem(KEY, BestAvailableEncryption("密码".encode()))
    key = signing_key({SIGNING_KEY: text, SIGNING_PASSWORD: "密码"})
    assert key is not None
    assert key.key_id == used(KEY).key_id
    for password in ("", "错"):
        with pytest.raises(SigningError, match=SIGNING_PASSWORD):
            signing_key({SIGNING_KEY: text, SIGNING_PASSWORD: password})


def test_wrong_keys_are_told_plainly(tmp_path: Path) -> None:
    elliptic = generate_private_key(SECP256R1())
    wrong_kind = elliptic.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    wrong_public = (
        elliptic.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    )
    (tmp_path / "empty.pem").write_text("")
    cut = private_pem(KEY).replace("MC4", "MC5")
    for value, text in (
        ("nowhere.pem", "应是 PEM 格式的密钥，或能打开的密钥文件的路径"),
        (str(tmp_path), "应是 PEM 格式的密钥"),
        (str(tmp_path / "empty.pem"), "没有 PEM 格式的密钥"),
        (wrong_kind, "不是 Ed25519 密钥"),
        (cut, "读不出来"),
        (public_pem(KEY), "读不出来"),
    ):
        with pytest.raises(SigningError, match=text):
            signing_key({SIGNING_KEY: value})
    for value, text in (
        ("nowhere.pem", "应是 PEM 格式的密钥"),
        (wrong_public, "不是 Ed25519 密钥"),
        (private_pem(KEY), "给的是私钥"),
        (public_pem(KEY).replace("MCow", "MCox"), "读不出来"),
    ):
        with pytest.raises(SigningError, match=text):
            public_keys("", {PUBLIC_KEY: value})


def test_a_secret_key_is_in_no_message() -> None:
    body = private_pem(KEY).splitlines()[1]
    assert body not in repr(used(KEY))
    with pytest.raises(SigningError) as caught:
        signing_key({SIGNING_KEY: body})  # pasted without its first line
    assert body not in str(caught.value)


def test_openssl_agrees(tmp_path: Path) -> None:
    """Who doesn't trust this program checks with another."""
    content = json.loads(used(KEY).sign(MANIFEST))
    (tmp_path / "manifest.json").write_bytes(MANIFEST)
    (tmp_path / "sig").write_bytes(base64.b64decode(content["signature"]))
    (tmp_path / "public.pem").write_text(public_pem(KEY))
    how = ["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "public.pem", "-sigfile", "sig"]
    command = ["openssl", *how, "-in", "manifest.json"]
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode == 0
    (tmp_path / "manifest.json").write_bytes(MANIFEST + b" ")
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode != 0


def test_a_signing_key_without_the_extra_is_an_error(tmp_path: Path) -> None:
    """Who has set a key expects signatures: none is worse than an error."""
    program = (
        "import sys; sys.modules['cryptography'] = None\n"
        "from gongbao.editions.signing import SigningError, signing_key\n"
        "try: signing_key()\n"
        "except SigningError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={SIGNING_KEY: "x", "PYTHONUTF8": "1"}, capture_output=True, text=True,
        check=True, encoding="utf-8",
    )  # fmt: skip
    assert done.stdout.strip() == "签名和验证签名需要 cryptography：请运行 pip install 'gongbao[sign]'。"


# In a tree


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """2019/r1 and r2 signed by one key, 2018/r1 by another, 2020/r1 by none."""
    root = tmp_path / "tree"
    root.mkdir()
    seal(root, 2019, key=used(KEY))
    seal(root, 2019, key=used(KEY))
    seal(root, 2018, key=used(OTHER))
    seal(root, 2020)
    return root


def test_without_keys_signatures_are_only_checked_for_damage(tree: Path) -> None:
    result = verify(tree)
    assert result.findings == ()
    assert result.signed == {
        "2019/r1": used(KEY).key_id,
        "2019/r2": used(KEY).key_id,
        "2018/r1": used(OTHER).key_id,
    }
    path = tree / "2019" / "r1" / "manifest.json.sig"
    path.write_bytes(path.read_bytes().replace(b"A", b"B", 1))
    assert [(f.kind, f.path) for f in verify_tree(tree)] == [("signature", "2019/r1/manifest.json.sig")]


def test_with_keys_every_revision_must_be_signed_by_one(tree: Path) -> None:
    told = verify_tree(tree, public_key=trusted(KEY))
    assert [(f.kind, f.path) for f in told] == [
        ("signature", "2018/r1/manifest.json.sig"),
        ("signature", "2020/r1/manifest.json.sig"),
    ]
    assert "另一把密钥" in told[0].text
    assert told[1].text == "没有签名。"
    told = verify_tree(tree, public_key=trusted(KEY, OTHER))
    assert [f.path for f in told] == ["2020/r1/manifest.json.sig"]


def test_a_signature_taken_from_another_revision(tree: Path) -> None:
    shutil.copyfile(tree / "2019/r1/manifest.json.sig", tree / "2019/r2/manifest.json.sig")
    told = verify_tree(tree)
    assert [(f.kind, f.path) for f in told] == [("signature", "2019/r2/manifest.json.sig")]
    assert "对不上" in told[0].text


def test_the_command_takes_a_key_file_or_the_variable(tree: Path, tmp_path: Path) -> None:
    shutil.rmtree(tree)
    tree.mkdir()
    seal(tree, 2019, key=used(KEY))
    (tmp_path / "public.pem").write_text(public_pem(KEY))
    (tmp_path / "other.pem").write_text(public_pem(OTHER))
    done = run_gongbao(tmp_path, "verify", "tree", "--key", "public.pem")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"有签名的修订版 1 个，密钥 {used(KEY).key_id}（是给出的公钥）。" in done.stdout
    done = run_gongbao(tmp_path, "verify", "tree", GONGBAO_PUBLIC_KEY=public_pem(OTHER))
    assert done.returncode == 1
    assert done.stdout.startswith("签名 2019/r1/manifest.json.sig：是用另一把密钥签的")
    done = run_gongbao(tmp_path, "verify", "tree", "--key", "public.pem", GONGBAO_PUBLIC_KEY="bad")
    assert done.returncode == 0
    done = run_gongbao(tmp_path, "verify", "tree")
    assert "没有给出公钥，只核对了签名没有损坏" in done.stdout
