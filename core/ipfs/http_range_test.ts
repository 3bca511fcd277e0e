import { deepEqual, equal, throws } from "node:assert/strict";
import { matchesEtag, parseEntityBytes, parseRange } from "./http_range.ts";

Deno.test("parseRange() follows RFC 9110 section 14", () => {
  const cases: [string | null, ReturnType<typeof parseRange>][] = [
    [null, undefined],
    ["bytes=0-", { from: 0, to: 100 }],
    ["bytes=0-0", { from: 0, to: 1 }],
    ["bytes=10-19", { from: 10, to: 20 }],
    ["bytes=90-1000", { from: 90, to: 100 }],
    ["bytes=-1", { from: 99, to: 100 }],
    ["bytes=-1000", { from: 0, to: 100 }],
    ["bytes= 5 - 6 ", { from: 5, to: 7 }],
    ["bytes=100-", "unsatisfiable"],
    ["bytes=-0", "unsatisfiable"],
    ["bytes=99999999999999999999-", "unsatisfiable"],
    ["bytes=20-10", undefined],
    ["bytes=-", undefined],
    ["bytes=0-1,5-6", undefined],
    ["bytes=a-b", undefined],
    ["lines=0-1", undefined],
    ["", undefined],
  ];
  for (const [header, range] of cases) deepEqual(parseRange(header, 100), range, `${header}`);
  equal(parseRange("bytes=0-", 0), "unsatisfiable");
  equal(parseRange("bytes=-5", 0), "unsatisfiable");
});

Deno.test("parseEntityBytes() counts negative places from the end", () => {
  const cases: [string, number, number][] = [
    ["0:*", 0, 100],
    ["10:19", 10, 20],
    ["-10:*", 90, 100],
    ["-10:-1", 90, 100],
    ["0:-51", 0, 50],
    ["5:1000", 5, 100],
    ["-1000:*", 0, 100],
    ["200:*", 200, 100],
  ];
  for (const [text, from, to] of cases) deepEqual(parseEntityBytes(text, 100), { from, to }, text);
  for (const bad of ["", ":", "0", "0:", "*:5", "a:b", "0:1:2", "1.5:*", "9".repeat(30) + ":*"]) {
    throws(() => parseEntityBytes(bad, 100), SyntaxError, bad);
  }
});

Deno.test("matchesEtag() compares weakly, in lists, and takes a star for any", () => {
  equal(matchesEtag('"a"', '"a"'), true);
  equal(matchesEtag('W/"a"', '"a"'), true);
  equal(matchesEtag('"b", W/"a"', 'W/"a"'), true);
  equal(matchesEtag("*", '"a"'), true);
  equal(matchesEtag('"b"', '"a"'), false);
  equal(matchesEtag("", '"a"'), false);
  equal(matchesEtag(null, '"a"'), false);
});
