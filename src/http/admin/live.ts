import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import { callQuery } from "../../contract/call-query.ts";
import { listCalls } from "../../contract/calls.ts";
import { followLive, LIVE_TOPICS } from "../../contract/console.ts";
import { environmentQuery } from "../../contract/environment-query.ts";
import type { Key } from "../../domain/access/key.ts";
import { keyPrefix } from "../../domain/access/presented-key.ts";
import type { CallSearch } from "../../domain/call/call-search.ts";
import { RollwardError } from "../../domain/errors.ts";
import { callerOf } from "../caller.ts";
import { EventQueue } from "../live/event-queue.ts";
import type { LiveTopic } from "../live/live-hub.ts";
import { callsFor } from "../live/tell-calls.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { plainSearchOf } from "./call-search-of.ts";
import { placeOf } from "./place-of.ts";
import { accessHooks, parseInput } from "./serve-route.ts";

/** Streams of one process. */
const MOST_STREAMS = 200;
/** Streams of one key, so that one cannot take all of them: as many windows as a team has open that shares it. */
const MOST_OF_A_KEY = 40;
/** A comment so often, ms: proxies cut what is silent for a minute. */
const BEAT_MS = 15_000;
/** A browser that was cut off comes back after this, ms. */
const RETRY_MS = 2_000;

/** The stream of the console: server-sent events. */
export function live(app: FastifyInstance, admin: AdminTerms): void {
  let streams = 0;
  const byKey = new Map<string, number>();
  app.get(followLive.path, { onRequest: accessHooks(admin.gateway, followLive.access) }, (request, reply) => {
    const { topics, calls } = wishOf(admin, request);
    if (streams >= MOST_STREAMS) throw new RollwardError("overloaded", { reason: "too many consoles follow it" });
    const { id } = callerOf(request);
    const own = byKey.get(id) ?? 0;
    if (own >= MOST_OF_A_KEY)
      throw new RollwardError("overloaded", { reason: "too many consoles follow it by one key" });
    streams += 1;
    byKey.set(id, own + 1);
    follow(admin, { request, reply, topics, calls }, () => {
      streams -= 1;
      const left = (byKey.get(id) ?? 1) - 1;
      if (left > 0) byKey.set(id, left);
      else byKey.delete(id);
    });
  });
}

interface Stream {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly topics: ReadonlySet<LiveTopic>;
  /** Which calls it is told of. */
  readonly calls: CallSearch;
}

function follow({ live: hub, gateway, sessions }: AdminTerms, stream: Stream, ended: () => void): void {
  const { request, reply, topics, calls } = stream;
  const { raw } = reply;
  const key = callerOf(request);
  const { signedIn } = request;
  reply.hijack();
  raw.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
    "x-content-type-options": "nosniff",
  });
  raw.write(`retry: ${RETRY_MS}\n\n`);
  const queue = new EventQueue({ write: (text) => raw.write(text) });
  raw.on("drain", () => queue.drained());
  const stopFollowing = hub.follow(
    {
      topics,
      environment: key.environment ?? null,
      tell: (message, id) => {
        const own = message.topic === "calls" ? callsFor(message, calls) : message;
        if (own !== null) queue.add(own, id);
      },
    },
    lastIdOf(request),
  );
  const forget = hub.onClose(() => raw.end());
  const goesOn = async (): Promise<boolean> =>
    gateway.keys.byId(key.id) === key && (signedIn === null || (await sessions.isOpen(signedIn.session)));
  const beat = async (): Promise<void> => {
    const isMeant = await goesOn();
    // It may have closed meanwhile: its timer must not go on without it.
    if (raw.destroyed) return;
    // Whoever has signed out, or lost the key, hears no more.
    if (!isMeant) {
      raw.end();
      return;
    }
    // Who reads nothing for a minute is not there: what has not gone out is not waited for.
    if (!queue.beat()) {
      raw.destroy();
      return;
    }
    cancel = gateway.clock.after(BEAT_MS, () => void beat());
  };
  let cancel = gateway.clock.after(BEAT_MS, () => void beat());
  raw.on("close", () => {
    cancel();
    stopFollowing();
    forget();
    ended();
  });
}

function wishOf(admin: AdminTerms, request: FastifyRequest): Pick<Stream, "topics" | "calls"> {
  const query = parseInput(followLive.query, request.query, "flat") as z.output<typeof followLive.query>;
  const key = callerOf(request);
  const topics = topicsOf(query);
  // A role lets one see that something happened; what a call was is for whoever may list calls.
  if (topics.has("calls") && !key.scopes.includes("admin")) {
    throw new RollwardError("forbidden", { prefix: keyPrefix(key.id), action: "follow calls", scope: "admin" });
  }
  return { topics, calls: callsOf(admin, key, query.calls ?? "") };
}

/** Which calls are meant, of the environment that the query names, or of the only one that the key may see. */
function callsOf({ gateway }: AdminTerms, key: Key, text: string): CallSearch {
  const { environment, ...rest } = Object.fromEntries(new URLSearchParams(text));
  const { environment: asked } = parseInput(environmentQuery, { environment }, "flat") as z.output<
    typeof environmentQuery
  >;
  const place = placeOf(gateway.environments, { key, asked: asked ?? null, route: listCalls });
  const query = parseInput(callQuery, rest, "flat") as z.output<typeof callQuery>;
  return plainSearchOf(query, place.environment);
}

function topicsOf(query: z.output<typeof followLive.query>): ReadonlySet<LiveTopic> {
  const all: readonly string[] = LIVE_TOPICS;
  const asked = query.topics?.split(",") ?? all.filter((topic) => topic !== "calls");
  const unknown = asked.find((topic) => !all.includes(topic));
  if (unknown === undefined) return new Set(asked as readonly LiveTopic[]);
  const reason = `\`topics\` names ${JSON.stringify(unknown)}, which is none: those are ${all.join(", ")}.`;
  throw new RollwardError("invalid_request", { reason, param: "topics" });
}

/** How far a browser had come that was cut off; bounded, because it is kept for nobody. */
function lastIdOf({ headers }: FastifyRequest): string | null {
  const id = headers["last-event-id"];
  return typeof id === "string" && id !== "" && id.length <= 500 ? id : null;
}
