import assert from "node:assert/strict";
import { ChainUnreachable, connect, RpcError } from "./rpc.ts";

interface Call {
  id: number;
  method: string;
  params: unknown[];
}

/** A node on a port of its own that answers as the test says. */
function serve(handler: (request: Request) => Response | Promise<Response>) {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    handler,
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** A node that answers each call with its method and parameters, and keeps what it was sent. */
function echo() {
  const bodies: (Call | Call[])[] = [];
  const answer = ({ id, method, params }: Call) => ({
    jsonrpc: "2.0",
    id,
    result: { method, params },
  });
  const node = serve(async (request) => {
    const body: Call | Call[] = await request.json();
    bodies.push(body);
    // In reverse: an answer's place in the batch means nothing.
    return Response.json(Array.isArray(body) ? body.toReversed().map(answer) : answer(body));
  });
  return Object.assign(node, { bodies });
}

/** A port on which nobody listens. */
function deadUrl(): string {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return `http://127.0.0.1:${port}/`;
}

function ask(provider: ReturnType<typeof connect>, method = "eth_chainId") {
  return provider.request({ method, params: [method] });
}

Deno.test("calls of the same microtask become one POST, and get their own answers", async () => {
  await using node = echo();
  const provider = connect([node.url]);
  const methods = ["a", "b", "c"];
  const answers = await Promise.all(methods.map((method) => ask(provider, method)));
  assert.deepEqual(answers, methods.map((method) => ({ method, params: [method] })));
  assert.equal(node.bodies.length, 1);
});

Deno.test("a call on its own is sent as an object, which every node understands", async () => {
  await using node = echo();
  await ask(connect([node.url]));
  assert.equal(Array.isArray(node.bodies[0]), false);
});

Deno.test("calls made later travel in a POST of their own", async () => {
  await using node = echo();
  const provider = connect([node.url]);
  await ask(provider);
  await ask(provider);
  assert.equal(node.bodies.length, 2);
});

Deno.test("more than 100 calls become several POSTs of at most 100", async () => {
  await using node = echo();
  const provider = connect([node.url]);
  const methods = Array.from({ length: 250 }, (_, i) => `m${i}`);
  const answers = await Promise.all(methods.map((method) => ask(provider, method)));
  assert.deepEqual(answers, methods.map((method) => ({ method, params: [method] })));
  const sizes = node.bodies.map((body) => Array.isArray(body) ? body.length : 1);
  assert.deepEqual(sizes.sort((a, b) => b - a), [100, 100, 50]);

  const narrow = connect([node.url], { maxBatch: 2 });
  await Promise.all(methods.slice(0, 3).map((method) => ask(narrow, method)));
  assert.equal(node.bodies.length, 5);
  for (const maxBatch of [0, -1, 1.5, NaN]) {
    assert.throws(() => connect([node.url], { maxBatch }), /maxBatch must be a whole number/);
  }
});

Deno.test("an error that the node answers rejects its call alone, with code and data", async () => {
  await using node = serve(async (request) => {
    const [first, second]: Call[] = await request.json();
    return Response.json([
      { id: first!.id, error: { code: 3, message: "execution reverted", data: "0x1234" } },
      { id: second!.id, result: "0x1" },
    ]);
  });
  const provider = connect([node.url]);
  const [first, second] = await Promise.allSettled([ask(provider), ask(provider)]);
  assert.ok(first.status === "rejected" && first.reason instanceof RpcError);
  assert.equal(first.reason.code, 3);
  assert.equal(first.reason.data, "0x1234");
  assert.equal(first.reason.message, "execution reverted");
  assert.deepEqual(second, { status: "fulfilled", value: "0x1" });
});

Deno.test("an error with HTTP status 400 or 500 is still the node's answer", async () => {
  for (const status of [400, 500]) {
    await using node = serve(async (request) => {
      const { id } = await request.json();
      return Response.json({ id, error: { code: 3, message: "no", data: "0x" } }, { status });
    });
    await assert.rejects(ask(connect([node.url])), { name: "RpcError", code: 3 });
  }
});

Deno.test("the next node is asked where one fails, and remembered", async () => {
  let busy = 0;
  await using first = serve(() => {
    busy++;
    return new Response("busy", { status: 503 });
  });
  await using second = echo();
  const provider = connect([first.url, second.url]);
  await ask(provider);
  await ask(provider);
  assert.equal(busy, 1);
  assert.equal(second.bodies.length, 2);
});

Deno.test("nodes are tried in a circle from the remembered one on", async () => {
  let up = true;
  await using first = echo();
  await using second = serve(async (request) => {
    if (!up) return new Response(null, { status: 502 });
    const { id } = await request.json();
    return Response.json({ id, result: "second" });
  });
  const provider = connect([deadUrl(), second.url, first.url]);
  assert.equal(await ask(provider), "second");
  up = false;
  await ask(provider);
  assert.equal(first.bodies.length, 1);
});

Deno.test("a node that limits requests is passed over while there is another", async () => {
  await using limited = serve(async (request) => {
    const { id } = await request.json();
    return Response.json({ id, error: { code: -32005, message: "limit exceeded" } });
  });
  await using other = echo();
  await ask(connect([limited.url, other.url]));
  assert.equal(other.bodies.length, 1);
  await assert.rejects(ask(connect([limited.url])), { name: "RpcError", code: -32005 });
});

Deno.test("a dead chain is one error that says what each node did, without paths and keys", async () => {
  await using busy = serve(() => new Response("busy", { status: 429 }));
  await using html = serve(() => new Response("<html>"));
  const dead = deadUrl();
  const keyed = (url: string) => url.replace("//", "//user:secret@") + "v3/secret?key=secret";
  const error: unknown = await ask(connect([dead, busy.url, html.url].map(keyed))).then(
    () => assert.fail("expected no answer"),
    (error) => error,
  );
  assert.ok(error instanceof ChainUnreachable);
  assert.equal(error.message.includes("secret"), false, error.message);
  assert.match(error.message, new RegExp(`${dead.slice(0, -1)} could not be reached; `));
  assert.match(error.message, /answered with HTTP status 429; /);
  assert.match(error.message, /gave no JSON-RPC answer/);
  assert.equal(error.message.includes("\n"), false);
});

Deno.test("all calls of a POST that no node answers are rejected", async () => {
  const provider = connect([deadUrl()]);
  const results = await Promise.allSettled([ask(provider), ask(provider)]);
  assert.ok(results.every(({ status }) => status === "rejected"));
});

Deno.test("a node that does not answer in time is given up, also in the middle of its answer", async () => {
  const hang = Promise.withResolvers<void>();
  const stuck = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode("[")),
    pull: () => hang.promise,
  });
  await using silent = serve(async () => {
    await hang.promise;
    return new Response(null);
  });
  await using slow = serve(() => new Response(stuck));
  const provider = connect([silent.url, slow.url], { timeoutMs: 50 });
  try {
    await assert.rejects(ask(provider), {
      name: "ChainUnreachable",
      message: /(.*did not answer within 0.05 s){2}/,
    });
  } finally {
    hang.resolve();
  }
});

Deno.test("an answer larger than allowed is not read on", async () => {
  let sent = 0;
  const endless = () =>
    new ReadableStream({
      pull(controller) {
        sent += 10_000;
        controller.enqueue(new Uint8Array(10_000).fill(0x20));
      },
    });
  await using node = serve(() => new Response(endless()));
  const provider = connect([node.url], { maxBytes: 100_000 });
  await assert.rejects(ask(provider), { message: /answered with more than 100000 bytes/ });
  assert.ok(sent < 20_000_000, `${sent} bytes were sent`);
});

Deno.test("answers that leave calls out, refuse the batch or are no objects are no answers", async () => {
  const wrong: ((calls: Call[]) => unknown)[] = [
    () => [],
    ([first]) => [{ id: first!.id, result: 1 }],
    ([first, second]) => [{ id: first!.id, result: 1 }, { id: second!.id }],
    ([first]) => [{ id: first!.id, result: 1 }, { id: "2", result: 1 }],
    ([first]) => [{ id: first!.id, result: 1 }, { id: 1e9, result: 1 }],
    () => [null, 7, "x", []],
    () => null,
  ];
  for (const answer of wrong) {
    await using node = serve(async (request) => Response.json(answer(await request.json())));
    const provider = connect([node.url]);
    await assert.rejects(Promise.all([ask(provider), ask(provider)]), {
      name: "ChainUnreachable",
      message: /gave no JSON-RPC answer \(.+\)/,
    });
  }
});

Deno.test("what a node says against a batch as a whole is passed on", async () => {
  const error = { code: -32600, message: "batch too large" };
  await using node = serve(() => Response.json({ id: null, error }));
  const provider = connect([node.url]);
  await assert.rejects(Promise.all([ask(provider), ask(provider)]), {
    name: "ChainUnreachable",
    message: /gave no JSON-RPC answer \(batch too large\)/,
  });
});

Deno.test("an error's message is cut, and strange errors still are errors", async () => {
  const errors = [{ code: 1, message: "x".repeat(10_000) }, { code: "a", message: 7 }, {}];
  for (const error of errors) {
    await using node = serve(async (request) => {
      const { id } = await request.json();
      return Response.json({ id, error });
    });
    const answer: unknown = await ask(connect([node.url])).catch((error) => error);
    assert.ok(answer instanceof RpcError);
    assert.ok(answer.message.length <= 500 && answer.message.length > 0);
    assert.equal(typeof answer.code, "number");
  }
});

Deno.test("the user part of a URL travels as a header", async () => {
  let authorization: string | null = null;
  await using node = serve(async (request) => {
    authorization = request.headers.get("authorization");
    const { id } = await request.json();
    return Response.json({ id, result: null });
  });
  await ask(connect([node.url.replace("//", "//me:p%40ss@")]));
  assert.equal(authorization, `Basic ${btoa("me:p@ss")}`);
});

Deno.test("parameters that JSON does not have are the caller's mistake, not the node's", async () => {
  const provider = connect([deadUrl()]);
  await assert.rejects(provider.request({ method: "x", params: [1n] }), { name: "TypeError" });
});

Deno.test("no URL, or one that is not HTTP(S), is refused without printing it", () => {
  assert.throws(() => connect([]), /expected at least one URL/);
  for (const url of ["", "secret", "ftp://secret/", "file:///secret", "ws://secret"]) {
    assert.throws(() => connect(["http://a", url]), {
      name: "TypeError",
      message: "chain node URL number 2 is not an http:// or https:// URL",
    });
  }
});

Deno.test("a process ends by itself, whether its chain is dead or not", async () => {
  const hang = Promise.withResolvers<Response>();
  await using silent = serve(() => hang.promise);
  await using node = echo();
  const urls = [deadUrl(), silent.url];
  const code = `
    import { connect } from ${JSON.stringify(new URL("./rpc.ts", import.meta.url).href)};
    const dead = connect(${JSON.stringify(urls)}, { timeoutMs: 100 });
    await dead.request({ method: "eth_chainId" }).catch((error) => console.log(error.message));
    const alive = connect(${JSON.stringify([node.url])}, { timeoutMs: 2 ** 31 - 1 });
    await alive.request({ method: "eth_chainId" });`;
  const child = new Deno.Command(Deno.execPath(), { args: ["eval", code], stderr: "null" });
  const { stdout, success } = await child.output();
  hang.resolve(new Response(null));
  assert.ok(success);
  assert.match(new TextDecoder().decode(stdout), /^no chain node answered: [^\n]+\n$/);
});
