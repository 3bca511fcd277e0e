/** Checks that every export of core/ and functions/ has a doc comment: `deno doc --lint` over all their files. */
import { sources } from "./lib/sources.ts";

const { code, stderr } = await new Deno.Command(Deno.execPath(), {
  args: ["doc", "--lint", ...await sources(["core", "functions"])],
  stdout: "null",
}).output();
if (code !== 0) await Deno.stderr.write(stderr);
Deno.exitCode = code;
