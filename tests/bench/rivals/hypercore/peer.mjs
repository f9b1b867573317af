// Hypercore: one encrypted log on disk, replicated over TCP and a Noise stream. `node peer.mjs writer|reader FOLDER`
import { randomBytes } from 'node:crypto'
import net from 'node:net'
import SecretStream from '@hyperswarm/secret-stream'
import Corestore from 'corestore'
import { Arrivals, appending, nowMs, serve } from '../common.mjs'

const READ_AT_ONCE = 512
const [role, folder] = process.argv.slice(2)
const store = new Corestore(folder)
await store.ready()

/** Return the open log with this content key; `which` names it (the writer) or gives its public key (the reader). */
async function openLog (which, contentKey) {
  const log = store.get({ ...which, valueEncoding: 'json', encryption: { key: contentKey } })
  await log.ready()
  return log
}

/** Replicate the store over `socket`; return the Noise stream. */
function replicate (socket, initiator) {
  socket.setNoDelay(true)
  const stream = new SecretStream(initiator, socket)
  store.replicate(stream).on('error', () => {})
  return stream
}

async function write () {
  const contentKey = randomBytes(32)
  const log = await openLog({ name: 'log' }, contentKey)
  const server = net.createServer(socket => replicate(socket, false))
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  const meeting = { port: server.address().port, key: log.key.toString('hex'), content_key: contentKey.toString('hex') }
  await serve(meeting, { append: appending(op => log.append(op)) })
}

async function read () {
  const arrivals = new Arrivals()
  let log
  const fetch = async ({ from, count }) => {
    log = await openLog({ key: Buffer.from(from.key, 'hex') }, Buffer.from(from.content_key, 'hex'))
    const began = nowMs()
    const stream = replicate(net.connect(from.port, '127.0.0.1'), true)
    await new Promise(resolve => stream.once('open', resolve))
    const connected = nowMs()
    while (log.length < count) await log.update({ wait: true })
    await log.download({ start: 0, end: count }).done()
    const ended = nowMs()
    follow(log, arrivals)
    return { began_ms: began, connected_ms: connected, ended_ms: ended }
  }
  const count = async () => {
    let entries = 0
    for (let start = 0; start < log.length; start += READ_AT_ONCE) {
      const length = Math.min(READ_AT_ONCE, log.length - start)
      const ops = await Promise.all(Array.from({ length }, (_, offset) => log.get(start + offset)))
      entries += ops.filter(op => op.id).length
    }
    return { entries }
  }
  await serve({}, { fetch, count, arrivals: wanted => arrivals.take(wanted) })
}

/** Fetch, decode and count every entry that is appended from now on, in order. */
function follow (log, arrivals) {
  let next = log.length
  let busy = false
  const readOn = async () => {
    if (busy) return
    busy = true
    while (next < log.length) arrivals.add(await log.get(next++))
    busy = false
  }
  log.on('append', readOn)
  log.download({ start: next, end: -1 })
}

await (role === 'writer' ? write() : read())
