import { isIP } from "node:net";
import fastify from "fastify";
import type { FastifyInstance } from "fastify";
import { expect, it } from "vitest";
import { listen } from "./listen.ts";

it("gives Fastify one address for `localhost`: for the name it opens a server for each, and limits are those of one", async () => {
  const hosts: string[] = [];
  const app = {
    listen: ({ host }: { readonly host: string }) => {
      hosts.push(host);
      return Promise.resolve("");
    },
  };
  await listen(app as Pick<FastifyInstance, "listen">, { host: "localhost", port: 0 });
  expect(hosts.map(isIP)).toEqual([4]);
});

it("says so when the port is taken", async () => {
  const [first, second] = [fastify(), fastify()];
  try {
    const url = await first.listen({ host: "127.0.0.1", port: 0 });
    const port = Number(new URL(url).port);
    await expect(listen(second, { host: "127.0.0.1", port })).rejects.toMatchObject({ code: "port_in_use" });
  } finally {
    await first.close();
    await second.close();
  }
});
