import { createServer } from "node:http";

/** What the sink has taken. */
export interface Taken {
  readonly requests: number;
  readonly bytes: number;
}

let requests = 0;
let bytes = 0;

/** Takes whatever is sent by OTLP and looks at none of it: the cheapest receiver. `GET /` tells what it has taken. */
const server = createServer((request, response) => {
  if (request.method === "GET") {
    response.end(JSON.stringify({ requests, bytes } satisfies Taken));
    return;
  }
  request.on("data", (chunk: Buffer) => (bytes += chunk.length));
  request.on("end", () => {
    requests += 1;
    // An empty message of protobuf: everything was taken.
    response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object" && address !== null) process.send?.({ port: address.port });
});
