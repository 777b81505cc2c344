import type { Clock } from "../../ports/clock.ts";
import type { Pin, Pins } from "../../ports/pins.ts";

const HOUR_MS = 60 * 60_000;
/** A conversation that lies still for longer is over; a user's next day is not. */
const QUIET_HOURS = 24;

/** A pin with the hour in which its session was seen; one object for all sessions of a side and an hour. */
interface Held {
  readonly pin: Pin;
  readonly hour: number;
}

/** The objects of the present hour, so that a session takes no more than its name and a reference. */
class Seen {
  readonly #clock: Pick<Clock, "elapsed">;
  #hour = -1;
  #held = new Map<string, Held>();

  constructor(clock: Pick<Clock, "elapsed">) {
    this.#clock = clock;
  }

  hour(): number {
    return Math.floor(this.#clock.elapsed() / HOUR_MS);
  }

  now(pin: Pin): Held {
    const hour = this.hour();
    if (hour !== this.#hour) this.#held = new Map();
    this.#hour = hour;
    const key = `${pin.arm}\n${pin.rolloutId ?? ""}`;
    const known = this.#held.get(key);
    if (known !== undefined) return known;
    const made = { pin, hour };
    this.#held.set(key, made);
    return made;
  }
}

/**
 * Pins in two generations: when the young one is full it becomes the old one and the former old one
 * is forgotten. A pin that is read moves to the young one, so sessions in use are kept.
 */
export function createMemoryPins(capacity: number, clock: Pick<Clock, "elapsed">): Pins {
  const half = Math.max(1, Math.floor(capacity / 2));
  const seen = new Seen(clock);
  let young = new Map<string, Held>();
  let old = new Map<string, Held>();
  let forgotten = 0;

  const put = (key: string, pin: Pin): void => {
    if (young.size >= half && !young.has(key)) {
      forgotten += old.size;
      old = young;
      young = new Map();
    }
    young.set(key, seen.now(pin));
    old.delete(key);
  };

  return {
    get(endpoint, session) {
      const key = `${endpoint}\n${session}`;
      const fresh = young.get(key);
      const held = fresh ?? old.get(key);
      if (held === undefined) return undefined;
      const hours = seen.hour() - held.hour;
      if (fresh === undefined || hours > 0) put(key, held.pin);
      return hours > QUIET_HOURS ? { ...held.pin, isQuiet: true } : held.pin;
    },
    set(endpoint, session, pin) {
      put(`${endpoint}\n${session}`, pin);
    },
    forgotten: () => forgotten,
  };
}
