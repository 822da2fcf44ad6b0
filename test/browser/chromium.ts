/**
 * A headless Chromium of the system, driven by playwright-core.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import type { PageCalls } from './page/calls.js';

const script = new URL('../../scripts/system-packages.mjs', import.meta.url).href;

/** The browser's path, or null where there is none. */
export const chromiumPath = ((await import(script)) as { findChromium(): string | null }).findChromium();

/** Nothing but the pages of the test: no updates, no sync, no QUIC. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A page of the test. */
export interface TestPage {
  /** Carries out a call of `page/calls.ts` in the page. */
  call<K extends keyof PageCalls>(
    name: K,
    argument: Parameters<PageCalls[K]>[0],
  ): Promise<Awaited<ReturnType<PageCalls[K]>>>;
  /** Loads the page anew. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

/** A running browser with a profile of its own. */
export interface Browser {
  /** The folder of its profile, which its processes name on their command lines. */
  readonly profile: string;
  /** A fresh page on an address; its errors outside of calls are told by {@link Browser.quiet}. */
  open(url: string): Promise<TestPage>;
  /** Throws what pages complained of so far. */
  quiet(): void;
  close(): Promise<void>;
}

function testPage(page: Page): TestPage {
  return {
    // The text of a function of the page: there, the calls are a global.
    call: (name, argument) =>
      page.evaluate(`pageCalls[${JSON.stringify(name)}](${JSON.stringify(argument)})`) as Promise<never>,
    reload: async () => {
      await page.reload();
    },
    close: () => page.close(),
  };
}

/** Why tests in a browser are skipped; false where there is one. */
export const noChromium =
  chromiumPath === null && 'no Chromium here; on Debian: apt-get install --no-install-recommends chromium';

/** Starts a browser on an empty profile. */
export async function startChromium(path: string): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'relent-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: path,
    headless: true,
    args: flags,
  });
  const complaints: string[] = [];
  return {
    profile,
    async open(url) {
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      await page.goto(url);
      return testPage(page);
    },
    quiet() {
      if (complaints.length > 0) throw new Error(`the page complained: ${complaints.join('; ')}`);
    },
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
