import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { QueryClient, UseMutationResult, UseQueryResult } from "@tanstack/react-query";
import type { showConsoleSession } from "../../src/contract/console.ts";
import { callApi } from "./api.ts";
import type { Answer, ApiError } from "./api.ts";

/** Who is signed in, and with which server. */
export type Session = Answer<typeof showConsoleSession>;

/** Where the session is kept among the queries. */
export const SESSION_KEY = ["session"] as const;

/** Why a link of the address did not sign in; shown once. */
export const LINK_FAULT_KEY = ["sign-in link"] as const;

/** The session; fails with status 401 where nobody is signed in. */
export function useSession(): UseQueryResult<Session, ApiError> {
  return useQuery<Session, ApiError>({
    queryKey: SESSION_KEY,
    queryFn: async () => (await callApi({ path: "/api/console/session" })) as Session,
    staleTime: 60_000,
    // The page that is shown without a session looks at it too: asking again there would go round for ever.
    retryOnMount: false,
    retry: (failed, { status }) => (status === 0 || status >= 500) && failed < 20,
    retryDelay: 1_500,
  });
}

const signIn = async (body: { readonly key: string } | { readonly link: string }): Promise<Session> =>
  (await callApi({ method: "POST", path: "/api/console/sessions", body })) as Session;

/** Signs in with a key. */
export function useSignIn(): UseMutationResult<Session, ApiError, string> {
  const client = useQueryClient();
  return useMutation<Session, ApiError, string>({
    mutationFn: (key) => signIn({ key }),
    onSuccess: (session) => {
      // What somebody else has read in this window is not for whoever comes now.
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION_KEY[0] });
      client.setQueryData(SESSION_KEY, session);
    },
  });
}

/** Signs out; everything that was read is forgotten. */
export function useSignOut(): UseMutationResult<unknown, ApiError, void> {
  const client = useQueryClient();
  return useMutation<unknown, ApiError>({
    mutationFn: () => callApi({ method: "DELETE", path: "/api/console/session" }),
    onSettled: () => {
      client.clear();
      location.assign("/");
    },
  });
}

/** Signs in by the one-time link after the `#` of the address, which no server and no log sees, and takes it away. */
export async function takeSignInLink(client: QueryClient): Promise<void> {
  const link = /^#signin=([0-9a-f]{64})$/.exec(location.hash)?.[1];
  if (link === undefined) return;
  history.replaceState(null, "", `${location.pathname}${location.search}`);
  const present = await callApi({ path: "/api/console/session" }).then(
    (session) => session as Session,
    () => null,
  );
  // A link that somebody sent must not make a person act under another name without a word.
  if (present !== null && !confirm(`You are signed in as ${present.key.name}. Sign in by this link instead?`)) return;
  try {
    client.setQueryData(SESSION_KEY, await signIn({ link }));
  } catch (error) {
    client.setQueryData(LINK_FAULT_KEY, error);
  }
}
