// A name server for one name, which is an address on loopback; of others it says that they do not exist. RFC 1035.
import { createSocket } from 'node:dgram'

const A = 1
const noSuchName = 3

/** `silent`: it hears questions and answers none. */
export async function startNameServer({ name, address, listen = '127.0.0.1', silent = false }) {
  const asked = []
  const server = createSocket('udp4')
  server.on('message', (question, from) => {
    const { labels, end } = readName(question, 12)
    const type = question.readUInt16BE(end)
    asked.push(labels.join('.'))
    if (silent) return
    const known = labels.join('.').toLowerCase() === name
    const answers = known && type === A ? [record(address)] : []
    const head = Buffer.from(question.subarray(0, 12))
    head.writeUInt16BE(0x8580 | (known ? 0 : noSuchName), 2)
    head.writeUInt16BE(1, 4)
    head.writeUInt16BE(answers.length, 6)
    head.writeUInt32BE(0, 8)
    server.send(Buffer.concat([head, question.subarray(12, end + 4), ...answers]), from.port, from.address)
  })
  await new Promise((resolve, reject) => server.once('error', reject).bind(53, listen, resolve))
  return { asked, stop: () => new Promise((resolve) => server.close(resolve)) }
}

function readName(message, at) {
  const labels = []
  while (message[at] !== 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + message[at]))
    at += 1 + message[at]
  }
  return { labels, end: at + 1 }
}

/** For the name in the question; good for a minute. */
function record(address) {
  const bytes = Buffer.alloc(16)
  bytes.writeUInt16BE(0xc00c, 0)
  bytes.writeUInt16BE(A, 2)
  bytes.writeUInt16BE(1, 4)
  bytes.writeUInt32BE(60, 6)
  bytes.writeUInt16BE(4, 10)
  Buffer.from(address.split('.').map(Number)).copy(bytes, 12)
  return bytes
}
