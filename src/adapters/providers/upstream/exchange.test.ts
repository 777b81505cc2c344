import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { closedAfterEach } from "../../../../test/fixtures/closed-after-each.ts";
import { RecordingSink, turn, until } from "../../../../test/fixtures/recording-sink.ts";
import { createRudeServer } from "../../../../test/fixtures/rude-server.ts";
import { Connector } from "./connector.ts";
import type { Connected } from "./connector.ts";
import { Exchange } from "./exchange.ts";
import { Upstream } from "./upstream.ts";

const keep = closedAfterEach();

/** An upstream whose connections open when a test says so. */
async function slowToOpen() {
  const asked: Socket[] = [];
  const server = keep(await createRudeServer((socket) => void asked.push(socket)));
  const settings = { origin: server.origin, connections: 1, allowPrivate: false };
  const connector = new Connector(settings);
  const opening: (() => void)[] = [];
  const open = (ms: number, connected: Connected): void => void opening.push(() => connector.open(ms, connected));
  const upstream = keep(new Upstream(settings, { open, close: () => connector.close() }));
  return { asked, opening, upstream };
}

function begin(upstream: Upstream) {
  const sink = new RecordingSink();
  const exchange = new Exchange({ provider: "p", path: "/", headers: [], answerBytes: 1_000, upstream }, sink);
  return { sink, flow: exchange.start({ bytes: Buffer.from("{}"), connectMs: 5_000 }) };
}

test("a request is sent when it has a connection, and it is known after its end whether it ever had one", async () => {
  const { asked, opening, upstream } = await slowToOpen();
  const one = begin(upstream);
  const other = begin(upstream);
  expect([one.flow.isSent, other.flow.isSent]).toEqual([false, false]);
  await turn();
  opening.splice(0).forEach((open) => open());
  await until(() => asked.length === 1);
  expect([one.flow.isSent, other.flow.isSent]).toEqual([true, false]);
  other.flow.abort();
  one.flow.abort();
  expect([one.flow.isSent, other.flow.isSent]).toEqual([true, false]);
});
