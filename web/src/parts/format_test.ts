import assert from "node:assert/strict";
import {
  formatBytes,
  formatCoins,
  formatPrice,
  formatScore,
  formatSpan,
  roundUp,
  shortAddress,
} from "./format.ts";

Deno.test("formatCoins() cuts and never rounds up", () => {
  const cases: [bigint, string][] = [
    [0n, "0"],
    [1n, "<0.000001"],
    [10n ** 12n, "0.000001"],
    [21_000n * 10n ** 9n, "0.000021"],
    [1_999_999_999_999_999_999n, "1.999999"],
    [15n * 10n ** 17n, "1.5"],
    [1_234n * 10n ** 18n, "1,234"],
    [2n ** 96n, "79,228,162,514.264337"],
  ];
  for (const [wei, text] of cases) assert.equal(formatCoins(wei), text);
  assert.equal(formatCoins(10n ** 16n, { digits: 1 }), "<0.1");
});

Deno.test("formatPrice() is exact, and roundUp() never below the amount", () => {
  const cases: [bigint, string, string][] = [
    [0n, "0", "0"],
    [1n, "0.000000000000000001", "0.000001"],
    [10n ** 18n, "1", "1"],
    [15n * 10n ** 17n, "1.5", "1.5"],
    [10n ** 18n + 1n, "1.000000000000000001", "1.000001"],
    [1_999_999_999_999_999_999n, "1.999999999999999999", "2"],
    [123_456_000_000_000_000n, "0.123456", "0.123456"],
  ];
  for (const [wei, exact, up] of cases) {
    assert.deepEqual([formatPrice(wei), formatPrice(roundUp(wei))], [exact, up]);
  }
});

Deno.test("formatScore() shows all three digits", () => {
  assert.equal(formatScore(97345), "97.345 %");
  assert.equal(formatScore(100000), "100.000 %");
  assert.equal(formatScore(0), "0.000 %");
});

Deno.test("formatSpan() shows the two greatest units", () => {
  const cases: [number, string][] = [
    [-5, "0 s"],
    [0, "0 s"],
    [59.9, "59 s"],
    [60, "1 min"],
    [245, "4 min 5 s"],
    [3600, "1 h"],
    [3 * 3600 + 59, "3 h"],
    [2 * 86400 + 3 * 3600 + 59, "2 d 3 h"],
    [100 * 86400, "100 d"],
  ];
  for (const [seconds, text] of cases) assert.equal(formatSpan(seconds), text);
});

Deno.test("formatBytes() and shortAddress() keep to a few characters", () => {
  assert.deepEqual([812, 117_234, 1_048_576].map(formatBytes), ["812 B", "117.2 KB", "1.05 MB"]);
  assert.equal(shortAddress("0x5fbdb2315678afecb367f032d93f642f64180aa3"), "0x5fbd…0aa3");
});
