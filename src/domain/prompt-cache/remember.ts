/** Sets an entry as the latest; the one that was set longest ago makes room. */
export function remember<T>(
  map: Map<string, T>,
  key: string,
  { value, most }: { readonly value: T; readonly most: number },
): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}
