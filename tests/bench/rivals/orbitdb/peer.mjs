// OrbitDB: an `events` database over Helia with its blocks in LevelDB, as its own guide puts one together.
// `node peer.mjs writer|reader FOLDER`
import path from 'node:path'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { bitswap } from '@helia/block-brokers'
import { gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createOrbitDB } from '@orbitdb/core'
import { LevelBlockstore } from 'blockstore-level'
import { createHelia } from 'helia'
import { createLibp2p } from 'libp2p'
import { Arrivals, appending, nowMs, serve } from '../common.mjs'

const [role, folder] = process.argv.slice(2)
const libp2p = await createLibp2p({
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  services: { identify: identify(), pubsub: gossipsub({ allowPublishToZeroTopicPeers: true }) }
})
const blockstore = new LevelBlockstore(path.join(folder, 'blocks'))
const ipfs = await createHelia({ libp2p, blockstore, blockBrokers: [bitswap()], routers: [] })
const orbitdb = await createOrbitDB({ ipfs, id: role, directory: path.join(folder, 'orbitdb') })

async function write () {
  const log = await orbitdb.open('log', { type: 'events' })
  const meeting = { log: log.address, address: libp2p.getMultiaddrs()[0].toString() }
  await serve(meeting, { append: appending(op => log.add(op)) })
}

async function read () {
  const arrivals = new Arrivals()
  let log
  const fetch = async ({ from, count }) => {
    const began = nowMs()
    await libp2p.dial(multiaddr(from.address))
    const connected = nowMs()
    log = await orbitdb.open(from.log)
    let newest = 0
    const joined = new Promise(resolve => {
      // An entry is joined with all that comes before it, and only the entry that was announced gets an event.
      log.events.on('update', entry => {
        const op = entry.payload.value
        const number = Number(op.id)
        arrivals.add(op, Math.max(0, number - newest - 1))
        newest = Math.max(newest, number)
        if (newest >= count) resolve()
      })
    })
    await joined
    const ended = nowMs()
    arrivals.clear()
    return { began_ms: began, connected_ms: connected, ended_ms: ended }
  }
  const count = async () => {
    let entries = 0
    for await (const entry of log.iterator()) if (entry.value.id) entries++
    return { entries }
  }
  await serve({}, { fetch, count, arrivals: wanted => arrivals.take(wanted) })
}

await (role === 'writer' ? write() : read())
