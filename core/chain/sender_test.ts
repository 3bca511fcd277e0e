import assert from "node:assert/strict";
import type { Hex } from "../protocol/types.ts";
import { explainError } from "./errors.ts";
import { ChainUnreachable, type Provider, RpcError } from "./provider.ts";
import { estimateGas, MAX_GAS, Reverted, waitForReceipt, walletSender } from "./sender.ts";
import { localSender } from "./signer.ts";
import { startChain, type TestChain } from "./testing/chain.ts";
import { TestCompetition } from "./testing/competition.ts";
import { serveChain } from "./testing/http.ts";
import { claimCall, postBeaconCall } from "./writes.ts";

const NOBODY: Hex = "0x00000000000000000000000000000000000000aa";
const KEY: Hex = `0x${"42".repeat(32)}`;
const ETHER = 10n ** 18n;

/** A sender of its own key, with 10 ETH. */
async function funded(chain: TestChain, options: { maxFeePerGas?: bigint } = {}) {
  const sender = localSender(chain.provider, { privateKey: KEY, chainId: 31_337, ...options });
  const params = [sender.address, `0x${(10n * ETHER).toString(16)}`];
  await chain.provider.request({ method: "hardhat_setBalance", params });
  return sender;
}

/** A node that keeps what it was asked. */
function watched(provider: Provider) {
  const methods: string[] = [];
  return {
    methods,
    request(call: { method: string; params?: readonly unknown[] }) {
      methods.push(call.method);
      return provider.request(call);
    },
  };
}

async function balance({ provider }: TestChain, who: Hex): Promise<bigint> {
  const params = [who, "latest"];
  return BigInt(await provider.request({ method: "eth_getBalance", params }) as string);
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(() => assert.fail("expected an error"), (error) => error);
}

Deno.test("localSender() sends what it signs, and the receipt tells its block and cost", async () => {
  await using chain = await startChain();
  const sender = await funded(chain);
  const hash = await sender.send({ to: NOBODY, data: "0x", value: ETHER });
  const receipt = await waitForReceipt(chain.provider, hash);
  assert.equal(await balance(chain, NOBODY), ETHER);
  const cost = BigInt(receipt.gasUsed) * receipt.gasPrice;
  assert.equal(await balance(chain, sender.address), 9n * ETHER - cost);
  assert.deepEqual({ hash: receipt.hash, gasUsed: receipt.gasUsed, created: receipt.created }, {
    hash,
    gasUsed: 21_000,
    created: undefined,
  });
  assert.equal(sender.address, sender.address.toLowerCase());
});

Deno.test("localSender() sends calls made together one after the other, and a failed one burns no nonce", async () => {
  await using chain = await startChain();
  const sender = await funded(chain);
  const good = { to: NOBODY, data: "0x", value: 1n } as const;
  const bad = claimCall(chain.contract, { id: 0, who: NOBODY });
  const results = await Promise.allSettled(
    [good, bad, good, bad, good].map((call) => sender.send(call)),
  );
  assert.deepEqual(results.map(({ status }) => status === "fulfilled"), [
    true,
    false,
    true,
    false,
    true,
  ]);
  for (const result of results) {
    if (result.status === "fulfilled") await waitForReceipt(chain.provider, result.value);
  }
  assert.equal(await balance(chain, NOBODY), 3n);
});

Deno.test("localSender() asks for all it needs in one HTTP request, and sends in another", async () => {
  await using chain = await startChain();
  await using served = serveChain(chain.provider);
  await funded(chain);
  const sender = localSender(served.connect(), { privateKey: KEY, chainId: 31_337 });
  await sender.send({ to: NOBODY, data: "0x", value: 1n });
  assert.deepEqual(served.posts.map(({ length }) => length), [5, 1]);
});

Deno.test("a call that would revert is not sent, and its error is the contract's", async () => {
  await using chain = await startChain();
  const provider = watched(chain.provider);
  await funded(chain);
  const [from] = chain.accounts as [Hex];
  const senders = [
    localSender(provider, { privateKey: KEY, chainId: 31_337 }),
    walletSender(provider, from),
  ];
  for (const sender of senders) {
    const error = await rejection(sender.send(claimCall(chain.contract, { id: 3, who: NOBODY })));
    assert.deepEqual(explainError(error), {
      name: "DeML_NoCompetition",
      args: { id: 3n, count: 0n },
      kind: "contract",
      message: "there is no competition 3: there are 0, counted from 0",
    });
  }
  assert.ok(provider.methods.every((method) => !method.startsWith("eth_send")));
});

Deno.test("localSender() pays no more for gas than its ceiling", async () => {
  await using chain = await startChain();
  const request = (method: string, ...params: unknown[]) =>
    chain.provider.request({ method, params });
  const call = { to: NOBODY, data: "0x", value: 1n } as const;
  await request("hardhat_setNextBlockBaseFeePerGas", "0x3b9aca00");
  await request("evm_mine");
  const low = await funded(chain, { maxFeePerGas: 10n ** 8n });
  await assert.rejects(low.send(call), {
    name: "RangeError",
    message: /the chain asks for \d+ wei for each gas, but at most 100000000 may be paid/,
  });
  const ceiling = 10n ** 9n + 1n;
  const high = await funded(chain, { maxFeePerGas: ceiling });
  const { gasPrice } = await waitForReceipt(chain.provider, await high.send(call));
  assert.ok(gasPrice <= ceiling, `${gasPrice}`);

  // A ceiling below the usual tip.
  await request("hardhat_setNextBlockBaseFeePerGas", "0x3e8");
  await request("evm_mine");
  const mean = await funded(chain, { maxFeePerGas: 5_000n });
  assert.ok((await waitForReceipt(chain.provider, await mean.send(call))).gasPrice <= 5_000n);
});

Deno.test("localSender() offers all of its ceiling, as far as the balance can guarantee it", async () => {
  await using chain = await startChain();
  const request = (method: string, ...params: unknown[]) =>
    chain.provider.request({ method, params });
  await request("evm_setAutomine", false);
  const gas = 21_000;
  const ceiling = 500n * 10n ** 9n;
  for (
    const [wei, expected] of [
      [ETHER, ceiling],
      [BigInt(gas) * 10n ** 11n + 1n, 10n ** 11n], // Not for the ceiling, but for more than twice the base fee.
    ] as const
  ) {
    const sender = await funded(chain, { maxFeePerGas: ceiling });
    await request("hardhat_setBalance", sender.address, `0x${wei.toString(16)}`);
    const hash = await sender.send({ to: NOBODY, data: "0x", value: 1n }, { gas });
    const sent = await request("eth_getTransactionByHash", hash) as Record<string, string>;
    assert.equal(BigInt(sent.maxFeePerGas!), expected);
    await request("evm_mine");
  }
});

Deno.test("localSender() takes a node's word that it has the transaction already", async () => {
  await using chain = await startChain();
  await funded(chain);
  const send = (message: string) => {
    const node: Provider = {
      async request(call) {
        const answer = await chain.provider.request(call);
        if (call.method !== "eth_sendRawTransaction") return answer;
        throw new RpcError(message, { code: -32000 });
      },
    };
    const sender = localSender(node, { privateKey: KEY, chainId: 31_337 });
    return sender.send({ to: NOBODY, data: "0x", value: 1n });
  };
  for (const message of ["already known", "ALREADY_EXISTS: already known", "Known transaction"]) {
    assert.equal((await waitForReceipt(chain.provider, await send(message))).gasUsed, 21_000);
  }
  await assert.rejects(send("nonce too low"), { name: "RpcError", message: "nonce too low" });
});

Deno.test("localSender() refuses a key that is none, without showing it", () => {
  for (const key of ["secret", "0x1234", `${KEY}00`, `0x${"zz".repeat(32)}`, "42".repeat(32)]) {
    const options = { privateKey: key as Hex, chainId: 1 };
    assert.throws(() => localSender({ request: () => Promise.resolve() }, options), {
      name: "TypeError",
      message: "expected a private key: 0x and 64 hexadecimal digits",
    });
  }
});

Deno.test("localSender() without money says so, and a chain of another id refuses its transactions", async () => {
  await using chain = await startChain();
  const call = { to: NOBODY, data: "0x", value: ETHER } as const;
  const poor = localSender(chain.provider, { privateKey: KEY, chainId: 31_337 });
  assert.equal(explainError(await rejection(poor.send(call))).kind, "funds");
  await funded(chain);
  const stranger = localSender(chain.provider, { privateKey: KEY, chainId: 1 });
  assert.match(explainError(await rejection(stranger.send(call))).message, /chain ?id/i);
});

Deno.test("localSender() works where a node suggests no priority fee", async () => {
  await using chain = await startChain();
  await funded(chain);
  const old: Provider = {
    request: (call) =>
      chain.provider.request(
        call.method === "eth_maxPriorityFeePerGas" ? { method: "eth_unheardOf" } : call,
      ),
  };
  const sender = localSender(old, { privateKey: KEY, chainId: 31_337 });
  const hash = await sender.send({ to: NOBODY, data: "0x", value: 1n });
  assert.equal((await waitForReceipt(chain.provider, hash)).gasUsed, 21_000);

  const gone: Provider = {
    request: (call) =>
      call.method === "eth_maxPriorityFeePerGas"
        ? Promise.reject(new ChainUnreachable("gone"))
        : chain.provider.request(call),
  };
  const stranded = localSender(gone, { privateKey: KEY, chainId: 31_337 });
  await assert.rejects(stranded.send({ to: NOBODY, data: "0x", value: 1n }), { message: "gone" });
});

Deno.test("walletSender() asks the wallet once, with the gas worked out or given", async () => {
  await using chain = await startChain();
  const [from] = chain.accounts as [Hex];
  const asked: unknown[] = [];
  const wallet: Provider = {
    request(call) {
      if (call.method === "eth_sendTransaction") asked.push(structuredClone(call.params));
      return chain.provider.request(call);
    },
  };
  const call = { to: NOBODY, data: "0x1234", value: 5n } as const;
  const hash = await walletSender(wallet, from).send(call);
  await waitForReceipt(chain.provider, hash);
  await walletSender(wallet, from).send(call, { gas: 50_000 });
  const gas = await estimateGas(chain.provider, { from, call });
  assert.deepEqual(asked, [
    [{ from, ...call, value: "0x5", gas: `0x${gas.toString(16)}` }],
    [{ from, ...call, value: "0x5", gas: "0xc350" }],
  ]);
  assert.equal(await balance(chain, NOBODY), 10n);
});

Deno.test("estimateGas() adds a fifth, and never goes over 2^24", async () => {
  const node = (estimate: number): Provider => ({
    request: () => Promise.resolve(`0x${estimate.toString(16)}`),
  });
  const call = { data: "0x" } as const;
  assert.equal(await estimateGas(node(100_001), { from: NOBODY, call }), 120_002);
  assert.equal(await estimateGas(node(MAX_GAS - 1), { from: NOBODY, call }), MAX_GAS);
  await assert.rejects(estimateGas(node(MAX_GAS + 1), { from: NOBODY, call }), {
    name: "RangeError",
    message: "the call needs 16777217 gas, but a transaction takes 16777216 at most",
  });
});

Deno.test("waitForReceipt() explains a transaction that failed in its block", async () => {
  await using chain = await startChain();
  await TestCompetition.open(chain, { id: 0, participants: 1, miners: 3 });
  const request = (method: string, ...params: unknown[]) =>
    chain.provider.request({ method, params });
  const [from] = chain.accounts as [Hex];
  // Sent without simulation, into a block that is made later, as by a wallet with a gas limit of its own.
  await request("evm_setAutomine", false);
  const call = claimCall(chain.contract, { id: 0, who: NOBODY });
  const hash = await walletSender(chain.provider, from).send(call, { gas: 200_000 });
  await request("evm_mine");
  const error = await rejection(waitForReceipt(chain.provider, hash));
  assert.ok(error instanceof Reverted);
  assert.equal(error.hash, hash);
  assert.match(error.message, /^transaction 0x[0-9a-f]{64} failed in block \d+$/);
  assert.equal(explainError(error).name, "DeML_WrongStatus");
});

Deno.test("waitForReceipt() says so where a failed transaction would succeed now", async () => {
  await using chain = await startChain();
  const request = (method: string, ...params: unknown[]) =>
    chain.provider.request({ method, params });
  const [from] = chain.accounts as [Hex];
  await request("evm_setAutomine", false);
  const { signature } = chain.beacon.sign(5);
  const call = postBeaconCall(chain.contract, { round: 5, signature });
  const bad = await walletSender(chain.provider, from).send(call, { gas: 300_000 });
  await request("evm_mine");
  // Whatever is there, a call of it works afterwards.
  await request("hardhat_setCode", chain.contract, "0x");
  const node: Provider = {
    request: ({ method, params = [] }) =>
      request(method, ...(method === "eth_call" ? [params[0], "latest"] : params)),
  };
  const error = await rejection(waitForReceipt(node, bad));
  assert.ok(error instanceof Reverted);
  assert.match(error.message, /would succeed now: it ran out of gas or was too early or late/);
});

Deno.test("waitForReceipt() gives up after its time, and waits until then", async () => {
  await using chain = await startChain();
  const request = (method: string, ...params: unknown[]) =>
    chain.provider.request({ method, params });
  const [from] = chain.accounts as [Hex];
  await request("evm_setAutomine", false);
  const sender = walletSender(chain.provider, from);
  const hash = await sender.send({ to: NOBODY, data: "0x", value: 1n });
  await assert.rejects(waitForReceipt(chain.provider, hash, { timeoutMs: 20, pollMs: 5 }), {
    message: `transaction ${hash} is in no block after 0.02 s; it may still get into one`,
  });
  const gone: Provider = { request: () => Promise.reject(new ChainUnreachable("gone")) };
  await assert.rejects(waitForReceipt(gone, hash, { timeoutMs: 20, pollMs: 5 }), {
    message: `transaction ${hash} is in no block after 0.02 s; it may still get into one`,
    cause: new ChainUnreachable("gone"),
  });
  let questions = 0;
  const node: Provider = {
    async request(call) {
      if (++questions < 3) throw new ChainUnreachable("gone"); // Comes back within the time.
      if (questions === 3) await request("evm_mine");
      return await chain.provider.request(call);
    },
  };
  assert.equal((await waitForReceipt(node, hash, { pollMs: 1 })).hash, hash);
});
