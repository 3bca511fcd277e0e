import assert from "node:assert/strict";
import {
  AbiCoder,
  BrowserProvider,
  type Eip1193Provider,
  Interface,
  type InterfaceAbi,
  JsonRpcProvider,
} from "ethers";
import { abi } from "../protocol/abi.ts";
import { seededRandom } from "../protocol/testing/random.ts";
import type { Hex } from "../protocol/types.ts";
import { type ChainError, explainError } from "./errors.ts";
import { ChainUnreachable, RpcError } from "./provider.ts";
import { estimateGas } from "./sender.ts";
import { startChain } from "./testing/chain.ts";
import { TestCompetition } from "./testing/competition.ts";
import { serveChain } from "./testing/http.ts";
import { claimCall } from "./writes.ts";

const ethersInterface = new Interface(abi as unknown as InterfaceAbi);
const NOBODY: Hex = "0x00000000000000000000000000000000000000aa";

function encode(name: string, args: unknown[]): string {
  return ethersInterface.encodeErrorResult(name, args);
}

function revert(data: unknown): ChainError {
  return explainError(new RpcError("execution reverted", { code: 3, data }));
}

Deno.test("every error of the contract is decoded as by ethers, and worded in one line", () => {
  const random = seededRandom(51);
  let count = 0;
  ethersInterface.forEachError(({ name, inputs }) => {
    const values = inputs.map(({ type }) =>
      type === "address"
        ? random.hex(20)
        : type === "uint8"
        ? BigInt(random.int(0, 2))
        : BigInt(random.hex(Number(type.slice(4)) / 8))
    );
    const error = revert(encode(name, values));
    assert.equal(error.kind, "contract");
    assert.equal(error.name, name);
    assert.deepEqual(
      error.args,
      Object.fromEntries(inputs.map((input, i) => [input.name, values[i]])),
    );
    assert.match(error.message, /^[a-z0-9].*[^.]$/, error.message);
    assert.doesNotMatch(error.message, /undefined|null|NaN|\[object|\n/, error.message);
    count++;
  });
  assert.ok(count > 50);
});

Deno.test("sentences name what is and what must be", () => {
  const cases: [string, unknown[], string][] = [
    [
      "DeML_TooLate",
      [1_795_531_484, 1_795_531_400],
      "too late: it is 2026-11-24 14:44:44 UTC, and this worked until 2026-11-24 14:43:20 UTC",
    ],
    [
      "DeML_TooEarly",
      [2n ** 200n, 60],
      `too early: it is second ${2n ** 200n}, and this works from 1970-01-01 00:01:00 UTC on`,
    ],
    [
      "DeML_WrongStatus",
      [2, 0],
      "the competition is cancelled, and this works only while it is open",
    ],
    ["DeML_WrongPayment", [5, 7], "the payment must be exactly 7 wei, not 5 wei"],
    ["DeML_QuorumOutOfRange", [300, 1, 256], "quorum must be from 1 to 256, not 300"],
    [
      "DeML_PricedSubmissionsOutOfRange",
      [0, 1, 10_000],
      "pricedSubmissions must be from 1 to 10000, not 0",
    ],
    [
      "DeML_SizeOutOfRange",
      [200_000, 1, 120_000],
      "a payload must have 1 to 120000 bytes here, not 200000",
    ],
    ["DeML_PayoutZero", [], "the payout address must not be zero"],
    ["DeML_BondTooLow", [1, 2], "the contract refused: BondTooLow(bond: 1, min: 2)"],
  ];
  for (const [name, args, message] of cases) {
    assert.equal(revert(encode(name, args)).message, message);
  }
});

Deno.test("the contract's error is found wherever clients hide its data", () => {
  const data = encode("DeML_RoundDecided", [7]);
  const wrapped: unknown[] = [
    { data },
    { code: 3, data },
    { data: { data } },
    { error: { data } },
    { error: { error: { data: { originalError: { data } } } } },
    { info: { error: { code: 3, data } } },
    { code: -32603, data: { message: "reverted", txHash: "0x12", data } },
    { code: -32603, message: "Internal JSON-RPC error.", data: { code: 3, data } },
    { data: `Reverted ${data}` },
    { data: data.toUpperCase().replace("0X", "0x") },
    new Error("x", { cause: new Error("y", { cause: { data } }) }),
    new RpcError("x", { code: 3, data }),
    { code: "CALL_EXCEPTION", data, transaction: { data: encode("DeML_PayoutZero", []) } },
  ];
  for (const error of wrapped) {
    const { name, args, kind } = explainError(error);
    assert.deepEqual({ name, args, kind }, {
      name: "DeML_RoundDecided",
      args: { roundId: 7n },
      kind: "contract",
    });
  }
});

Deno.test("what only looks like an error of the contract is none", () => {
  const data = encode("DeML_RoundDecided", [7]);
  for (const wrong of [data.slice(0, -2), `${data}00`, data.slice(0, 10), "0x", "0x12345678"]) {
    assert.equal(revert(wrong).name, undefined);
    assert.equal(revert(wrong).kind, "rpc");
  }
  const call = { code: "CALL_EXCEPTION", message: "no", transaction: { data } };
  assert.equal(explainError(call).name, undefined);
});

Deno.test("require strings and panics are worded", () => {
  const text = new Interface(["error Error(string)"]).encodeErrorResult("Error", ["not now"]);
  assert.deepEqual(revert(text), { kind: "contract", message: "the contract refused: not now" });
  const panic = new Interface(["error Panic(uint256)"]).encodeErrorResult("Panic", [0x11]);
  assert.deepEqual(revert(panic), {
    kind: "contract",
    message: "the contract failed with panic code 17",
  });
  const long = AbiCoder.defaultAbiCoder().encode(["uint256", "uint256"], [32, 10n ** 30n]);
  assert.equal(revert(`0x08c379a0${long.slice(2)}`).kind, "contract");
  assert.equal(revert("0x08c379a0").kind, "rpc");
  assert.equal(revert("0x4e487b7101").kind, "rpc");
  assert.equal(revert("0x4e487b710").kind, "rpc");
});

Deno.test("wallets' codes are worded, on whatever level they are", () => {
  const cases: [unknown, ChainError["kind"], RegExp][] = [
    [{ code: 4001, message: "User rejected the request." }, "rejected", /rejected in the wallet/],
    [{ code: 5750, message: "x" }, "rejected", /rejected in the wallet/],
    [{ code: "ACTION_REJECTED", info: { error: { code: 4001 } } }, "rejected", /rejected/],
    [{ code: -32603, data: { code: 4001, message: "x" } }, "rejected", /rejected/],
    [{ code: -32002, message: "pending" }, "rpc", /request open already/],
    [{ code: 4100 }, "rpc", /not allowed this site/],
    [{ code: 4900 }, "unreachable", /not connected to any chain/],
    [{ code: 4902 }, "rpc", /does not know this chain/],
    [{ code: "INSUFFICIENT_FUNDS", message: "x" }, "funds", /not enough money/],
  ];
  for (const [error, kind, message] of cases) {
    const explained = explainError(error);
    assert.equal(explained.kind, kind);
    assert.match(explained.message, message);
  }
  // The same number from a node means something else.
  const node = explainError(new RpcError("resource unavailable", { code: -32002 }));
  assert.deepEqual(node, { kind: "rpc", message: "resource unavailable" });
});

Deno.test("a dead chain and everything else keep their own words, in one line", () => {
  const dead = new ChainUnreachable("no chain node answered: http://a could not be reached");
  assert.deepEqual(explainError(new Error("x", { cause: dead })), {
    kind: "unreachable",
    message: dead.message,
  });
  assert.deepEqual(explainError(new RpcError("nonce too low", { code: -32000 })), {
    kind: "rpc",
    message: "nonce too low",
  });
  assert.deepEqual(explainError(new RangeError("first\nsecond")), {
    kind: "other",
    message: "first",
  });
  assert.deepEqual(explainError("text"), { kind: "other", message: "text" });
  let looks = 0;
  const circle = {
    message: "round and round",
    get error() {
      looks++;
      return circle;
    },
    get cause() {
      return circle;
    },
  };
  assert.deepEqual(explainError(circle), { kind: "other", message: "round and round" });
  assert.equal(looks, 1);
  for (const nothing of [undefined, null, 0, {}, [], Symbol("x")]) {
    const message = "an error without a message";
    assert.deepEqual(explainError(nothing), { kind: "other", message });
  }
});

Deno.test("errors of a real chain are explained: calls, estimates and transactions, through every client", async () => {
  await using chain = await startChain();
  const { contract, accounts } = chain;
  const { cast } = await TestCompetition.open(chain, { id: 0, participants: 1, miners: 3 });
  await using served = serveChain(chain.provider);
  const http = new JsonRpcProvider(served.url, undefined, { staticNetwork: true });
  const browser = new BrowserProvider(chain.provider as Eip1193Provider);
  const call = claimCall(contract, { id: 0, who: NOBODY });
  const from = accounts[0]!;
  const request = { ...call, from, value: "0x0" };
  const tries: [string, () => Promise<unknown>][] = [
    ["estimateGas in process", () => estimateGas(chain.provider, { from, call })],
    ["estimateGas over HTTP", () => estimateGas(served.connect(), { from, call })],
    [
      "eth_call",
      () => served.connect().request({ method: "eth_call", params: [request, "latest"] }),
    ],
    ["transaction in process", () =>
      chain.provider.request({
        method: "eth_sendTransaction",
        params: [{ ...request, gas: "0x100000" }],
      })],
    ["transaction over HTTP", () =>
      served.connect().request({
        method: "eth_sendTransaction",
        params: [{ ...request, gas: "0x100000" }],
      })],
    ["ethers estimateGas", () => http.estimateGas({ ...call, from })],
    ["ethers call", () => http.call({ ...call, from })],
    ["ethers transaction", async () => {
      const signer = await browser.getSigner(from);
      await signer.sendTransaction(call);
    }],
  ];
  try {
    for (const [what, attempt] of tries) {
      const error: unknown = await attempt().then(() => assert.fail(what), (error) => error);
      const { name, args, kind } = explainError(error);
      assert.deepEqual({ name, args, kind }, {
        name: "DeML_WrongStatus",
        args: { actual: 0n, expected: 1n },
        kind: "contract",
      }, what);
    }
  } finally {
    http.destroy();
    browser.destroy();
  }
  assert.equal(cast.miners.length, 3);
});

Deno.test("an account without money is told so by a real chain", async () => {
  await using chain = await startChain();
  await using served = serveChain(chain.provider);
  const request = (method: string, ...params: unknown[]) =>
    served.connect().request({ method, params });
  await request("hardhat_impersonateAccount", NOBODY);
  const call = { from: NOBODY, to: chain.accounts[0], value: "0x16345785d8a0000" };
  const error: unknown = await request("eth_sendTransaction", call)
    .then(() => assert.fail("expected an error"), (error) => error);
  assert.deepEqual(explainError(error), {
    kind: "funds",
    message: "the account has not enough money for the payment and its gas",
  });
});
