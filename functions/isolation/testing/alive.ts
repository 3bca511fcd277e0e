/** Whether processes still run. */
import process from "node:process";

/** Whether there is a process of this number, other than one that has ended and waits to be asked how. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false; // No such process.
  }
  if (Deno.build.os !== "linux") return true;
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => "gone) Z");
  return !/\) [ZX]/.test(stat);
}

/** Waits until it has ended. @throws {Error} after 10 s */
export async function ended(pid: number): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (!await isAlive(pid)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`process ${pid} still runs`);
}

/** Numbers of the processes that this one has started and that still run; on Linux only. */
export async function children(): Promise<number[]> {
  const numbers: number[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await Deno.readTextFile(`/proc/${name}/stat`).catch(() => "");
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (Number(parent) === Deno.pid && state !== "Z") numbers.push(Number(name));
  }
  return numbers.sort((a, b) => a - b);
}
