// Which server is under contract today (in Tokyo), by its id or its address.
import net from 'node:net'
import { refuse } from './notice.mjs'

const TOKYO_MS = 9 * 3600 * 1000
const DAY_MS = 24 * 3600 * 1000

export function contractOf(servers) {
  const byId = new Map()
  const byAddress = new Map()
  for (const server of servers) {
    const entry = {
      id: server.id, customer: server.customer,
      from: Date.parse(server.contract.from), to: server.contract.to ? Date.parse(server.contract.to) : Infinity
    }
    byId.set(server.id, entry)
    for (const address of server.addresses) byAddress.set(address, (byAddress.get(address) ?? []).concat(entry))
  }
  return ({ id, address }, now) => {
    if (!id && !net.isIP(address)) throw refuse(422, 'bad-address', 'must be an IPv4 or IPv6 address', '/server')
    const today = Math.floor((now + TOKYO_MS) / DAY_MS) * DAY_MS
    const found = id ? [byId.get(id)] : byAddress.get(address) ?? []
    const server = found.find((one) => one && one.from <= today && today <= one.to)
    if (!server) throw refuse(422, 'not-under-contract', 'no server under contract with us', '/server')
    return server
  }
}
