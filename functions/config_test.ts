import assert from "node:assert/strict";
import { fromHex } from "../core/protocol/codec.ts";
import { hiddenTexts, minerAddress, readConfig } from "./config.ts";

const KEY = `0x${"0".repeat(63)}1`;
const LEAST = {
  DEML_RPC: "https://node.example/v3/k3y, http://127.0.0.1:8545",
  DEML_CONTRACT: `0x${"Ab".repeat(20)}`,
  DEML_PRIVATE_KEY: KEY,
};

function read(changes: Record<string, string | undefined> = {}) {
  const variables: Record<string, string | undefined> = { ...LEAST, ...changes };
  return readConfig((name) => variables[name]);
}

Deno.test("three variables are enough", () => {
  const config = read();
  assert.deepEqual(config.rpc, ["https://node.example/v3/k3y", "http://127.0.0.1:8545"]);
  assert.equal(config.contract, `0x${"ab".repeat(20)}`);
  assert.deepEqual(config.secret, fromHex(`0x${"0".repeat(63)}1`, { length: 32 }));
  assert.equal(config.competitions, "all");
  assert.equal(config.maxBond, undefined);
  assert.equal(config.dryRun, false);
  assert.equal(config.cache, ".deml");
  assert.deepEqual(config.listen, { hostname: "127.0.0.1", port: 8000 });
  assert.ok(config.gateways.length >= 2 && config.relays.length >= 2);
});

for (const name of Object.keys(LEAST)) {
  Deno.test(`without ${name} it does not start, and says so`, () => {
    for (const value of [undefined, "", "  "]) {
      assert.throws(() => read({ [name]: value }), {
        name: "TypeError",
        message: new RegExp(`^${name} is not set`),
      });
    }
  });
}

Deno.test("every wrong value is refused with the name of its variable", () => {
  const wrong: Record<string, string[]> = {
    DEML_RPC: ["node.example", "ftp://node.example", "https://a, nonsense", ","],
    DEML_CONTRACT: ["0x12", "0x" + "zz".repeat(20), "0x" + "11".repeat(21)],
    DEML_PRIVATE_KEY: ["0x12", "q".repeat(64)],
    DEML_SECRET: ["short", "x".repeat(31)],
    DEML_GATEWAYS: ["ipfs.io"],
    DEML_RELAYS: ["drand"],
    DEML_COMPETITIONS: ["none", "1,x", "-1", "1.5", "1,,2"],
    DEML_PAYOUT: ["me", `0x${"0".repeat(40)}`],
    DEML_ENROLL: ["yes", "-1", "1e3", "0.1234567890123456789"],
    DEML_MAX_FEE_GWEI: ["high", "0.1234567891"],
    DEML_EVERY_MINUTES: ["0", "31", "2.5", "five"],
    DEML_DEADLINE_SECS: ["9", "86401"],
    DEML_BLOCK_SECS: ["-1", "61"],
    DEML_MAX_DATA_MB: ["0", "99999"],
    DEML_ISOLATION: ["on", "Process", "workers"],
    DEML_DRY_RUN: ["yes", "2"],
    DEML_LISTEN: ["here", "127.0.0.1", "127.0.0.1:70000", "a:b:80"],
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      assert.throws(() => read({ [name]: value }), {
        name: "RangeError",
        message: new RegExp(`^${name}: expected .*, got `),
      }, `${name}=${value}`);
    }
  }
});

Deno.test("no error shows a key, a secret or a node's address", () => {
  for (
    const [name, value] of [
      ["DEML_PRIVATE_KEY", "deadbeef".repeat(9)],
      ["DEML_SECRET", "hunter2"],
      ["DEML_RPC", "wss://node.example/k3y"],
    ] as const
  ) {
    assert.throws(() => read({ [name]: value }), ({ message }: Error) => {
      assert.ok(!message.includes(value.slice(0, 7)), message);
      return true;
    });
  }
});

Deno.test("values are read exactly", () => {
  const config = read({
    DEML_SECRET: " correct horse battery staple and more ",
    DEML_COMPETITIONS: "3, 1,3",
    DEML_PAYOUT: "0x" + "22".repeat(20),
    DEML_ENROLL: "0.25",
    DEML_MAX_FEE_GWEI: "1.5",
    DEML_EVERY_MINUTES: "10",
    DEML_DEADLINE_SECS: "45",
    DEML_BLOCK_SECS: "2",
    DEML_MAX_DATA_MB: "100",
    DEML_DRY_RUN: "1",
    DEML_CACHE: "off",
    DEML_LISTEN: ":9000",
  });
  assert.deepEqual(
    config.secret,
    new TextEncoder().encode("correct horse battery staple and more"),
  );
  assert.deepEqual(config.competitions, [3, 1]);
  assert.equal(config.payout, "0x" + "22".repeat(20));
  assert.equal(config.maxBond, 250_000_000_000_000_000n);
  assert.equal(config.maxFeePerGas, 1_500_000_000n);
  assert.deepEqual([config.everyMinutes, config.deadlineSecs, config.blockSecs], [10, 45, 2]);
  assert.equal(config.maxDataBytes, 100 * 2 ** 20);
  assert.equal(config.dryRun, true);
  assert.equal(config.cache, undefined);
  assert.deepEqual(config.listen, { hostname: "0.0.0.0", port: 9000 });
  assert.equal(read({ DEML_ENROLL: "off" }).maxBond, undefined);
  assert.equal(read({ DEML_ENROLL: "0" }).maxBond, 0n);
  assert.deepEqual(read({ DEML_LISTEN: "[::1]:80" }).listen, { hostname: "::1", port: 80 });
});

Deno.test("on Deno Deploy only production works by cron, and nothing is kept in a folder", () => {
  assert.equal(read().timeline, "local");
  const deploy = { DENO_DEPLOY: "1" };
  assert.equal(read({ ...deploy, DENO_TIMELINE: "production" }).timeline, "production");
  assert.equal(read({ ...deploy, DENO_TIMELINE: "git-branch/main" }).timeline, "preview");
  assert.equal(read(deploy).timeline, "preview");
  assert.equal(read(deploy).cache, undefined);
});

Deno.test("models are isolated as well as the platform allows, unless a level is asked for", () => {
  assert.equal(read().isolation, "auto");
  for (const level of ["auto", "process", "worker", "none"]) {
    assert.equal(read({ DEML_ISOLATION: level }).isolation, level);
  }
});

Deno.test("the address follows from the key", () => {
  // The address of private key 1, known to every client.
  assert.equal(minerAddress(read()), "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf");
});

Deno.test("what must be hidden: keys, the secret and nodes' addresses that may hold a key", () => {
  const hidden = hiddenTexts(read({
    DEML_SECRET: "correct horse battery staple and more",
    DEML_GATEWAYS: "https://gate.example/k3y,https://ipfs.example",
    DEML_RELAYS: "https://user:k3y@relay.example",
  }));
  assert.deepEqual(hidden, [
    KEY,
    KEY.slice(2),
    "correct horse battery staple and more",
    "https://node.example/v3/k3y",
    "https://gate.example/k3y",
    "https://user:k3y@relay.example",
  ]);
});
