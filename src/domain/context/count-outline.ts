import type { OutlineMessage, RequestOutline } from "../call/outline.ts";

/** Counts the tokens of a text. */
export type CountTokens = (text: string) => number;

/** How messages are counted. */
export interface Counting {
  readonly count: CountTokens;
  /** Tokens of one image. */
  readonly perImage: number;
}

/** What vendors' formats add to a message: role, separators. OpenAI documents 3 and a name; others less. */
const PER_MESSAGE = 4;
/** What a request adds: the opening of the answer. */
const PER_REQUEST = 3;
/** Bytes of a document or of sound for one token: scanned pages and speech come to less. */
const BYTES_PER_TOKEN = 3;

/** Tokens of one message. */
export const countMessage = ({ text, images, attachedBytes }: OutlineMessage, { count, perImage }: Counting): number =>
  PER_MESSAGE + count(text) + images * perImage + Math.ceil(attachedBytes / BYTES_PER_TOKEN);

/** Tokens of what always stays: instructions, tools, and the release's own prompt and tools. */
export const countBeside = ({ beside }: RequestOutline, own: string, count: CountTokens): number =>
  PER_REQUEST + count(beside) + count(own);
