// What the JavaScript peers share: the clock, the entry, the count of what arrives, and the loop that carries out commands.
// A command is one JSON line on standard input, its answer one JSON line on standard output; the peer ends with its input.
import { createInterface } from 'node:readline'

const OP_BYTES = 300
const PROSE = 'we could let every thought grow where it was said and bring the best of them together before the meeting starts '.repeat(4)

/** Return milliseconds of the monotonic clock, which all processes of one machine share. */
export const nowMs = () => Number(process.hrtime.bigint()) / 1e6

/** Return a promise that is kept after `ms` milliseconds. */
export const pause = ms => new Promise(resolve => setTimeout(resolve, ms))

/** Return the chat operation `number`, 300 bytes as JSON, stamped with the time now. */
export function chatOp (number) {
  const op = {
    id: String(number).padStart(8, '0'),
    author: 'a'.repeat(32),
    conv: 'c'.repeat(16),
    ts: nowMs().toFixed(3).padStart(18, '0'),
    body: ''
  }
  const start = number * 7 % 100
  op.body = PROSE.slice(start, start + OP_BYTES - JSON.stringify(op).length)
  return op
}

/** Return the `append` command for a writer whose `write(op)` resolves when the operation is the log's. */
export function appending (write) {
  let written = 0
  return async ({ count, pause_ms: pauseMs = 0 }) => {
    const began = nowMs()
    for (let left = count; left > 0; left--) {
      await write(chatOp(++written))
      if (pauseMs) await pause(pauseMs)
    }
    return { began_ms: began, ended_ms: nowMs() }
  }
}

/** The operations that came in since the last `take`, and how long each was under way. */
export class Arrivals {
  #arrived = 0
  #latencies = []
  #lastMs = 0
  #check = () => {}

  /** Count one operation, and `unseen` ones that came along without an event of their own. */
  add (op, unseen = 0) {
    this.#lastMs = nowMs()
    this.#latencies.push(this.#lastMs - Number(op.ts))
    this.#arrived += 1 + unseen
    this.#check()
  }

  /** Forget what came in so far. */
  clear () {
    this.#arrived = 0
    this.#latencies = []
  }

  /** Return what came in, once it is `count` operations or `wait_s` seconds have passed. */
  async take ({ count, wait_s: waitS }) {
    await new Promise(resolve => {
      const timer = setTimeout(resolve, waitS * 1000)
      this.#check = () => {
        if (this.#arrived < count) return
        clearTimeout(timer)
        resolve()
      }
      this.#check()
    })
    this.#check = () => {}
    const answer = { arrived: this.#arrived, latencies_ms: this.#latencies, last_ms: this.#lastMs }
    this.clear()
    return answer
  }
}

const say = answer => process.stdout.write(JSON.stringify(answer) + '\n')

/** Say how to be met, then answer commands with `commands[name](details)` until the input ends. */
export async function serve (meeting, commands) {
  const lines = createInterface({ input: process.stdin })
  lines.on('close', () => process.exit(0))
  say({ ready: meeting })
  for await (const line of lines) {
    const { do: name, ...details } = JSON.parse(line)
    say(await commands[name](details))
  }
}
