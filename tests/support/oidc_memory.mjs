// What oidc-provider stores, in memory. Its own store for development does the same, but prints a warning at every start.
const records = new Map()
const grants = new Map()

export class MemoryAdapter {
  constructor(model) {
    this.model = model
  }

  key(id) {
    return `${this.model}:${id}`
  }

  async upsert(id, payload, expiresIn) {
    const key = this.key(id)
    records.set(key, { payload, expires: Date.now() + (expiresIn ?? 3600) * 1000 })
    if (payload.grantId) grants.set(payload.grantId, [...(grants.get(payload.grantId) ?? []), key])
  }

  async find(id) {
    const record = records.get(this.key(id))
    return record && record.expires > Date.now() ? record.payload : undefined
  }

  async findByUid(uid) {
    for (const [key, { payload }] of records) if (key.startsWith(`${this.model}:`) && payload.uid === uid) return payload
  }

  async findByUserCode() {}

  async consume(id) {
    const record = records.get(this.key(id))
    if (record) record.payload.consumed = Math.floor(Date.now() / 1000)
  }

  async destroy(id) {
    records.delete(this.key(id))
  }

  async revokeByGrantId(grantId) {
    for (const key of grants.get(grantId) ?? []) records.delete(key)
    grants.delete(grantId)
  }
}
