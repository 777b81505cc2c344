import { useQueryClient } from "@tanstack/react-query";
import { Outlet } from "@tanstack/react-router";
import { useEffect } from "react";
import { live } from "../lib/live.ts";
import { useSession } from "../lib/session.ts";
import { Toasts } from "../ui/toast.tsx";
import { PageLoading } from "./page-loading.tsx";
import { PhoneBar } from "./phone-bar.tsx";
import { ShellKeys } from "./shell-keys.tsx";
import { Sidebar } from "./sidebar.tsx";
import { SignInPage } from "./sign-in-page.tsx";
import { TopBar } from "./top-bar.tsx";

/** What is around every page; without a session it is the sign-in page. */
export function Shell() {
  const session = useSession();
  if (session.data === undefined || session.error?.status === 401) {
    return session.isPending ? <PageLoading /> : <SignInPage />;
  }
  return <SignedIn />;
}

function SignedIn() {
  const client = useQueryClient();
  useEffect(() => live.start(client), [client]);
  return (
    <div className="flex h-dvh min-h-0">
      <a
        href="#page"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-raised focus:p-2 focus:shadow-pop"
      >
        To the page
      </a>
      <Sidebar />
      <div className="flex min-w-0 flex-1 flex-col">
        <TopBar />
        <main id="page" tabIndex={-1} className="min-h-0 flex-1 overflow-y-auto outline-none">
          <Outlet />
        </main>
        <PhoneBar />
      </div>
      <ShellKeys />
      <Toasts />
    </div>
  );
}
