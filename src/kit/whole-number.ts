/** The number in at most `mostDigits` (15 or fewer) decimal digits and nothing else; `null` for every other text. */
export function wholeNumberIn(text: string, mostDigits: number): number | null {
  if (text === "" || text.length > mostDigits) return null;
  let number = 0;
  for (let at = 0; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return null;
    number = number * 10 + digit;
  }
  return number;
}
