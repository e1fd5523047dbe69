// When statuses change on a page, nothing moves but them: not the focus, not the order, not what stands below.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, openStill, pageOf, pass, readAgain, servicesOf, set } from './stack.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const { board: BOARD, dentist, pharmacy: PHARMACY, optician, crisisTeam, emergency: EMERGENCY, urgentCare: URGENT_CARE } =
  servicesOf('90000012');

async function board(path = BOARD) {
  const page = await pageOf(browser, 'sample-editor');
  await openStill(page, path);
  // All that a live region says, and where everything is
  await page.evaluate(() => {
    window.said = [];
    const region = document.getElementById('freshness');
    new MutationObserver(() => { if (region.textContent) window.said.push(region.textContent); })
      .observe(region, { childList: true, characterData: true, subtree: true });
  });
  return page;
}

const order = (page) => page.locator('[data-live]').evaluateAll((parts) => parts.map((part) => part.dataset.live));
const said = (page) => page.evaluate(() => window.said);
const places = (page) => page.locator('main a').evaluateAll((links) =>
  links.map((link) => [link.textContent, link.getBoundingClientRect().top]));

test('a changed status is announced once, politely, and neither focus nor order move', async () => {
  await set(EMERGENCY, { status: 'RED', resetStatusIn: 60 });
  const page = await board();
  const region = page.locator('#freshness');
  assert.deepEqual([await region.getAttribute('role'), await region.getAttribute('aria-live')], ['status', 'polite']);
  const link = page.locator(`a[href*="${URGENT_CARE}"]`).first();
  await link.focus();
  const [orderBefore, placesBefore] = [await order(page), await places(page)];
  await set(EMERGENCY, { status: 'AMBER', resetStatusIn: 60 });
  assert.deepEqual(await readAgain(page), ['200 changes']);
  assert.match(await page.locator(`[data-live="${EMERGENCY}"]`).innerText(), /AMBER/);
  assert.ok(await link.evaluate((element) => element === document.activeElement));
  assert.deepEqual(await order(page), orderBefore);
  assert.deepEqual(await places(page), placesBefore);
  assert.deepEqual(await readAgain(page), ['200 changes']);
  assert.equal(await region.textContent(), '');
  assert.deepEqual(await said(page), ['Emergency Department - Birch Care Northmoor is AMBER']);
  await page.context().close();
});

test('what has not changed is not touched', async () => {
  const page = await board();
  const pharmacy = await page.locator(`[data-live="${PHARMACY}"]`).elementHandle();
  await set(EMERGENCY, { status: 'RED', resetStatusIn: 60 });
  assert.deepEqual(await readAgain(page), ['200 changes']);
  assert.ok(await pharmacy.evaluate((part) => part.isConnected));
  await page.context().close();
});

/** What the list and its counts say, without ages. */
const content = (page) => page.locator('.app-counts, .app-row').evaluateAll((parts) =>
  parts.map((part) => part.innerText.replace(/just now|\d+ minutes? ago/, '')));

test('a board that is followed says what one that is opened now says', async () => {
  const services = [dentist, PHARMACY, optician, crisisTeam, EMERGENCY, URGENT_CARE];
  for (const service of services) await set(service, { status: 'GREEN' });
  const [whole, ofType] = [await board(), await board(`${BOARD}?type=13`)];
  assert.ok((await content(ofType)).length < (await content(whole)).length);
  const statuses = ['RED', 'AMBER', 'GREEN'];
  for (let step = 0; step < 6; step += 1) {
    for (const [at, service] of services.entries()) {
      if ((step + at) % 3) await set(service, { status: statuses[(step * at + step) % 3], resetStatusIn: 60 + step * at });
    }
    for (const [page, path] of [[whole, BOARD], [ofType, `${BOARD}?type=13`]]) {
      assert.deepEqual(await readAgain(page), ['200 changes']);
      const opened = await board(path);
      assert.deepEqual(await content(page), await content(opened));
      await opened.context().close();
    }
  }
  for (const service of services) await set(service, { status: 'GREEN' });
  await Promise.all([whole, ofType].map((page) => page.context().close()));
});

test('a board of some statuses says that its list has changed when another service gets one of them', async () => {
  await set(EMERGENCY, { status: 'RED', resetStatusIn: 60 });
  await set(URGENT_CARE, { status: 'GREEN' });
  const path = `${BOARD}?status=RED`;
  const page = await board(path);
  assert.deepEqual(await readAgain(page), ['200 changes', `200 ${BOARD.split('/').pop()}`]);
  await set(URGENT_CARE, { status: 'RED', resetStatusIn: 60 });
  await readAgain(page);
  assert.equal(await page.locator('#freshness').innerText(), 'The list has changed');
  await set(URGENT_CARE, { status: 'GREEN' });
  await page.context().close();
});

test('of many changes three are named', async () => {
  const services = [dentist, PHARMACY, optician, crisisTeam, EMERGENCY];
  for (const service of services) await set(service, { status: 'GREEN' });
  const page = await board();
  for (const service of services) await set(service, { status: 'AMBER', resetStatusIn: 60 });
  await readAgain(page);
  const [text, ...others] = await said(page);
  assert.match(text, /^(?:[^,]+ is AMBER, ){2}[^,]+ is AMBER and 2 more$/);
  assert.deepEqual(others, []);
  for (const service of services) await set(service, { status: 'GREEN' });
  await page.context().close();
});

/** The board that is read again, with an answer that is changed in this way. */
async function boardThatBecomes(change) {
  const page = await board();
  await page.route('**/changes?*', (route) => route.abort());
  await page.route(`**${BOARD}`, async (route) => {
    const headers = { ...route.request().headers(), 'if-none-match': '"another"' };
    const answer = await route.fetch({ headers });
    await route.fulfill({ response: answer, body: change(await answer.text()) });
  });
  const before = await order(page);
  await readAgain(page);
  assert.equal(await page.locator('#freshness').innerText(), 'The list has changed');
  assert.deepEqual(await order(page), before);
  return page;
}

test('a service that has left the list says so in its place', async () => {
  const page = await boardThatBecomes((html) => html.replace(`data-live="${PHARMACY}"`, 'data-was=""'));
  assert.match(await page.locator(`[data-live="${PHARMACY}"]`).innerText(), /No longer in this list/);
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.getByRole('link', { name: 'Reload the page' }).click();
  await page.waitForLoadState();
  assert.match(await page.locator(`[data-live="${PHARMACY}"]`).innerText(), /GREEN/);
  await page.context().close();
});

test('a service that is new in the list is not inserted', async () => {
  const page = await boardThatBecomes((html) => html.replace('</main>', '<p data-live="9000009999">New</p></main>'));
  assert.equal(await page.getByText('New', { exact: true }).count(), 0);
  await page.context().close();
});

test('nothing in a live part can have the focus, and each status has something to say when it is old', async () => {
  const page = await pageOf(browser, 'sample-editor');
  for (const path of ['/web/mine', BOARD, `/web/services/${EMERGENCY}`]) {
    await page.goto(path);
    const parts = page.locator('[data-live]');
    assert.ok(await parts.count() > 0);
    assert.equal(await parts.locator('a, button, input, select, textarea, summary, [tabindex]').count(), 0);
    const statuses = page.locator('.app-status[data-live]');
    assert.equal(await statuses.locator('> .app-now').count(), await statuses.count());
    assert.equal(await statuses.locator('> .app-old[hidden]').count(), await statuses.count());
    assert.equal(await parts.locator('> .app-old[hidden]').count(), await parts.locator('> .app-now').count());
    const keys = await order(page);
    assert.equal(new Set(keys).size, keys.length);
  }
  await page.context().close();
});

test('nothing moves when a page gets old', async () => {
  for (const width of [320, 1280]) {
    const page = await pageOf(browser, 'sample-editor', { viewport: { width, height: 800 } });
    await openStill(page, BOARD);
    const before = await places(page);
    await page.route(`**${BOARD}**`, (route) => route.abort());
    await pass(page, 65);
    assert.match(await page.locator('#freshness').innerText(), /not known/);
    assert.deepEqual(await places(page), before);
    await page.context().close();
  }
});
