import { ulid } from "../../../kit/ulid.ts";

const DAY_MS = 86_400_000;
const NO_RANDOMNESS = new Uint8Array(10);

/** Days since 1970-01-01 UTC of a time in epoch milliseconds. */
export const dayOf = (atMs: number): number => Math.floor(atMs / DAY_MS);

/** First day on which bodies recorded at `atMs` are gone: each is kept for `retainDays` full days at least. */
export const expiryDayOf = (atMs: number, retainDays: number): number => dayOf(atMs) + Math.ceil(retainDays) + 1;

/** The least call id of a moment; ids of calls sort by time. */
export const firstCallIdAt = (atMs: number): string => `call_${ulid(Math.max(0, atMs), NO_RANDOMNESS)}`;

/** The least call id of a day. */
export const firstCallIdOf = (day: number): string => firstCallIdAt(day * DAY_MS);

/** An id is made moments before or after the arrival is noted: so far can the time in it be from that of the call, ms. */
export const ID_SLACK_MS = 60_000;

/** Whether a text is the id of a call. */
export const isCallId = (id: string): boolean => /^call_[0-9a-hjkmnp-tv-z]{26}$/.test(id);
