/** A real Chromium for the tests of the site. */
import { type BrowserContext, chromium, type Page } from "playwright-core";
import axe from "axe-core";

const EXECUTABLE = Deno.env.get("DEML_CHROMIUM") ?? "/usr/bin/chromium";
const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A browser with an empty profile of its own. */
export interface TestBrowser extends AsyncDisposable {
  context: BrowserContext;
  page: Page;
  /** Errors and warnings of the console, exceptions and refused policies since the last call. */
  takeTrouble(): string[];
}

/** Starts Chromium. @throws {Deno.errors.NotFound} if there is none: these tests are never skipped */
export async function openBrowser(): Promise<TestBrowser> {
  await requireChromium();
  const profile = await Deno.makeTempDir({ prefix: "deml-chromium-" });
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: EXECUTABLE,
    args: ARGS,
    viewport: { width: 1280, height: 800 },
    reducedMotion: "reduce",
  });
  const page = context.pages()[0] ?? await context.newPage();
  const trouble: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) trouble.push(message.text());
  });
  page.on("pageerror", (error) => trouble.push(String(error)));
  return {
    context,
    page,
    takeTrouble: () => trouble.splice(0),
    async [Symbol.asyncDispose]() {
      await context.close();
      await Deno.remove(profile, { recursive: true });
    },
  };
}

async function requireChromium(): Promise<void> {
  try {
    await Deno.stat(EXECUTABLE);
  } catch (cause) {
    throw new Deno.errors.NotFound(
      `The tests of the site need Chromium, and there is none at ${EXECUTABLE}: install it ` +
        `(Debian: apt install chromium), or set DEML_CHROMIUM to its path`,
      { cause },
    );
  }
}

/** What axe-core finds wrong with the page as it stands: one line for each element. */
export async function violations(page: Page): Promise<string[]> {
  // Through the debugger, which the page's policy does not bind.
  await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
    const { violations } = await axe.run(document);
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target}: ${failureSummary}`)
    );
  });
}

/** Cumulative layout shift so far (web.dev/articles/cls), without windows: everything counts. */
export function layoutShift(page: Page): Promise<number> {
  return page.evaluate(() =>
    new Promise<number>((resolve) => {
      let sum = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) sum += (entry as { value?: number }).value ?? 0;
      }).observe({ type: "layout-shift", buffered: true });
      setTimeout(() => resolve(sum), 300);
    })
  );
}
