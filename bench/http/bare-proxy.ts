import { createServer } from "node:http";
import { Pool } from "undici";

/** The least a Node proxy can do: `node:http` in front, undici behind, nothing in between. */
const upstream = new Pool(`http://127.0.0.1:${process.argv[2] ?? ""}`, { connections: 128 });

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    upstream.dispatch(
      {
        path: "/v1/chat/completions",
        method: "POST",
        headers: { "content-type": "application/json" },
        body: Buffer.concat(chunks),
      },
      {
        onRequestStart() {},
        onResponseStart(_controller, statusCode, headers) {
          const { "content-type": type, "content-length": length } = headers;
          const kept: Record<string, string> = {};
          if (typeof type === "string") kept["content-type"] = type;
          if (typeof length === "string") kept["content-length"] = length;
          response.writeHead(statusCode, kept);
        },
        onResponseData(_controller, chunk) {
          response.write(chunk);
        },
        onResponseEnd() {
          response.end();
        },
        onResponseError() {
          response.destroy();
        },
      },
    );
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object" && address !== null) process.send?.({ port: address.port });
});
