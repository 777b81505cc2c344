import type { Clock } from "../../ports/clock.ts";

const WINDOW_MS = 60_000;
/** Failures from one address within the window. */
const MOST_PER_ADDRESS = 10;
/** Failures from all addresses: guessing from many machines is slow too. */
const MOST = 200;
/** Addresses that are counted. */
const MOST_ADDRESSES = 10_000;

interface Window {
  readonly from: number;
  failures: number;
}

/** Slows down those who try keys. Keys cannot be guessed; this keeps the attempts from costing anything. */
export class SignInBrake {
  readonly #clock: Pick<Clock, "elapsed">;
  readonly #addresses = new Map<string, Window>();
  #all: Window = { from: 0, failures: 0 };

  constructor(clock: Pick<Clock, "elapsed">) {
    this.#clock = clock;
  }

  /** How long an address has to wait, ms; 0 when it may try. */
  waitMs(address: string): number {
    const now = this.#clock.elapsed();
    const own = this.#addresses.get(address);
    const waits = [leftOf(this.#all, now, MOST), own === undefined ? 0 : leftOf(own, now, MOST_PER_ADDRESS)];
    return Math.max(...waits);
  }

  /** Notes an attempt that failed. */
  failed(address: string): void {
    const now = this.#clock.elapsed();
    this.#all = counted(this.#all, now);
    if (this.#addresses.size >= MOST_ADDRESSES) this.#addresses.clear();
    this.#addresses.set(address, counted(this.#addresses.get(address), now));
  }
}

const leftOf = ({ from, failures }: Window, now: number, most: number): number =>
  failures < most ? 0 : Math.max(0, from + WINDOW_MS - now);

const counted = (window: Window | undefined, now: number): Window =>
  window === undefined || now - window.from >= WINDOW_MS
    ? { from: now, failures: 1 }
    : { ...window, failures: window.failures + 1 };
