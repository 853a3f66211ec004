// Ids, traces and hashes, as the services make them.
import crypto from 'node:crypto'

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const POOL_BYTES = 16 * 1024
let pool = Buffer.alloc(0)
let at = 0

function randomBytes(count) {
  if (at + count > pool.length) {
    pool = crypto.randomBytes(POOL_BYTES)
    at = 0
  }
  at += count
  return pool.subarray(at - count, at)
}

// 48 bits of time and 80 of chance, in 26 characters.
export function makeId(prefix, now = Date.now()) {
  let out = ''
  for (let i = 0; i < 10; ++i) {
    out = ALPHABET[now % 32] + out
    now = Math.floor(now / 32)
  }
  for (const byte of randomBytes(16)) out += ALPHABET[byte & 31]
  return `${prefix}_${out}`
}

export function child(traceparent) {
  const parent = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(traceparent ?? '')
  return `00-${parent ? parent[1] : randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`
}

export function sha256(text) {
  return crypto.createHash('sha256').update(text).digest('hex')
}
