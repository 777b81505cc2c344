import type { Reply } from "../ports/reply.ts";

/** A reply as a plain object, to be spread where some of its methods are replaced: those of a class would be lost. */
export const boundReply = (reply: Reply): Reply => ({
  head: (status, headers) => reply.head(status, headers),
  write: (chunk) => reply.write(chunk),
  end: (chunk) => reply.end(chunk),
  destroy: () => reply.destroy(),
  onDrain: (resume) => reply.onDrain(resume),
  onAbandoned: (stop) => reply.onAbandoned(stop),
  behind: (run) => (reply.behind === undefined ? run() : reply.behind(run)),
});
