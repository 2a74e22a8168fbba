// A headless Chromium out of an npm package: no download, no screen.
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';

/** Opens a browser; whoever opens it closes it. */
export async function openBrowser(): Promise<Browser> {
  // Not the package's own arguments: made for one page in a cloud function, they end the browser with its first page and
  // switch its web security off, which is part of what is tested.
  const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];
  return playwright.launch({ executablePath: await chromium.executablePath(), args, headless: true });
}
