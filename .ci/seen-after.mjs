// Sets statuses at times that have nothing to do with the board's reads, and measures from each answer of the API until the
// board shows the status.
import { launch, pageOf, REGION, set } from './stack.mjs';

const [CHANGES, EACH_MS] = [150, 600];

const browser = await launch();
const page = await pageOf(browser, 'sample-editor');
await page.goto(`/web/board/${REGION}`);
const services = await page.locator('.app-status').evaluateAll((parts) => parts.map((part) => part.dataset.live));

// When each status was first shown: its end, to the second, tells it from those before.
await page.evaluate(() => {
  window.seen = {};
  const note = ({ dataset }) => { window.seen[`${dataset.live} ${dataset.until}`] ??= Date.now(); };
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) if (node.dataset?.live) note(node);
  }).observe(document.querySelector('main'), { childList: true, subtree: true });
});

const stored = [];
const begun = performance.now();
for (let change = 0; change < CHANGES; change += 1) {
  const service = services[change % services.length];
  const { resetDateTime } = await set(service, { status: 'RED', resetStatusIn: 60 + change });
  stored.push({ key: `${service} ${Date.parse(resetDateTime) / 1000}`, at: Date.now() });
  const next = begun + (change + Math.random()) * EACH_MS;
  await new Promise((resolve) => { setTimeout(resolve, Math.max(0, next - performance.now())); });
}
await page.waitForTimeout(12_000);
const seen = await page.evaluate(() => window.seen);
const seconds = stored.flatMap(({ key, at }) => (seen[key] ? [(seen[key] - at) / 1000] : [])).sort((a, b) => a - b);
const at = (share) => seconds[Math.ceil(share * seconds.length) - 1].toFixed(1);
console.log(`${services.length} services, ${seconds.length} of ${CHANGES} changes seen, after seconds:`);
console.log(`p50 ${at(0.5)}, p95 ${at(0.95)}, longest ${at(1)}`);
for (const service of services) await set(service, { status: 'GREEN' });
await browser.close();
