/** Numbers and names as people read them. The page is in English, so the formats are too. */
import type { Hex } from "../../../core/protocol/types.ts";

const WEI_DIGITS = 18;
const INTEGER = new Intl.NumberFormat("en-US");
const UNITS = [["d", 86_400], ["h", 3_600], ["min", 60], ["s", 1]] as const;
const DATE = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

/** A whole number with separators: 16,777,216. */
export function formatInteger(value: number | bigint): string {
  return INTEGER.format(value);
}

/**
 * Wei as coins, cut (never rounded up) to the given number of digits after the point: "1.5", "0.000021".
 * What is above zero but too small to show is "<0.000001". For what somebody will pay, see {@linkcode formatPrice}.
 */
export function formatCoins(wei: bigint, { digits = 6 }: { digits?: number } = {}): string {
  const text = wei.toString().padStart(WEI_DIGITS + 1, "0");
  const whole = formatInteger(BigInt(text.slice(0, -WEI_DIGITS)));
  const rest = text.slice(-WEI_DIGITS).slice(0, digits).replace(/0+$/, "");
  if (wei > 0n && whole === "0" && rest === "") return `<0.${"1".padStart(digits, "0")}`;
  return rest === "" ? whole : `${whole}.${rest}`;
}

/** Wei as coins, exact: for what somebody pays, so that no less is shown. */
export function formatPrice(wei: bigint): string {
  return formatCoins(wei, { digits: WEI_DIGITS });
}

/** Wei rounded up to a number of coins with six digits after the point. */
export function roundUp(wei: bigint): bigint {
  const unit = 10n ** 12n;
  return (wei + unit - 1n) / unit * unit;
}

/** A score (percentage times 1,000) as "97.345 %". */
export function formatScore(score: number): string {
  return `${(score / 1000).toFixed(3)} %`;
}

/** Bytes in the unit that fits: "812 B", "117.2 KB" (1,000 bytes), "1.05 MB". */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} KB`;
  return `${(bytes / 1_000_000).toFixed(2)} MB`;
}

/** An address as "0x1234…abcd". */
export function shortAddress(address: Hex): string {
  return `${address.slice(0, 6)}…${address.slice(-4)}`;
}

/** A Unix second as date and time of the reader's time zone. */
export function formatTime(seconds: number): string {
  return DATE.format(new Date(seconds * 1000));
}

/** A span of seconds in its two greatest units: "2 d 3 h", "4 min 5 s", "0 s". */
export function formatSpan(seconds: number): string {
  let left = Math.max(0, Math.floor(seconds));
  const counts = UNITS.map(([unit, size]) => {
    const count = Math.floor(left / size);
    left %= size;
    return { unit, count };
  });
  const first = counts.findIndex(({ count }) => count > 0);
  if (first < 0) return "0 s";
  return counts.slice(first, first + 2)
    .filter(({ count }) => count > 0)
    .map(({ unit, count }) => `${count} ${unit}`)
    .join(" ");
}
