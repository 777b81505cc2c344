import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import type { AnswersUnderWay } from "./answers-under-way.ts";
import type { PlainHttp } from "./plain/plain-http.ts";

/** Node's own bound where a server has none. */
const MOST_HEADERS = 1_000;

/** What else knows of connections. */
interface UpgradeTerms {
  readonly answers: Pick<AnswersUnderWay, "isAnswering" | "closeBehind">;
  readonly plain: Pick<PlainHttp, "giveToNode">;
}

/**
 * Reads requests that would change the protocol as if they had not asked for it, which HTTP allows. Node's parser drops what
 * came in one piece with such a request and takes what comes next for a new one, so that a body could become a request of
 * somebody else's. Here it reads the head anew, without the wish, and everything behind it.
 */
export function ignoreUpgrades(server: Server, { answers, plain }: UpgradeTerms): void {
  server.on("upgrade", (request: IncomingMessage, _stream, behind: Buffer) => {
    const { socket, rawHeaders } = request;
    if (answers.isAnswering(socket)) {
      // Two of Node's parsers do not know of each other's answers; from here on nothing is read.
      socket.on("error", () => {});
      return answers.closeBehind(socket);
    }
    // Node may have left out those that are too many, and one of them may say how long the body is.
    if (rawHeaders.length >= 2 * (server.maxHeadersCount ?? MOST_HEADERS)) return void socket.destroy();
    forgetNode(socket);
    plain.giveToNode(socket, Buffer.concat([Buffer.from(headWithout(request), "latin1"), behind]));
  });
}

/** Node adds these each time it takes the connection, and takes away the others alone. */
function forgetNode(socket: Socket): void {
  socket.removeAllListeners("pause");
  socket.removeAllListeners("resume");
}

const WISHES: ReadonlySet<string> = new Set(["upgrade", "http2-settings"]);

/** The head as it came, without the wish to change the protocol. */
function headWithout({ method = "", url = "", httpVersion, rawHeaders }: IncomingMessage): string {
  let head = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    const value = rawHeaders[index + 1] ?? "";
    const lower = name.toLowerCase();
    if (WISHES.has(lower)) continue;
    head += `${name}: ${lower === "connection" ? optionsIn(value) : value}\r\n`;
  }
  return `${head}\r\n`;
}

const optionsIn = (value: string): string =>
  value
    .split(",")
    .filter((option) => !WISHES.has(option.trim().toLowerCase()))
    .join(",");
