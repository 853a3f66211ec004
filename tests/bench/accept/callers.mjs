// Who calls: a bearer token by its SHA-256, compared with every entry in constant time.
import crypto from 'node:crypto'
import { refuse } from './notice.mjs'

export function authenticator(keys) {
  const entries = keys.map((key) => ({ hash: Buffer.from(key.sha256, 'hex'), disabled: key.disabled, caller: { id: key.id, role: key.role } }))
  return (authorization) => {
    if (!authorization || authorization.slice(0, 7).toLowerCase() !== 'bearer ') {
      throw refuse(401, 'missing-credentials', 'send Authorization: Bearer rk_<id>_<secret>')
    }
    const hash = crypto.createHash('sha256').update(authorization.slice(7).trim()).digest()
    let match
    for (const entry of entries) {
      if (crypto.timingSafeEqual(entry.hash, hash) && !entry.disabled) match = entry
    }
    if (!match) throw refuse(401, 'unknown-credentials', 'this API key is not known or no longer valid')
    return match.caller
  }
}
