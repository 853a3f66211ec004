// Seals how to reach a running server, so that the service's workers alone can read it. Needs the package libsodium-wrappers.
//   echo '{"key": <answer of GET /v1/sealing-key>, "access": {…}}' | node seal.mjs
import { readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sodium from 'libsodium-wrappers';

/** `key`: the answer of GET /v1/sealing-key. What it returns is the `access` of an order or of POST /v1/incidents/{id}/access. */
export async function sealAccess(key, access) {
  await sodium.ready;
  const original = sodium.base64_variants.ORIGINAL; // with + / and padding; the default is another alphabet, which is refused
  const sealed = sodium.crypto_box_seal(JSON.stringify(access), sodium.from_base64(key.public_key, original));
  return { key_id: key.key_id, sealed: sodium.to_base64(sealed, original) };
}

// Run as a program; imported, it only gives sealAccess.
if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { key, access } = JSON.parse(readFileSync(0, 'utf8'));
  console.log(JSON.stringify(await sealAccess(key, access)));
}
