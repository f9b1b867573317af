// js-libp2p alone: nothing is signed by an author, sealed or stored. `fetch` takes entries over one stream, live messages go
// over gossipsub, so both bound what any product on this library can do. `node peer.mjs writer|reader FOLDER`
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { Arrivals, appending, chatOp, nowMs, pause, serve } from '../common.mjs'

const ENTRIES = '/rivals/entries/1'
const TOPIC = 'rivals'
const OP_BYTES = 300
const WRITE_BYTES = 65536

const [role] = process.argv.slice(2)
const node = await createLibp2p({
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  services: { identify: identify(), pubsub: gossipsub({ allowPublishToZeroTopicPeers: true, emitSelf: false }) }
})
const topics = node.services.pubsub

/** Yield what arrives on `stream` in pieces of exactly `size` bytes. */
async function * pieces (stream, size) {
  let held = Buffer.alloc(0)
  for await (const chunk of stream) {
    held = Buffer.concat([held, chunk.subarray()])
    let start = 0
    for (; held.length - start >= size; start += size) yield held.subarray(start, start + size)
    held = held.subarray(start)
  }
}

/** Answer a count of entries (4 bytes) with that many, in writes of 64 KiB. */
async function sendEntries (stream) {
  for await (const request of pieces(stream, 4)) {
    const count = request.readUInt32BE(0)
    const encoded = Buffer.from(Array.from({ length: count }, (_, index) => JSON.stringify(chatOp(index + 1))).join(''))
    for (let start = 0; start < encoded.length; start += WRITE_BYTES) {
      if (!stream.send(encoded.subarray(start, start + WRITE_BYTES))) await stream.onDrain()
    }
    return
  }
}

async function write () {
  await node.handle(ENTRIES, sendEntries)
  topics.subscribe(TOPIC)
  const encoder = new TextEncoder()
  const append = appending(op => topics.publish(TOPIC, encoder.encode(JSON.stringify(op))))
  const commands = {
    append: async wanted => {
      while (topics.getMeshPeers(TOPIC).length === 0) await pause(20)
      return await append(wanted)
    }
  }
  await serve({ address: node.getMultiaddrs()[0].toString() }, commands)
}

async function read () {
  const arrivals = new Arrivals()
  const decoder = new TextDecoder()
  topics.addEventListener('message', event => {
    if (event.detail.topic === TOPIC) arrivals.add(JSON.parse(decoder.decode(event.detail.data)))
  })
  topics.subscribe(TOPIC)
  let entries = 0
  const fetch = async ({ from, count }) => {
    const began = nowMs()
    const connection = await node.dial(multiaddr(from.address))
    const connected = nowMs()
    const stream = await connection.newStream(ENTRIES)
    const request = Buffer.alloc(4)
    request.writeUInt32BE(count)
    stream.send(request)
    for await (const piece of pieces(stream, OP_BYTES)) {
      if (JSON.parse(piece.toString()).id) entries++
      if (entries === count) break
    }
    return { began_ms: began, connected_ms: connected, ended_ms: nowMs() }
  }
  await serve({}, { fetch, count: () => ({ entries }), arrivals: wanted => arrivals.take(wanted) })
}

await (role === 'writer' ? write() : read())
