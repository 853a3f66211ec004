"""Sealed access: a stack's keys, and sealing to them, by libsodium itself."""
import base64
import ctypes
import hashlib
import json

SODIUM = ctypes.CDLL("libsodium.so.23")
if SODIUM.sodium_init() < 0:
    raise OSError("libsodium cannot be used")
OVERHEAD = SODIUM.crypto_box_sealbytes()
HOST_KEY = "SHA256:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"


def files(run):
    """(keyring, public keys)"""
    return run / "tokens" / "sealing.keyring", run / "sealing.json"


def write_keys(run):
    """The first key, as `rescuectl sealing-key new` makes it, where there is none yet."""
    keyring, public_keys = files(run)
    if keyring.exists():
        return
    public, secret = ctypes.create_string_buffer(32), ctypes.create_string_buffer(32)
    SODIUM.crypto_box_keypair(public, secret)
    key_id = "seal-" + hashlib.sha256(public.raw).hexdigest()[:16]
    keyring.touch(mode=0o600)
    keyring.write_text(f"{key_id} 2026-01-01T00:00:00Z {base64.b64encode(secret.raw).decode()}\n")
    public_keys.write_text(json.dumps({"keys": [{
        "key_id": key_id, "algorithm": "crypto_box_seal", "public_key": base64.b64encode(public.raw).decode(),
        "accepted_until": "2099-01-01T00:00:00Z"}]}, indent=2) + "\n")


def seal(key, access):
    """`key`: the answer of GET /v1/sealing-key."""
    message = json.dumps(access, ensure_ascii=False).encode()
    sealed = ctypes.create_string_buffer(len(message) + OVERHEAD)
    done = SODIUM.crypto_box_seal(sealed, message, ctypes.c_ulonglong(len(message)), base64.b64decode(key["public_key"]))
    assert done == 0, "crypto_box_seal"
    return {"key_id": key["key_id"], "sealed": base64.b64encode(sealed.raw).decode()}


def by_password(password, address="127.0.0.1", port=9, user="rescue"):
    """Access to a server where nothing listens."""
    return {"address": address, "port": port, "user": user, "host_key": HOST_KEY, "password": password, "sudo": "none"}
