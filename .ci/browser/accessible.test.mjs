// Every page in every state, in every way of looking at it: axe finds nothing, nothing scrolls sideways, targets are large
// enough. Each is also drawn, if PICTURES names a folder.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import axe from 'axe-core';
import { launch, picture, servicesOf, soon } from './stack.mjs';
import { STATES, open, prepare } from './states.mjs';

const { dentist, pharmacy, emergency } = servicesOf('90000013');
let browser;
before(async () => {
  browser = await launch();
  await prepare();
});
after(() => browser.close());

const fontSizes = (chromium, standard) =>
  chromium.send('Page.setFontSizes', { fontSizes: { standard, fixed: Math.round(standard * 0.8) } });

/** Ways of looking at a page, in an order in which each begins where the last ends. */
const MODES = {
  320: (page) => page.setViewportSize({ width: 320, height: 568 }),
  1280: (page) => page.setViewportSize({ width: 1280, height: 800 }),
  'forced-colours': (page) => page.emulateMedia({ forcedColors: 'active' }),
  async 'large-text'(page, chromium) {
    await page.emulateMedia({ forcedColors: 'none' });
    await fontSizes(chromium, 32);
    assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize), '32px');
  },
  // A window of 1,280 px by 1,024 at 400 %
  async zoom(page, chromium) {
    await fontSizes(chromium, 16);
    await page.setViewportSize({ width: 1280, height: 1024 });
    await chromium.send('Emulation.setDeviceMetricsOverride',
      { width: 320, height: 256, deviceScaleFactor: 4, mobile: false });
    assert.deepEqual(await page.evaluate(() => [innerWidth, devicePixelRatio]), [320, 4]);
  },
};

/** Draws the page as it is looked at. Playwright's own pictures would set larger text and zoom back. */
async function draw(page, chromium, name, mode) {
  const isWindow = ['large-text', 'zoom'].includes(mode);
  const take = async () => Buffer.from((await chromium.send('Page.captureScreenshot')).data, 'base64');
  await picture(page, `${name}-${mode}`, isWindow ? take : undefined);
}

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
async function violations(page) {
  await page.evaluate(axe.source);
  const found = await page.evaluate((values) => globalThis.axe.run(document,
    { runOnly: { type: 'tag', values }, resultTypes: ['violations'] }), TAGS);
  assert.ok(found.passes.length > 5, 'axe has looked at nothing');
  return found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
}

async function assertNoSidewaysScroll(page, mode) {
  const [wide, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= width, `${mode}: ${wide} px wide in ${width}`);
}

/** Links in the middle of a sentence may be as high as their line (WCAG 2.2, 2.5.8). */
const smallTargets = (page) =>
  page.locator('a, button, input:not([type=hidden]), select, textarea, summary').evaluateAll((targets) =>
    targets.filter((target) => {
      const { width, height } = target.getBoundingClientRect();
      const { display, visibility } = getComputedStyle(target);
      const isInSentence = display === 'inline' && target.parentElement.textContent.trim() !== target.textContent.trim();
      const isShown = visibility === 'visible' && width > 1 && target.checkVisibility();
      return isShown && !isInSentence && (width < 43.9 || height < 43.9);
    }).map((target) => `${target.outerHTML} ${target.getBoundingClientRect().height}`));

/** The states, except those that exist only with scripts or only without. */
const states = (scripts) => Object.keys(STATES).filter((name) => [undefined, scripts].includes(STATES[name].scripts));

for (const name of states(true)) {
  test(`${name} is accessible in every way of looking at it`, async () => {
    const [page, chromium] = await open(browser, name);
    for (const [mode, change] of Object.entries(MODES)) {
      await change(page, chromium);
      await draw(page, chromium, name, mode);
      await assertNoSidewaysScroll(page, mode);
      const problems = { small: await smallTargets(page), violations: await violations(page) };
      assert.deepEqual({ mode, ...problems }, { mode, small: [], violations: [] });
    }
    await page.context().close();
  });
}

for (const name of states(false)) {
  test(`${name} is accessible and whole without scripts`, async () => {
    const [page, chromium] = await open(browser, name, { scripts: false, viewport: { width: 320, height: 568 } });
    assert.ok(await page.locator('main').isVisible());
    assert.ok(!await page.locator('#pause').isVisible());
    await picture(page, `${name}-without-scripts`);
    await assertNoSidewaysScroll(page, 'without scripts');
    assert.deepEqual(await smallTargets(page), []);
    // axe is a script. Those of the page do not run any more.
    await chromium.send('Emulation.setScriptExecutionDisabled', { value: false });
    // A page that reloads fails in axe, but people can stop it.
    const reloads = await page.getByRole('link', { name: 'Stop reloading' }).count() > 0;
    const allowed = reloads ? ['meta-refresh'] : [];
    assert.deepEqual((await violations(page)).map(([rule]) => rule), allowed);
    await page.context().close();
  });
}

test('every status is a word and a shape beside its colour', async () => {
  const [page] = await open(browser, 'board');
  const words = page.locator('.app-now .app-status__word');
  const texts = await words.allInnerTexts();
  assert.ok(texts.length > 5);
  for (const text of texts) assert.match(text, /^(■ RED Full|▲ AMBER Busy|● GREEN Normal)$/);
  assert.equal(new Set(texts).size, 3);
  // A GREEN that nobody has confirmed looks different without its colour too.
  const border = (service) => page.locator(`[data-live="${service}"] .app-now .app-status__word`)
    .evaluate((word) => getComputedStyle(word).borderTopStyle);
  assert.deepEqual([await border(dentist), await border(pharmacy)], ['solid', 'dashed']);
  await page.context().close();
});

test('on paper are statuses and their time, and no navigation', async () => {
  const [page] = await open(browser, 'board');
  await page.emulateMedia({ media: 'print' });
  await picture(page, 'board-print');
  assert.ok(await page.locator('#as-at').isVisible());
  assert.ok(await page.locator('.app-status__word').first().isVisible());
  for (const hidden of ['.app-header', '.app-footer', '#pause', '.nhsuk-breadcrumb', 'form']) {
    for (const part of await page.locator(hidden).all()) assert.ok(!await part.isVisible(), hidden);
  }
  const [colour, background] = await page.locator(`[data-live="${emergency}"] .app-now .app-status__word`).evaluate((word) =>
    [getComputedStyle(word).color, getComputedStyle(word).backgroundColor]);
  assert.deepEqual([colour, background], ['rgb(0, 0, 0)', 'rgba(0, 0, 0, 0)']);
  await page.context().close();
});

test('the focus is always to be seen, never below the bar that stays in sight', async () => {
  const [page] = await open(browser, 'mine-of-a-lead', { viewport: { width: 1280, height: 800 } });
  const bar = page.locator('.app-bar');
  for (let press = 0; press < 25; press += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const { activeElement } = document;
      const { top, bottom } = activeElement.getBoundingClientRect();
      const { outlineStyle, boxShadow } = getComputedStyle(activeElement);
      return { top, bottom, isMarked: outlineStyle !== 'none' || boxShadow !== 'none',
        isInMain: activeElement.closest('main') !== null, text: activeElement.outerHTML };
    });
    assert.ok(focused.isMarked, focused.text);
    if (focused.isInMain) {
      const box = await bar.boundingBox();
      assert.ok(focused.top >= box.y + box.height - 1 && focused.bottom <= 801, focused.text);
    }
  }
  await soon(async () => assert.ok((await bar.boundingBox()).y >= -1));
  await page.context().close();
});
