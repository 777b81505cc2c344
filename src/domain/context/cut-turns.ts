import type { OutlineMessage } from "../call/outline.ts";

/** A message with its tokens. */
export interface Weighed {
  readonly message: OutlineMessage;
  readonly tokens: number;
}

/** What may stay. */
export interface Room {
  /** Tokens for all messages together. */
  readonly tokens: number;
  /** Turns from the beginning that always stay. */
  readonly keepFirst: number;
  /** Turns at the end that always stay, at least 1; absent is 1. */
  readonly keepLast?: number;
}

/** Which messages go: positions in order, and their tokens. */
export interface Cut {
  readonly positions: readonly number[];
  readonly tokens: number;
}

/** After a cut this share of the room is filled, so that the next cut is some turns away. */
const FILLED_AFTER = 0.75;

/**
 * Which of the oldest turns go so that the rest has room; `null` when not even those fit that always stay. A turn begins with a
 * message of the user that brings no results of tools and goes to the next such message, so calls of tools stay
 * with their results. Messages of the system stay wherever they are.
 *
 * The cut is found by living through the conversation: each time that it has outgrown its room, turns go until three
 * quarters are filled. So it depends on nothing but what came before, moves only when it must, and the bytes up to and
 * after it are the same for many turns, as the prompt caches of providers want it. Linear in the messages.
 */
export function cutTurns(messages: readonly Weighed[], { tokens: room, keepFirst, keepLast = 1 }: Room): Cut | null {
  const turns = turnsOf(messages);
  const fixed = turns.slice(0, keepFirst + 1).reduce((sum, turn) => sum + turn.tokens, 0);
  const always = turns.slice(keepFirst + 1).reduce((sum, turn) => sum + turn.systemTokens, fixed);
  const loose = turns.slice(keepFirst + 1);
  let first = 0;
  let filled = 0;
  for (const [index, turn] of loose.entries()) {
    filled += turn.tokens - turn.systemTokens;
    if (always + filled <= room) continue;
    while (first <= index - keepLast && always + filled > room * FILLED_AFTER) {
      filled -= (loose[first]?.tokens ?? 0) - (loose[first]?.systemTokens ?? 0);
      first += 1;
    }
  }
  if (always + filled > room) return null;
  return cutOf(messages, beyondOrphans(messages, loose, { first, keepLast }));
}

interface Turn {
  readonly start: number;
  readonly end: number;
  readonly tokens: number;
  readonly systemTokens: number;
}

/** What comes before the first message of the user, then turn by turn. */
function turnsOf(messages: readonly Weighed[]): readonly Turn[] {
  const starts = [0];
  for (const [index, { message }] of messages.entries()) {
    if (begins(message)) starts.push(index);
  }
  return starts.map((start, index) => turnOf(messages, start, starts[index + 1] ?? messages.length));
}

const begins = ({ role, answers }: OutlineMessage): boolean => role === "user" && answers.length === 0;

function turnOf(messages: readonly Weighed[], start: number, end: number): Turn {
  let tokens = 0;
  let systemTokens = 0;
  for (const weighed of messages.slice(start, end)) {
    tokens += weighed.tokens;
    if (weighed.message.role === "system") systemTokens += weighed.tokens;
  }
  return { start, end, tokens, systemTokens };
}

/** The first turn that stays, and how many at the end do in any case. */
interface Bounds {
  readonly first: number;
  readonly keepLast: number;
}

/** Turns that bring results of calls that are cut go as well; the last turns are not asked, they stay. */
function beyondOrphans(
  messages: readonly Weighed[],
  loose: readonly Turn[],
  { first, keepLast }: Bounds,
): readonly Turn[] {
  const cut = loose.slice(0, first);
  if (cut.length === 0) return cut;
  const gone = new Set(cut.flatMap((turn) => callsIn(messages, turn)));
  for (const turn of loose.slice(first, -keepLast)) {
    const brings = messages
      .slice(turn.start, turn.end)
      .some(({ message }) => message.answers.some((id) => gone.has(id)));
    const isNext = cut.at(-1)?.end === turn.start;
    if (!brings || !isNext) break;
    cut.push(turn);
    for (const id of callsIn(messages, turn)) gone.add(id);
  }
  return cut;
}

const callsIn = (messages: readonly Weighed[], { start, end }: Turn): readonly string[] =>
  messages.slice(start, end).flatMap(({ message }) => message.calls);

function cutOf(messages: readonly Weighed[], turns: readonly Turn[]): Cut {
  const positions: number[] = [];
  let tokens = 0;
  for (const { start, end } of turns) {
    for (let position = start; position < end; position += 1) {
      const weighed = messages[position];
      if (weighed === undefined || weighed.message.role === "system") continue;
      positions.push(position);
      tokens += weighed.tokens;
    }
  }
  return { positions, tokens };
}
