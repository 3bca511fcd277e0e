/**
 * Refuses to go on where a browser has no cryptography.
 *
 * @throws {TypeError} saying what helps
 */
export function requireSecureContext(): void {
  if (globalThis.isSecureContext !== false) return;
  throw new TypeError("browsers seal on secure pages only: open this site through https");
}
