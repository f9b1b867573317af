// Drives a gateway with the official Phoenix client, unmodified. One scenario an argument; prints one JSON line of results.
import { createRequire } from "node:module";
import WebSocket from "ws";

const require = createRequire(import.meta.url);
const { Presence, Socket } = require("phoenix");

const [scenario, url, key, topic] = process.argv.slice(2);

const open = (options) => {
  const socket = new Socket(url, { transport: WebSocket, ...options });
  socket.connect();
  return socket;
};

const reply = (push) =>
  new Promise((resolve) => {
    for (const status of ["ok", "error", "timeout"]) push.receive(status, (response) => resolve([status, response]));
  });

const until = (add, wanted) =>
  new Promise((resolve) => {
    add((value) => wanted(value) && resolve(value));
  });

const done = (socket, results) => {
  process.stdout.write(JSON.stringify(results) + "\n");
  socket.disconnect(() => process.exit(0));
};

const scenarios = {
  async talk() {
    const socket = open({ params: { api_key: key } });
    const node = socket.channel("node");
    const joined = await reply(node.join());
    const status = await reply(node.push("status", {}));
    const refused = await reply(node.push("create", { title: "" }));
    const talk = socket.channel(topic, { user_id: "u" });
    const history = await reply(talk.join());
    const event = until((take) => talk.on("message", take), (payload) => payload.client_id === "k1");
    const sent = await reply(talk.push("message", { content: "h\u00e9 \u{1f600}", client_id: "k1" }));
    const received = await event;
    const foreign = await reply(socket.channel("conversation:" + "f".repeat(64)).join());
    const left = await reply(talk.leave());
    const again = await reply(socket.channel(topic).join());
    done(socket, {
      joined, status: status[0], refused, messages: history[1].messages.length, sent: sent[0],
      received: received.text, foreign, left: left[0], again: again[0],
    });
  },

  async token() {
    const socket = open({ authToken: key });
    const joined = await reply(socket.channel("node").join());
    done(socket, { joined: joined[0] });
  },

  async wrong() {
    const socket = open({ params: { api_key: "wrong" } });
    let opened = false;
    socket.onOpen(() => (opened = true));
    await until((take) => socket.onError(take), () => true);
    done(socket, { opened });
  },

  async crash() {
    const socket = open({ params: { api_key: key } });
    const talk = socket.channel(topic);
    let joins = 0;
    const twice = until((take) => talk.join().receive("ok", () => take((joins += 1))), (count) => count === 2);
    await until((take) => talk.joinPush.receive("ok", take), () => true);
    const failed = await reply(talk.push("message", { content: "crash" }));
    await twice;
    const sent = await reply(talk.push("message", { content: "fine again" }));
    done(socket, { failed: failed[1].code, joins, sent: sent[0] });
  },

  async restart() {
    const socket = open({ params: { api_key: key } });
    const talk = socket.channel(topic);
    let joins = 0;
    const codes = [];
    socket.onClose((event) => codes.push(event.code));
    const twice = until((take) => talk.join().receive("ok", () => {
      joins += 1;
      if (joins === 1) process.stdout.write("joined\n");
      take(joins);
    }), (count) => count === 2);
    await twice;
    const sent = await reply(talk.push("message", { content: "after" }));
    done(socket, { code: codes[0], sent: sent[0] });
  },

  async presence() {
    const socket = open({ params: { api_key: key } });
    const talk = socket.channel(topic);
    const presence = new Presence(talk);
    const told = [];
    presence.onJoin((id, before, now) => told.push(["join", id[0], before ? before.metas.length : 0, now.metas.at(-1).status]));
    presence.onLeave((id, remaining) => told.push(["leave", id[0], remaining.metas.length]));
    const seen = () => presence.list((id, { metas }) => [id[0], ...metas.map((meta) => `${meta.name} ${meta.status}`)]);
    const lists = [];
    let synced;
    const sync = () => new Promise((resolve) => (synced = resolve));
    presence.onSync(() => { lists.push(seen()); synced?.(); });
    let next = sync();
    await reply(talk.join());
    await next;
    for (let step = 0; step < 3; step += 1) {
      next = sync();
      process.stdout.write("next\n");
      await next;
    }
    const away = await reply(talk.push("presence", { status: "away" }));
    const wrong = await reply(talk.push("presence", { status: "asleep" }));
    done(socket, { lists, told, away: away[0], wrong: wrong[1].code });
  },

  async events() {
    const socket = open({ params: { api_key: key }, heartbeatIntervalMs: 50 });
    const node = socket.channel("node");
    const talk = socket.channel(topic);
    const summary = until((take) => node.on("conversation", take), () => true);
    const typing = until((take) => talk.on("typing", take), () => true);
    await reply(node.join());
    await reply(talk.join());
    process.stdout.write("joined\n");
    const results = { summary: (await summary).title, typing: (await typing).name };
    const beats = [];
    await until((take) => socket.onMessage(take), (message) => message.topic === "phoenix" && beats.push(message) === 3);
    done(socket, { ...results, heartbeat: beats[2].payload.status });
  },
};

await scenarios[scenario]();
