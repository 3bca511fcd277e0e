import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { seededBytes } from "../../core/ipfs/testing.ts";
import { download, type RemoteFile, whyWrong } from "./download.ts";

/** Content that compresses a little, and the file that describes it. */
function content(
  seed: number,
  bytes = 400_000,
): { file: RemoteFile; plain: Uint8Array<ArrayBuffer> } {
  const plain = seededBytes(`download ${seed}`, bytes);
  plain.fill(seed, 0, bytes >> 1);
  const sha256 = createHash("sha256").update(plain).digest("hex");
  return { plain, file: { name: "test-idx3-ubyte", bytes, sha256 } };
}

type Handler = (request: Request) => Response | Promise<Response>;

interface Fixture {
  folder: string;
  /** Starts a server and returns its address; what it is asked lands in `asked`. */
  serve(handler: Handler): string;
  asked: { url: string; range: string | null }[];
  names(): Promise<string[]>;
}

async function withFixture(test: (fixture: Fixture) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const abort = new AbortController();
  const servers: Deno.HttpServer<Deno.NetAddr>[] = [];
  const asked: Fixture["asked"] = [];
  const serve = (handler: Handler) => {
    const server = Deno.serve({
      hostname: "127.0.0.1",
      port: 0,
      signal: abort.signal,
      onListen: () => {},
      // Without it, bodies that break on purpose are reported on the console.
      onError: () => new Response(null, { status: 500 }),
    }, (request) => {
      asked.push({ url: request.url, range: request.headers.get("range") });
      return handler(request);
    });
    servers.push(server);
    return `http://127.0.0.1:${server.addr.port}/mnist`;
  };
  const names = async () =>
    (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  try {
    await test({ folder, serve, asked, names });
  } finally {
    abort.abort();
    await Promise.all(servers.map((server) => server.finished));
    await Deno.remove(folder, { recursive: true });
  }
}

/** Answers as a file server does, ranges included. */
function ranged(bytes: Uint8Array<ArrayBuffer>): Handler {
  return (request) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.get("range") ?? "")?.[1] ?? NaN);
    if (Number.isNaN(from)) return new Response(bytes);
    if (from >= bytes.length) return new Response(null, { status: 416 });
    const headers = { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
    return new Response(bytes.subarray(from), { status: 206, headers });
  };
}

/** Breaks every answer off after `most` bytes. */
function breaking(inner: Handler, most: number): Handler {
  return async (request) => {
    const response = await inner(request);
    const bytes = await response.bytes();
    let sent = false;
    const stream = new ReadableStream({
      pull(controller) {
        if (sent) return controller.error(new Error("broken on purpose"));
        controller.enqueue(bytes.subarray(0, most));
        sent = true;
        if (bytes.length <= most) controller.close();
      },
    });
    return new Response(stream, { status: response.status, headers: response.headers });
  };
}

const zip = (plain: Uint8Array, level = 9) => new Uint8Array(gzipSync(plain, { level }));

Deno.test("download() fetches a file, whatever the compression, and keeps it the next time", async () => {
  for (const level of [0, 1, 9]) {
    await withFixture(async ({ folder, serve, asked, names }) => {
      const { file, plain } = content(level);
      const mirror = serve(ranged(zip(plain, level)));
      const progress: number[] = [];
      const options = {
        folder,
        mirrors: [mirror + "/"],
        onProgress: (bytes: number) => progress.push(bytes),
      };
      equal(await download(file, options), mirror + "/");
      deepEqual(await Deno.readFile(`${folder}/${file.name}.gz`), zip(plain, level));
      deepEqual(progress, progress.toSorted((a, b) => a - b));
      equal(progress.at(-1), zip(plain, level).length);
      equal(asked[0]!.url, `${mirror}/${file.name}.gz`);
      equal(await download(file, options), "kept");
      equal(asked.length, 1);
      deepEqual(await names(), [`${file.name}.gz`]);
    });
  }
});

Deno.test("download() goes on at once where a mirror broke off", async () => {
  await withFixture(async ({ folder, serve, asked }) => {
    const { file, plain } = content(1);
    const mirror = serve(breaking(ranged(zip(plain)), 80_000));
    await download(file, { folder, mirrors: [mirror] });
    equal(await whyWrong(`${folder}/${file.name}.gz`, file), undefined);
    deepEqual(asked.map(({ range }) => range), [null, "bytes=80000-", "bytes=160000-"]);
  });
});

Deno.test("download() goes on in the next run where the last one stopped", async () => {
  await withFixture(async ({ folder, serve, asked, names }) => {
    const { file, plain } = content(2);
    const good = ranged(zip(plain));
    let working = false;
    const mirror = serve((request) => {
      if (working || asked.length === 1) {
        return working ? good(request) : breaking(good, 90_000)(request);
      }
      return new Response(null, { status: 503 });
    });
    await rejects(download(file, { folder, mirrors: [mirror] }), /HTTP 503/);
    const [part] = await names();
    match(part!, /^test-idx3-ubyte\.gz\.[0-9a-f]{8}\.part$/);
    equal((await Deno.stat(`${folder}/${part}`)).size, 90_000);
    working = true;
    await download(file, { folder, mirrors: [mirror] });
    equal(asked.at(-1)!.range, "bytes=90000-");
    deepEqual(await names(), [`${file.name}.gz`]);
  });
});

Deno.test("download() starts anew where a mirror knows no ranges", async () => {
  await withFixture(async ({ folder, serve, asked }) => {
    const { file, plain } = content(3);
    const packed = zip(plain);
    const whole: Handler = () => new Response(packed);
    const mirror = serve((request) =>
      asked.length === 1 ? breaking(whole, 50_000)(request) : whole(request)
    );
    await download(file, { folder, mirrors: [mirror] });
    equal(asked.length, 2);
    equal(await whyWrong(`${folder}/${file.name}.gz`, file), undefined);
  });
});

Deno.test("download() leaves nothing of an old part behind a new start", async () => {
  await withFixture(async ({ folder, serve, asked, names }) => {
    const { file, plain } = content(8);
    let broken = true;
    const mirror = serve(() =>
      broken
        ? breaking(() => new Response(zip(plain)), 10)(new Request("http://x"))
        : new Response(zip(plain))
    );
    await rejects(download({ ...file, sha256: "0" }, { folder, mirrors: [mirror] }));
    const [part] = await names();
    await Deno.writeFile(`${folder}/${part}`, new Uint8Array(zip(plain).length + 999).fill(9));
    broken = false;
    asked.length = 0;
    await download(file, { folder, mirrors: [mirror] });
    equal(asked.length, 1);
    deepEqual(await Deno.readFile(`${folder}/${file.name}.gz`), zip(plain));
  });
});

Deno.test("download() starts anew when the old part does not fit, or is all and wrong", async () => {
  for (const junk of [5000, 1_000_000]) {
    await withFixture(async ({ folder, serve, asked, names }) => {
      const { file, plain } = content(4);
      const good = ranged(zip(plain));
      let broken = true;
      const mirror = serve((request) => broken ? breaking(good, 10)(request) : good(request));
      await rejects(download({ ...file, sha256: "0" }, { folder, mirrors: [mirror] }));
      const [part] = await names();
      await Deno.writeFile(`${folder}/${part}`, new Uint8Array(junk).fill(9));
      broken = false;
      asked.length = 0;
      await download(file, { folder, mirrors: [mirror] });
      deepEqual(asked.map(({ range }) => range), [`bytes=${junk}-`, null]);
    });
  }
});

Deno.test("download() passes dead, wrong, silent and flooding mirrors, and says what each did", async () => {
  await withFixture(async ({ folder, serve, names }) => {
    const { file, plain } = content(5);
    const good = serve(ranged(zip(plain)));
    const bomb = zip(new Uint8Array(50_000_000));
    const flood = () =>
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(1)),
      });
    const bad: [string, RegExp][] = [
      [serve(() => new Response("none", { status: 404 })), /HTTP 404/],
      [serve(() => new Response("<h1>Log in</h1>")), /wrong content: not gzip/],
      [
        serve(ranged(zip(content(6).plain))),
        /wrong content: 400000 bytes of sha256 [0-9a-f]{64} instead/,
      ],
      [serve(ranged(zip(plain).subarray(0, 100_000))), /wrong content/],
      [serve(ranged(bomb)), /wrong content: over 400000 bytes/],
      [serve(() => new Response(flood())), /over the \d+ bytes allowed/],
      [
        serve(() => new Response(flood(), { headers: { "content-length": "900000000" } })),
        /900000000 bytes, over/,
      ],
      [serve(() => new Promise(() => {})), /sent nothing for 300 ms/],
      [
        serve(() =>
          new Response(new ReadableStream({ start: (to) => to.enqueue(new Uint8Array(9)) }))
        ),
        /sent nothing/,
      ],
      [serve(() => new Response("x", { status: 206 })), /range none instead/],
    ];
    // Last, so that nobody of this test gets its port.
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    bad.unshift([`http://127.0.0.1:${listener.addr.port}`, /onnect|refused/]);
    listener.close();
    const mirrors = bad.map(([mirror]) => mirror);
    await rejects(download(file, { folder, mirrors, idleMs: 300 }), (error: unknown) => {
      ok(error instanceof Error && !error.message.includes("\n"));
      ok(error.message.startsWith("Cannot download test-idx3-ubyte.gz: "));
      for (const [mirror, what] of bad) {
        const said = error.message.split("; ").find((text) => text.includes(mirror));
        match(said ?? "nothing", what);
      }
      return true;
    });
    equal(await download(file, { folder, mirrors: [...mirrors, good], idleMs: 300 }), good);
    deepEqual(await names(), [`${file.name}.gz`], "parts of other mirrors are gone");
  });
});

Deno.test("download() replaces a file that is there but wrong", async () => {
  await withFixture(async ({ folder, serve }) => {
    const { file, plain } = content(7);
    const path = `${folder}/${file.name}.gz`;
    await Deno.writeFile(path, zip(plain).map((byte, i) => i === 100_000 ? byte ^ 1 : byte));
    const mirror = serve(ranged(zip(plain)));
    equal(await download(file, { folder, mirrors: [mirror] }), mirror);
    equal(await whyWrong(path, file), undefined);
  });
});
