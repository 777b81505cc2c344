import type { Clock } from "../../ports/clock.ts";
import type { SignedPost } from "../../ports/signed-post.ts";
import type { JsonPoster } from "./post-json.ts";

/** What notifiers stand on. */
export interface NotifierGround {
  /** Where the secrets are. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Signs what goes to webhooks. */
  readonly post: SignedPost;
  readonly poster: JsonPoster;
  /** Certificate, in PEM, of who signed those of mail servers beside the usual ones. */
  readonly mailCa?: string;
}
