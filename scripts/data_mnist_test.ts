/** The command as it is run, against a server on loopback. */
import { deepEqual, equal, match } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { MIRRORS, MNIST } from "./data_mnist.ts";

const COMMAND = fileURLToPath(new URL("./data_mnist.ts", import.meta.url));
/** The real files, where this checkout lies beside them. */
const REAL = fileURLToPath(new URL("../../shared/data/mnist", import.meta.url));

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const config = fileURLToPath(new URL("../deno.json", import.meta.url));
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--config", config, COMMAND, ...args],
  });
  const { code, stdout, stderr } = await command.output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

async function withServer(
  handler: (request: Request) => Response | Promise<Response>,
  test: (mirror: string, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  try {
    await test(`http://127.0.0.1:${server.addr.port}`, `${folder}/mnist`);
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

Deno.test("data:mnist --help tells its options", async () => {
  const { code, out, err } = await run("--help");
  equal(code, 0);
  equal(err, "");
  for (const option of ["--out", "--mirror", "--json", "--verbose"]) match(out, new RegExp(option));
});

Deno.test("data:mnist ends with one line and code 1 when no mirror delivers", async () => {
  await withServer(() => new Response("gone", { status: 410 }), async (mirror, folder) => {
    const { code, out, err } = await run("--out", folder, "--mirror", mirror, "--json");
    equal(code, 1);
    match(
      err,
      /^error: Cannot download train-images-idx3-ubyte\.gz: http:[^\n]+: HTTP 410\. [^\n]+\n$/,
    );
    deepEqual(JSON.parse(out), { ok: false, error: err.slice("error: ".length, -1) });
    const verbose = await run("--out", folder, "--mirror", mirror, "--verbose");
    match(verbose.err, /\n +at /);
  });
});

Deno.test("data:mnist refuses options that it does not know", async () => {
  for (
    const args of [["--bogus"], ["extra"], ["--mirror", "ftp://x"], ["--mirror", "https://"], [
      "--out",
    ]]
  ) {
    const { code, err } = await run(...args);
    equal(code, 1, args.join(" "));
    match(err, /^error: [^\n]+\n$/);
  }
});

Deno.test("data:mnist has mirrors and the sizes that the IDX headers imply", () => {
  for (const mirror of MIRRORS) match(mirror, /^https:\/\/[^?#]+[^/]$/);
  deepEqual(MNIST.map(({ bytes }) => bytes), [
    16 + 60_000 * 784,
    8 + 60_000,
    16 + 10_000 * 784,
    8 + 10_000,
  ]);
});

const ignore = !exists(REAL);
Deno.test({
  name: `data:mnist downloads the real files, and keeps them${
    ignore ? " (left out: they are not beside this checkout)" : ""
  }`,
  ignore,
  fn: async () => {
    let asked = 0;
    const files = async (request: Request) => {
      asked++;
      const { pathname } = new URL(request.url);
      if (pathname.startsWith("/none/")) return new Response(null, { status: 404 });
      return new Response(await Deno.readFile(REAL + pathname));
    };
    await withServer(files, async (mirror, folder) => {
      const { code, out, err } = await run(
        ...["--out", folder, "--mirror", `${mirror}/none`, "--mirror", mirror, "--json"],
      );
      equal(code, 0, err);
      const last = JSON.parse(out.trimEnd().split("\n").at(-1)!);
      equal(last.ok, true);
      deepEqual(last.files, Object.fromEntries(MNIST.map(({ name }) => [`${name}.gz`, mirror])));
      equal(asked, 8);
      const before = asked;
      const again = await run("--out", folder, "--mirror", mirror, "--json");
      deepEqual([...new Set(Object.values(JSON.parse(again.out).files))], ["kept"]);
      equal(asked, before);
    });
  },
});
