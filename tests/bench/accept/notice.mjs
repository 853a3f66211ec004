// What a report may look like, and the problem document (RFC 9457) of what may not.
const text = (maxLength) => ({ type: 'string', minLength: 1, maxLength })

export const noticeSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['source', 'category', 'server', 'summary'],
  properties: {
    source: { enum: ['third_party', 'customer'] },
    category: { enum: ['intrusion', 'mail_abuse', 'unknown'] },
    summary: text(20_000),
    seen_at: { type: 'string', format: 'date-time' },
    evidence: text(100_000),
    server: {
      type: 'object',
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 1,
      properties: { id: text(64), address: text(64) }
    },
    on_behalf_of: {
      type: 'object',
      additionalProperties: false,
      required: ['customer', 'person'],
      properties: { customer: text(64), person: text(200) }
    }
  }
}

// The schema counts characters, the limits are bytes.
const BYTES_MAX = { summary: 20_000, evidence: 100_000 }

// What the schema cannot say.
export function check(body, caller) {
  for (const name of Object.keys(BYTES_MAX)) {
    if (body[name] !== undefined && Buffer.byteLength(body[name]) > BYTES_MAX[name]) {
      throw refuse(422, 'wrong-length', `must have at most ${BYTES_MAX[name]} bytes`, `/${name}`)
    }
  }
  const actsForCustomers = caller.role === 'web_form'
  if (actsForCustomers && !body.on_behalf_of) throw refuse(422, 'missing-on-behalf-of', 'say for whom you act', '/on_behalf_of')
  if (!actsForCustomers && body.on_behalf_of) throw refuse(422, 'on-behalf-of-not-allowed', 'leave it out', '/on_behalf_of')
  if (!actsForCustomers && body.source === 'customer') throw refuse(403, 'role-not-allowed', 'report as third_party', '/source')
}

export function refuse(status, name, detail, pointer) {
  return Object.assign(new Error(detail), { statusCode: status, problem: name, pointer })
}

export function toProblem(error, request, reply) {
  const fault = error.validation?.[0]
  const status = fault ? 422 : error.statusCode ?? 500
  const name = error.problem ?? (fault ? fault.keyword : 'internal-error')
  const document = { type: `urn:rescue:problem:${name}`, title: name, status, detail: status === 500 ? 'failed' : error.message, request_id: request.id }
  const pointer = error.pointer ?? fault?.instancePath
  if (pointer) document.pointer = pointer
  reply.code(status).type('application/problem+json').send(document)
}
