// POST /v1/reports as rescue-intake takes it, on fastify: the other side of tests/prove/accept. The same callers, limits, contracts,
// idempotency, answers and problem documents; one Lua call makes both records durable in a Redis with `appendfsync always`.
import fs from 'node:fs'
import Fastify from 'fastify'
import { createStore } from './store.mjs'
import { authenticator } from './callers.mjs'
import { contractOf } from './contracts.mjs'
import { check, noticeSchema, refuse, toProblem } from './notice.mjs'
import { child, makeId, sha256 } from './ids.mjs'

const settings = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))
const authenticate = authenticator(JSON.parse(fs.readFileSync(settings.keys, 'utf8')).keys)
const contracts = contractOf(JSON.parse(fs.readFileSync(settings.contracts, 'utf8')).servers)
const store = createStore(settings.redis_port)
const ROLES = new Set(['web_form', 'reporter', 'internal', 'operator'])
const KEY = /^[!-~]{1,200}$/

const app = Fastify({
  logger: false,
  bodyLimit: 256 * 1024,
  genReqId: () => makeId('hrq'),
  // Nothing is made into what it is not: "1" is no number.
  ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } }
})

app.removeAllContentTypeParsers()
app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
  request.text = body
  try {
    done(null, JSON.parse(body))
  } catch (error) {
    done(refuse(400, 'malformed-json', error.message))
  }
})

app.addHook('onRequest', async (request, reply) => {
  request.trace = child(request.headers.traceparent)
  reply.header('X-Request-Id', request.id)
  reply.header('traceparent', request.trace)
  reply.header('X-Content-Type-Options', 'nosniff')
  reply.header('Cache-Control', 'no-store')
  request.caller = authenticate(request.headers.authorization)
  if (!ROLES.has(request.caller.role)) throw refuse(403, 'role-not-allowed', 'this role may not')
})

app.setErrorHandler((error, request, reply) => toProblem(error, request, reply))

app.post('/v1/reports', { schema: { body: noticeSchema } }, async (request, reply) => {
  const { body, caller } = request
  check(body, caller)
  const key = request.headers['idempotency-key']
  if (!key || !KEY.test(key)) throw refuse(400, 'missing-idempotency-key', 'send the header Idempotency-Key')
  const now = Date.now()
  const server = contracts(body.server, now)
  if (body.on_behalf_of && body.on_behalf_of.customer !== server.customer) {
    throw refuse(403, 'not-your-server', 'another customer holds it', '/on_behalf_of/customer')
  }
  const reportId = makeId('rpt', now)
  const incidentId = makeId('inc', now)
  const answer = JSON.stringify({ incident_id: incidentId, report_id: reportId, status_url: `/v1/reports/${reportId}` })
  const [stored, text] = await store.accept({
    caller: caller.id,
    key,
    fingerprint: sha256(`POST /v1/reports\n${request.text}`),
    answer,
    reportId,
    report: [
      'incident_id', incidentId, 'state', 'received', 'source', body.source, 'category', body.category, 'server_id', server.id,
      'customer', server.customer, 'key_id', caller.id, 'role', caller.role, 'person', body.on_behalf_of?.person ?? '',
      'raw_body', request.text, 'raw_sha256', sha256(request.text), 'seen_at', body.seen_at ?? '', 'received_ms', now,
      'traceparent', request.trace
    ]
  })
  if (stored === 'reused') throw refuse(422, 'idempotency-key-reused', 'this Idempotency-Key was used for another request')
  reply.code(202).header('Location', JSON.parse(text).status_url).type('application/json')
  return reply.send(text)
})

await app.listen({ host: '127.0.0.1', port: settings.port })
