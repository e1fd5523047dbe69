// Without colours every status still has its name and its shape. The tests read the pixels of greyscale pictures.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { background, contrast, pixels } from './pixels.mjs';
import { launch, pageOf, servicesOf, set } from './stack.mjs';

const { board, dentist, pharmacy, crisisTeam } = servicesOf('90000014');
let browser;
let decoder;
before(async () => {
  browser = await launch();
  decoder = await browser.newPage();
  await set(dentist, { status: 'RED', resetStatusIn: 60 });
  await set(pharmacy, { status: 'AMBER', resetStatusIn: 20 });
  await set(crisisTeam, { status: 'GREEN' });
});
after(() => browser.close());

/** What is read on a page: the parts that say a status, or something important about it. */
const PARTS = '.app-status__word, .app-chip, .app-tag, .app-set__button, .app-radios label';
const [TEXT, SHAPE] = [4.5, 3];

/** The visible texts of these parts, each with its place in a picture of the whole page. */
const texts = (page) => page.locator(PARTS).evaluateAll((parts) => parts.flatMap((part, index) => {
  if (!part.checkVisibility({ visibilityProperty: true })) return [];
  const found = [];
  const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(text);
    const { x, y, width, height } = range.getBoundingClientRect();
    if (!text.data.trim() || width <= 1) continue;
    const place = { x: Math.round(x + scrollX), y: Math.round(y + scrollY), width: Math.round(width), height: Math.round(height) };
    found.push({ index, part: part.className, text: text.data.trim(), place });
  }
  return found;
}));

/** Takes a greyscale picture of the whole page and reads the texts in it. */
async function readGreyscale(page) {
  const chromium = await page.context().newCDPSession(page);
  await chromium.send('Emulation.setEmulatedVisionDeficiency', { type: 'achromatopsia' });
  const found = await texts(page);
  const picture = await page.screenshot({ fullPage: true });
  const colours = await pixels(decoder, picture, found.map(({ place }) => place));
  for (const one of colours.flat()) assert.ok(Math.max(...one) - Math.min(...one) <= 2, `${one} is not grey`);
  return found.map((one, index) => {
    const behind = background(colours[index]);
    const isInk = (limit) => colours[index].map((colour) => contrast(colour, behind) >= limit);
    return { ...one, isInk, isShape: /^[■▲●?]$/.test(one.text) };
  });
}

/** A letter covers some of its line, wherever it stands. */
function assertLegible({ text, part, isShape, isInk }) {
  const ink = isInk(isShape ? SHAPE : TEXT);
  const share = ink.filter(Boolean).length / ink.length;
  assert.ok(share > 0.05, `${text} in ${part}: ${(share * 100).toFixed(1)} % can be told from what is behind it`);
}

/** The shape in its own frame, as ten times ten fields that are full or empty. */
function outline({ isInk, place: { width } }) {
  const inked = isInk(SHAPE).flatMap((ink, index) => (ink ? [[index % width, Math.floor(index / width)]] : []));
  const range = (axis) => [Math.min(...inked.map((at) => at[axis])), Math.max(...inked.map((at) => at[axis])) + 1];
  const [[left, right], [top, bottom]] = [range(0), range(1)];
  const field = (value, from, to) => Math.floor(((value - from) / (to - from)) * 10);
  const full = new Set(inked.map(([x, y]) => `${field(x, left, right)},${field(y, top, bottom)}`));
  return Array.from({ length: 100 }, (_, index) => full.has(`${index % 10},${Math.floor(index / 10)}`));
}
const differences = (one, other) => one.filter((value, index) => value !== other[index]).length;

const NAMES = { '■': 'RED', '▲': 'AMBER', '●': 'GREEN', '?': 'Not known' };

const PAGES = {
  board: { path: board, statuses: ['AMBER', 'GREEN', 'RED'] },
  'my services': { user: 'sample-regional-lead', path: '/web/mine?name=Elm', statuses: ['AMBER', 'GREEN', 'RED'] },
  service: { user: 'sample-regional-lead', path: `/web/services/${dentist}`, statuses: ['RED'] },
  'old board': { path: board, age: 61_000, statuses: ['Not known'] },
};

for (const [name, { user = 'sample-reader', path, age, statuses }] of Object.entries(PAGES)) {
  test(`a greyscale picture of the ${name} names every status`, async () => {
    const page = await pageOf(browser, user);
    if (age) await page.route('**/*.js', (route) => route.abort());
    await page.goto(path);
    if (age) await page.evaluate((now) => document.getAnimations().forEach((one) => { one.currentTime = now; }), age);
    const read = await readGreyscale(page);
    for (const one of read) assertLegible(one);

    // The name stands next to its shape, once for each status.
    const words = read.filter(({ part }) => part === 'app-status__word');
    const shapes = words.filter(({ isShape }) => isShape);
    const named = shapes.map(({ index, text }) => [text, words.filter((word) => word.index === index)[1].text]);
    for (const [shape, word] of named) assert.equal(word, NAMES[shape]);
    assert.equal(named.length, await page.locator('.app-status').count());
    assert.deepEqual([...new Set(named.map(([, word]) => word))].sort(), statuses);
    await page.context().close();
  });
}

test('each status has a height of its own in a greyscale picture of the time in each status', async () => {
  const page = await pageOf(browser, 'sample-reader');
  await page.goto(`/web/services/${dentist}`);
  // A third of the time each: no status can be set in the past.
  const places = await page.locator('.app-time').first().evaluate((bar) => {
    const { top, left, width, height } = bar.getBoundingClientRect();
    return [...bar.querySelectorAll('rect')].map((part, index) => {
      part.setAttribute('x', `${index * 333}`);
      part.setAttribute('width', '333');
      return { x: Math.round(left + scrollX + (width * (index + 0.5)) / 3), y: Math.round(top + scrollY), width: 1,
        height: Math.round(height) };
    });
  });
  const chromium = await page.context().newCDPSession(page);
  await chromium.send('Emulation.setEmulatedVisionDeficiency', { type: 'achromatopsia' });
  const columns = await pixels(decoder, await page.screenshot({ fullPage: true }), places);
  const white = [255, 255, 255];
  const heights = columns.map((column) => column.length - column.findIndex((colour) => contrast(colour, white) >= SHAPE));
  const [red, amber, green] = heights;
  assert.ok(red >= amber + 10 && amber >= green + 10 && green >= 10, `${heights}`);
  await page.context().close();
});

test('each status has a shape of its own in a greyscale picture', async () => {
  const page = await pageOf(browser, 'sample-reader');
  await page.goto(board);
  const shapes = (await readGreyscale(page)).filter(({ part, isShape }) => isShape && part === 'app-status__word');
  const [[red], [amber], greens] = ['■', '▲', '●'].map((shape) => shapes.filter(({ text }) => text === shape).map(outline));
  for (const [one, other] of [[red, amber], [amber, greens[0]], [red, greens[0]]]) {
    assert.ok(differences(one, other) >= 10, `${differences(one, other)} of 100 fields differ`);
  }
  // Two that are the same look alike.
  assert.ok(greens.length > 1);
  for (const other of greens) assert.ok(differences(greens[0], other) < 10);
  await page.context().close();
});
