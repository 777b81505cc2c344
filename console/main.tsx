import "./ui/theme.css";
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError } from "./lib/api.ts";
import { takeSignInLink, SESSION_KEY } from "./lib/session.ts";
import { createConsoleRouter } from "./shell/console-router.tsx";

/** A fault that another try in a second could mend. */
const isPassing = (error: Error): boolean => error instanceof ApiError && (error.status === 0 || error.status >= 500);

const client = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, { queryKey }) => {
      // Signed out elsewhere, or the key was revoked: the session is looked at again, and the sign-in page appears.
      if (!(error instanceof ApiError) || error.status !== 401 || queryKey[0] === SESSION_KEY[0]) return;
      void client.invalidateQueries({ queryKey: SESSION_KEY });
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (failed, error) => failed < 2 && isPassing(error),
      refetchOnWindowFocus: true,
    },
  },
});

/** How long after it was loaded the page is not loaded once more for a file that is not there, ms. */
const RELOAD_MS = 30_000;

// After an update the server has other files: a page that was open asks for one that is gone.
addEventListener("vite:preloadError", () => {
  if (performance.now() > RELOAD_MS) location.reload();
});

// A sign-in link that is opened in the window of the console changes only what stands behind the `#`.
addEventListener("hashchange", () => {
  if (location.hash.startsWith("#signin=")) location.reload();
});

const root = document.querySelector("#root");
if (root === null) throw new Error("The page has no place for the console.");

await takeSignInLink(client);
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={createConsoleRouter()} />
    </QueryClientProvider>
  </StrictMode>,
);
