import type { Pin, Pins } from "../../ports/pins.ts";

/**
 * Pins in two generations: when the young one is full it becomes the old one and the former old one
 * is forgotten. A pin that is read moves to the young one, so sessions in use are kept.
 */
export function createMemoryPins(capacity: number): Pins {
  const half = Math.max(1, Math.floor(capacity / 2));
  let young = new Map<string, Pin>();
  let old = new Map<string, Pin>();
  let forgotten = 0;

  const put = (key: string, pin: Pin): void => {
    if (young.size >= half && !young.has(key)) {
      forgotten += old.size;
      old = young;
      young = new Map();
    }
    young.set(key, pin);
    old.delete(key);
  };

  return {
    get(endpoint, session) {
      const key = `${endpoint}\n${session}`;
      const pin = young.get(key);
      if (pin !== undefined) return pin;
      const aged = old.get(key);
      if (aged !== undefined) put(key, aged);
      return aged;
    },
    set(endpoint, session, pin) {
      put(`${endpoint}\n${session}`, pin);
    },
    forgotten: () => forgotten,
  };
}
