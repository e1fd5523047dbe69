// Measures when a telephone on a mobile network first shows something of a board of 200 services, and of a page after
// that: the median of nine runs. One line of JSON with addresses and cookies, from `cargo load --serve`, is the argument.
import { chromium } from 'playwright-core';

const RUNS = 9;
/** A mobile network: 150 ms, 1.6 and 0.75 Mbit/s. Chromium adds the 150 ms to each answer, but none for connecting. */
const NETWORK = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 0.75e6 / 8 };
const SLOWDOWN = 4;
const TARGET_MS = 1000;

const { cookie, board, mine } = JSON.parse(process.argv[2]);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  // Chromium's sandbox does not work for root in a container, and the pages are our own.
  args: ['--no-sandbox'],
});
try {
  const runs = [];
  for (let run = 0; run < RUNS; run += 1) runs.push(await measure());
  const of = (name) => runs.map((run) => run[name].paint).sort((one, other) => one - other);
  const pages = {
    first: 'board, empty cache',
    later: 'board, files in the cache',
    mine: 'my services, files in the cache',
  };
  for (const [name, what] of Object.entries(pages)) {
    const paints = of(name);
    const [median, bytes] = [paints[(RUNS - 1) / 2], runs[0][name].bytes];
    console.log(`${what}: ${median} ms (${paints[0]} to ${paints.at(-1)}), ${bytes} bytes`
      + ` (${median <= TARGET_MS ? 'met' : 'missed'}: ${TARGET_MS} ms)`);
  }
} finally {
  await browser.close();
}

/** A new browser, which has nothing in its cache, opens a board, the same again, and another page. */
async function measure() {
  const context = await browser.newContext({ viewport: { width: 360, height: 640 }, deviceScaleFactor: 2, isMobile: true });
  try {
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', NETWORK);
    await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN });
    let bytes = 0;
    session.on('Network.loadingFinished', (file) => { bytes += file.encodedDataLength; });
    const open = async ({ url, value }) => {
      // Chromium sends secure cookies to loopback addresses over http too, but stores them only for https.
      const { host } = new URL(url);
      const own = { name: cookie, value, url: `https://${host}/`, path: '/', secure: true, httpOnly: true };
      await session.send('Network.setCookie', own);
      bytes = 0;
      const answer = await page.goto(url, { waitUntil: 'load' });
      if (answer.status() !== 200) throw new Error(`${url}: ${answer.status()}`);
      const paint = await page.evaluate(() => new Promise((resolve) => {
        new PerformanceObserver((entries) => {
          const [contentful] = entries.getEntriesByName('first-contentful-paint');
          if (contentful) resolve(contentful.startTime);
        }).observe({ type: 'paint', buffered: true });
      }));
      return { paint: Math.round(paint), bytes };
    };
    return { first: await open(board), later: await open(board), mine: await open(mine) };
  } finally {
    await context.close();
  }
}
