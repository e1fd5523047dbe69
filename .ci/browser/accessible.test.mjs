// Every page in every state: axe finds nothing, nothing scrolls sideways, targets are large enough, colour is not needed.
// Each is also drawn, if PICTURES names a folder.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import axe from 'axe-core';
import { REGION, api, endSession, launch, pageOf, picture, servicesOf, session, set, soon } from './stack.mjs';

const { board, dentist, pharmacy, emergency, urgentCare } = servicesOf('90000013');
const form = `/web/services/${emergency}?set=RED#set`;
let browser;
before(async () => {
  browser = await launch();
  await set(emergency, { status: 'RED', resetStatusIn: 60, reason: 'STAFFING', notes: 'Two hour wait' });
  await set(urgentCare, { status: 'AMBER', resetStatusIn: 20, reason: 'INFECTION_CONTROL' });
  await set(dentist, { status: 'GREEN' });
});
after(() => browser.close());

const goTo = (path) => (page) => page.goto(path);
const submit = (page) => Promise.all([page.waitForNavigation(), page.locator('.app-update__form button').click()]);

async function gotOld(page, seconds) {
  await page.clock.install();
  await page.goto(board);
  await page.clock.pauseAt(Date.now() + 1000);
  await page.locator('#pause').waitFor();
  await page.route(`${api}${board}`, (route) => route.abort());
  await page.clock.runFor(seconds * 1000);
  // axe needs time that passes.
  await page.clock.resume();
}

/** Each state: who is signed in, how it is reached, the status that it has, and its heading. */
const STATES = {
  'signed-out': { status: 200, open: goTo('/web') },
  start: { user: 'sample-reader', status: 200, open: goTo('/web') },
  mine: { user: 'sample-editor', status: 200, open: goTo('/web/mine') },
  'mine-of-a-lead': { user: 'sample-regional-lead', status: 200, open: goTo('/web/mine') },
  board: { user: 'sample-reader', status: 200, open: goTo(board) },
  region: { user: 'sample-reader', status: 200, open: goTo(`/web/board/${REGION}`) },
  filtered: { user: 'sample-reader', status: 200, open: goTo(`${board}?status=RED&status=AMBER`) },
  empty: { user: 'sample-reader', status: 200, open: goTo(`${board}?name=nothing-of-this-name`) },
  'wrong-filter': { user: 'sample-reader', status: 400, open: goTo(`${board}?status=BLUE`) },
  'service-of-a-reader': { user: 'sample-reader', status: 200, open: goTo(`/web/services/${emergency}`) },
  'service-of-an-editor': { user: 'sample-regional-lead', status: 200, open: goTo(form) },
  'validation-errors': {
    user: 'sample-regional-lead',
    status: 400,
    async open(page) {
      await page.goto(form);
      await page.locator('#notes').fill('x'.repeat(5000));
      return submit(page).then(([answer]) => answer);
    },
  },
  'somebody-was-first': {
    user: 'sample-regional-lead',
    status: 412,
    async open(page) {
      await page.goto(form);
      await set(emergency, { status: 'RED', resetStatusIn: 60, notes: `Bed ${Math.random()}` });
      return submit(page).then(([answer]) => answer);
    },
  },
  confirmation: {
    user: 'sample-regional-lead',
    status: 200,
    async open(page) {
      await page.goto(form);
      return submit(page).then(([answer]) => answer);
    },
  },
  'not-registered': { user: 'sample-unregistered', status: 403, open: goTo('/web/mine') },
  'access-has-ended': { user: 'sample-inactive', status: 403, open: goTo('/web/mine') },
  'no-such-service': { user: 'sample-reader', status: 404, open: goTo('/web/services/1') },
  'a-fault': {
    status: 500,
    async open(page) {
      await page.context().addCookies([await session('sample-reader', { expiresAt: 'unreadable' })]);
      return page.goto(board);
    },
  },
  old: { user: 'sample-reader', open: (page) => gotOld(page, 35) },
  'not-known': { user: 'sample-reader', open: (page) => gotOld(page, 65) },
  paused: {
    user: 'sample-reader',
    async open(page) {
      await page.goto(board);
      await page.getByRole('button', { name: 'Pause updates' }).click();
    },
  },
  'signed-out-meanwhile': {
    user: 'sample-reader',
    async open(page) {
      await page.clock.install();
      await page.goto(board);
      await endSession((await page.context().cookies())[0]);
      await page.clock.runFor(31_000);
      await page.getByText('You are signed out').waitFor();
    },
  },
  accessibility: { status: 200, open: goTo('/web/accessibility') },
};

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
async function assertNoViolation(page) {
  await page.evaluate(axe.source);
  const found = await page.evaluate((values) => globalThis.axe.run(document, { runOnly: { type: 'tag', values } }), TAGS);
  assert.ok(found.passes.length > 5, 'axe has looked at nothing');
  assert.deepEqual(found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]), []);
}

async function assertNoSidewaysScroll(page) {
  const [wide, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= width, `${wide} px wide in ${width}`);
}

/** Links in the middle of a sentence may be as high as their line (WCAG 2.2, 2.5.8). */
async function assertLargeTargets(page) {
  const small = await page.locator('a, button, input:not([type=hidden]), select, textarea, summary').evaluateAll((targets) =>
    targets.filter((target) => {
      const { width, height } = target.getBoundingClientRect();
      const { display, visibility } = getComputedStyle(target);
      const isInSentence = display === 'inline' && target.parentElement.textContent.trim() !== target.textContent.trim();
      const isShown = visibility === 'visible' && width > 1 && target.checkVisibility();
      return isShown && !isInSentence && (width < 43.9 || height < 43.9);
    }).map((target) => `${target.outerHTML} ${target.getBoundingClientRect().height}`));
  assert.deepEqual(small, []);
}

async function open(name, options) {
  const { user, status, open: openState } = STATES[name];
  const page = await pageOf(browser, user, options);
  const answer = await openState(page);
  if (status) assert.equal(answer.status(), status);
  assert.equal(await page.locator('h1').count(), 1);
  return page;
}

for (const name of Object.keys(STATES)) {
  test(`${name} is accessible`, async () => {
    for (const width of [320, 1280]) {
      const page = await open(name, { viewport: { width, height: width === 320 ? 568 : 800 }, hasTouch: width === 320 });
      await picture(page, `${name}-${width}`);
      await assertNoSidewaysScroll(page);
      await assertLargeTargets(page);
      await assertNoViolation(page);
      await page.context().close();
    }
  });
}

const MAIN = ['start', 'mine', 'board', 'service-of-an-editor', 'validation-errors'];

for (const name of MAIN) {
  test(`${name} stays readable with forced colours, larger text, zoom and without colour`, async () => {
    const page = await open(name, { viewport: { width: 1280, height: 1024 }, forcedColors: 'active' });
    await assertNoViolation(page);
    await picture(page, `${name}-forced-colours`);
    await page.emulateMedia({ forcedColors: 'none' });

    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Emulation.setEmulatedVisionDeficiency', { type: 'achromatopsia' });
    await picture(page, `${name}-greyscale`);
    await cdp.send('Emulation.setEmulatedVisionDeficiency', { type: 'none' });

    await cdp.send('Page.setFontSizes', { fontSizes: { standard: 32, fixed: 26 } });
    // A picture of the whole page would set the fonts back.
    await picture(page, `${name}-large-text`, {});
    await assertNoSidewaysScroll(page);
    await assertNoViolation(page);
    await page.setViewportSize({ width: 640, height: 800 });
    await assertNoSidewaysScroll(page);
    assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize), '32px');
    await cdp.send('Page.setFontSizes', { fontSizes: { standard: 16, fixed: 13 } });

    // 1,280 px by 1,024 at 400 %
    await page.setViewportSize({ width: 320, height: 256 });
    await picture(page, `${name}-zoom`);
    await assertNoSidewaysScroll(page);
    await page.context().close();
  });

  test(`${name} is whole without scripts`, async () => {
    const page = await open(name, { viewport: { width: 320, height: 568 }, javaScriptEnabled: false });
    assert.ok(await page.locator('main').isVisible());
    assert.ok(!await page.locator('#pause').isVisible());
    await picture(page, `${name}-without-scripts`);
    await page.context().close();
  });
}

test('every status is a word and a shape beside its colour', async () => {
  const page = await open('board', {});
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
  const page = await open('board', {});
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
  const page = await open('mine-of-a-lead', { viewport: { width: 1280, height: 800 } });
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
