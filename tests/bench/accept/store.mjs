// The durable write: one Lua call that does all or nothing, sent together with all others of the same turn of the event loop.
import Redis from 'ioredis'

// KEYS: the idempotency record, the report. ARGV: fingerprint, answer, then the report's fields.
const ACCEPT = `
local known = redis.call('HMGET', KEYS[1], 'fingerprint', 'answer')
if known[1] then
  if known[1] ~= ARGV[1] then return {'reused', ''} end
  return {'known', known[2]}
end
redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1], 'answer', ARGV[2])
redis.call('HSET', KEYS[2], unpack(ARGV, 3))
return {'stored', ARGV[2]}`

export function createStore(port) {
  const redis = new Redis({ host: '127.0.0.1', port, enableAutoPipelining: true })
  redis.defineCommand('accept', { numberOfKeys: 2, lua: ACCEPT })
  return {
    accept: (one) => redis.accept(`idempotency:${one.caller}:${one.key}`, `report:${one.reportId}`,
      one.fingerprint, one.answer, ...one.report)
  }
}
