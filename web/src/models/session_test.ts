import assert from "node:assert/strict";
import { signal } from "@preact/signals";
import type { Wallet } from "../wallet/provider.ts";
import { createSession } from "./session.ts";

const CHAIN = {
  chainId: 31_337,
  chainName: "Test chain",
  currency: "ETH",
  rpcUrls: ["http://127.0.0.1:8545/"],
  explorer: undefined,
};
const ACCOUNT = `0x${"Ab".repeat(20)}`;
const OTHER = `0x${"cd".repeat(20)}`;

/** A wallet in a few variables. */
function createWallet(rdns = "org.fox") {
  const listeners = new Map<string, (value: unknown) => void>();
  const state = {
    accounts: [ACCOUNT] as unknown[],
    unlocked: false,
    chainId: 31_337,
    known: [31_337],
    asked: [] as string[],
    failure: undefined as unknown,
  };
  const wallet: Wallet = {
    uuid: rdns,
    name: "Fox",
    icon: undefined,
    rdns,
    provider: {
      on: (event, listener) => listeners.set(event, listener),
      removeListener: (event) => listeners.delete(event),
      async request({ method, params }) {
        await Promise.resolve();
        if (method === "eth_chainId") return `0x${state.chainId.toString(16)}`;
        if (method === "eth_accounts") return state.unlocked ? state.accounts : [];
        state.asked.push(method);
        if (state.failure !== undefined) throw state.failure;
        if (method === "eth_requestAccounts") return state.accounts;
        const id = Number((params as [{ chainId: string }])[0].chainId);
        if (method === "wallet_addEthereumChain") state.known.push(id);
        else if (!state.known.includes(id)) throw { code: 4902, message: "unknown chain" };
        else state.chainId = id;
        return null;
      },
    },
  };
  return { wallet, state, emit: (event: string, value: unknown) => listeners.get(event)?.(value) };
}

function createStorage(): Pick<Storage, "getItem" | "setItem" | "removeItem"> {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

function start(wallets: Wallet[], storage = createStorage()) {
  return createSession({ wallets: signal(wallets), chain: CHAIN, storage });
}

Deno.test("connect() asks the wallet and takes its account, in lower case", async () => {
  const { wallet } = createWallet();
  const session = start([wallet]);
  const connecting = session.connect(wallet);
  assert.equal(session.asking.value, wallet);
  await connecting;
  assert.equal(session.account.value, ACCOUNT.toLowerCase());
  assert.equal(session.onChain.value, true);
  assert.equal(session.asking.value, undefined);
});

Deno.test("connect() says what went wrong, and works afterwards", async () => {
  const { wallet, state } = createWallet();
  const session = start([wallet]);
  const cases: [unknown, RegExp][] = [
    [{ code: 4001, message: "x" }, /^You declined in the wallet\.$/],
    [{ code: -32002, message: "x" }, /request open already/],
    [new Error("boom"), /^Boom\.$/],
  ];
  for (const [failure, message] of cases) {
    state.failure = failure;
    await session.connect(wallet);
    assert.match(session.problem.value!, message);
    assert.equal(session.account.value, undefined);
  }
  state.failure = undefined;
  await session.connect(wallet);
  assert.equal(session.problem.value, undefined);
  assert.equal(session.account.value, ACCOUNT.toLowerCase());
});

Deno.test("connect() does not take what is no address", async () => {
  const { wallet, state } = createWallet();
  const session = start([wallet]);
  for (const accounts of [[], ["<script>"], [7]]) {
    state.accounts = accounts;
    await session.connect(wallet);
    assert.match(session.problem.value!, /gave no account/);
  }
});

Deno.test("connect() shows one request at a time", async () => {
  const { wallet, state } = createWallet();
  const session = start([wallet]);
  await Promise.all([session.connect(wallet), session.connect(wallet)]);
  assert.deepEqual(state.asked, ["eth_requestAccounts"]);
});

Deno.test("a wallet used before is taken up again without a question", async () => {
  const storage = createStorage();
  const { wallet, state } = createWallet();
  await start([wallet], storage).connect(wallet);
  Object.assign(state, { asked: [], unlocked: true });
  const wallets = signal<Wallet[]>([]);
  const session = createSession({ wallets, chain: CHAIN, storage });
  wallets.value = [createWallet("org.other").wallet, wallet];
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(session.account.value, ACCOUNT.toLowerCase());
  assert.deepEqual(state.asked, []);
});

Deno.test("a wallet that is locked, or was disconnected, stays alone", async () => {
  const storage = createStorage();
  const { wallet, state } = createWallet();
  const first = start([wallet], storage);
  await first.connect(wallet);
  const locked = start([wallet], storage);
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(locked.account.value, undefined);
  first.disconnect();
  state.unlocked = true;
  const forgotten = start([wallet], storage);
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(forgotten.account.value, undefined);
});

Deno.test("the session follows accountsChanged and chainChanged, until it is disconnected", async () => {
  const { wallet, emit } = createWallet();
  const session = start([wallet]);
  await session.connect(wallet);
  emit("accountsChanged", [OTHER]);
  assert.equal(session.account.value, OTHER);
  emit("chainChanged", "0x1");
  assert.equal(session.onChain.value, false);
  session.disconnect();
  assert.equal(session.onChain.value, true);
  emit("accountsChanged", [OTHER]);
  assert.equal(session.account.value, undefined);
});

Deno.test("accountsChanged without an account is a disconnection", async () => {
  const { wallet, emit } = createWallet();
  const session = start([wallet]);
  await session.connect(wallet);
  emit("accountsChanged", []);
  assert.equal(session.wallet.value, undefined);
});

Deno.test("switchChain() adds a chain that the wallet does not know", async () => {
  const { wallet, state } = createWallet();
  Object.assign(state, { chainId: 1, known: [1] });
  const session = start([wallet]);
  await session.connect(wallet);
  assert.equal(session.onChain.value, false);
  await session.switchChain();
  assert.equal(session.onChain.value, true);
  assert.deepEqual(state.asked.slice(1), [
    "wallet_switchEthereumChain",
    "wallet_addEthereumChain",
    "wallet_switchEthereumChain",
  ]);
});

Deno.test("the session works where storage is forbidden", async () => {
  const forbidden = () => {
    throw new DOMException("denied", "SecurityError");
  };
  const storage = { getItem: forbidden, setItem: forbidden, removeItem: forbidden };
  const { wallet } = createWallet();
  const session = start([wallet], storage);
  await session.connect(wallet);
  assert.equal(session.account.value, ACCOUNT.toLowerCase());
  session.disconnect();
});
