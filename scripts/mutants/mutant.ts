/** A fault to plant in the contracts: its description, and planting it. Pure functions. */

/** One fault. */
export interface Mutant {
  /** Name of its file. */
  name: string;
  /** What goes wrong, in a sentence. */
  fault: string;
  /** Number of the invariant that it breaks, 1 to 13. */
  invariant: number;
  /** Path of the source below the repository's root. */
  file: string;
  /** Whole lines of that source. */
  is: string;
  /** What stands there instead; empty if they are left out. */
  becomes: string;
}

const HEAD =
  /^# (?<fault>.+)\ninvariant: I(?<invariant>[1-9]|1[0-3])\nfile: (?<file>contracts\/[\w/]+\.sol)\n/;

/**
 * Reads a description: `# fault`, `invariant: I1` to `I13`, `file: path`, then the lines as they are, each after a `-`,
 * and the lines that they become, each after a `+`.
 *
 * @throws {SyntaxError} for anything else
 */
export function parseMutant(name: string, text: string): Mutant {
  const head = text.match(HEAD);
  const lines = text.slice(head?.[0].length).replace(/\n$/, "").split("\n");
  const order = lines.map((line) => line.charAt(0)).join("");
  if (head === null || !/^-+\+*$/.test(order)) {
    throw new SyntaxError(
      `${name}: expected "# fault", "invariant: I1".."I13", "file: contracts/...", lines with "-", then lines with "+"`,
    );
  }
  const { fault, invariant, file } = head.groups as Record<"fault" | "invariant" | "file", string>;
  function part(mark: string): string {
    return lines.filter((line) => line.startsWith(mark)).map((line) => `${line.slice(1)}\n`)
      .join("");
  }
  return { name, fault, invariant: Number(invariant), file, is: part("-"), becomes: part("+") };
}

/**
 * The source with the fault.
 *
 * @throws {RangeError} if its lines are not there exactly once, or the fault changes nothing
 */
export function plant({ name, file, is, becomes }: Mutant, source: string): string {
  const places: number[] = [];
  for (let at = source.indexOf(is); at >= 0; at = source.indexOf(is, at + 1)) {
    if (at === 0 || source[at - 1] === "\n") places.push(at);
  }
  const [place] = places;
  if (place === undefined || places.length > 1) {
    throw new RangeError(
      `${name}: expected its lines once in ${file}, found them ${places.length} times; bring it up to date`,
    );
  }
  if (is === becomes) throw new RangeError(`${name}: expected it to change ${file}`);
  return source.slice(0, place) + becomes + source.slice(place + is.length);
}
