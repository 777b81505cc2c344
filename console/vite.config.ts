import { join } from "node:path";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Where `npm run dev:console` finds the server. */
const SERVER = process.env["ROLLWARD_URL"] ?? "http://127.0.0.1:4400";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss()],
  build: {
    outDir: join(import.meta.dirname, "dist/site"),
    emptyOutDir: true,
    target: "es2023",
    // Data addresses and inline code are what the content security policy forbids.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
    rolldownOptions: {
      output: {
        // What every page needs, in two files that stay the same when a page changes; not in fifty small ones.
        codeSplitting: {
          groups: [
            {
              name: "frame",
              test: /node_modules[\\/](react|react-dom|scheduler|@tanstack[\\/](react-query|query-core|react-router|router-core|history|store|react-store))/,
            },
            {
              name: "pieces",
              test: /console[\\/](lib|ui)[\\/](?!line-plot|code-editors)|node_modules[\\/](lucide-react|clsx)[\\/]/,
            },
          ],
        },
      },
    },
  },
  server: { port: 4401, strictPort: true, proxy: { "/api": SERVER, "/v1": SERVER } },
});
