/**
 * A page of the console, where people reach it: `https://rollward.example.com/alerts?environment=production`. `null` where
 * the server does not know its address. `path` begins with a slash.
 */
export const consoleLink = (publicUrl: string | null, path: string, environment: string): string | null =>
  publicUrl === null ? null : `${publicUrl}${path}?environment=${encodeURIComponent(environment)}`;
