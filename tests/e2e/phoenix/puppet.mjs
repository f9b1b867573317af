// The official Phoenix client, unmodified, moved from outside: a JSON line in is a deed, a JSON line out is what came of it.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import WebSocket from "ws";

const require = createRequire(import.meta.url);
const { Socket } = require("phoenix");

const AGAIN_MS = 100;
const sockets = new Map();
const channels = new Map();

const tell = (what) => process.stdout.write(JSON.stringify(what) + "\n");

const answer = (push, ref) => {
  for (const status of ["ok", "error", "timeout"]) {
    push.receive(status, (response) => tell({ ref, status, response }));
  }
};

// A browser says which page it shows; `ws` says it where it is told to.
const from = (origin) =>
  origin === undefined ? WebSocket : class extends WebSocket {
    constructor(address, protocols) {
      super(address, protocols, { origin });
    }
  };

const deeds = {
  open({ socket: name, url, origin, ...options }) {
    const again = () => AGAIN_MS;
    const socket = new Socket(url, { transport: from(origin), reconnectAfterMs: again, rejoinAfterMs: again, ...options });
    const said = (happened) => (event) => tell({ socket: name, happened, code: event?.code });
    socket.onOpen(said("open"));
    socket.onClose(said("close"));
    socket.onError(said("error"));
    sockets.set(name, socket);
    socket.connect();
  },

  // A later join of the same channel is the client's own, after a reconnect: it is told as an event.
  join({ socket: name, topic, payload, ref }) {
    const channel = sockets.get(name).channel(topic, payload);
    channels.set(name + topic, channel);
    channel.onMessage = (event, message) => {
      if (!event.startsWith("chan_reply") && event !== "phx_reply") tell({ socket: name, topic, event, payload: message });
      return message;
    };
    let joins = 0;
    channel.join().receive("ok", (response) => {
      joins += 1;
      if (joins > 1) tell({ socket: name, topic, event: "joined again", payload: response });
    });
    answer(channel.joinPush, ref);
  },

  push({ socket, topic, event, payloads, ref }) {
    for (const payload of payloads) answer(channels.get(socket + topic).push(event, payload), ref);
  },

  leave({ socket, topic, ref }) {
    answer(channels.get(socket + topic).leave(), ref);
  },

  // Past the client: what it would never send itself.
  raw({ socket, data }) {
    sockets.get(socket).conn.send(data);
  },

  drop({ socket }) {
    sockets.get(socket).conn.terminate();
  },

  pause({ socket }) {
    sockets.get(socket).conn.pause();
  },

  resume({ socket }) {
    sockets.get(socket).conn.resume();
  },

  close({ socket }) {
    sockets.get(socket).disconnect(() => tell({ socket, happened: "closed" }));
  },
};

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { deed, ...rest } = JSON.parse(line);
    deeds[deed](rest);
  })
  .on("close", () => process.exit(0));
