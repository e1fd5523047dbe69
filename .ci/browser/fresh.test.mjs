// A page that shows statuses is never wrong quietly. The browser's clock is moved; the stack is the real one.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { api, endSession, launch, openStill, pageOf, pass, readAgain, servicesOf, session, set, soon } from './stack.mjs';

const { board: BOARD, emergency: EMERGENCY, urgentCare: URGENT_CARE } = servicesOf('90000011');
const WORDS = /RED|AMBER|GREEN/;
let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());
beforeEach(async () => {
  await set(EMERGENCY, { status: 'RED', resetStatusIn: 60 });
  await set(URGENT_CARE, { status: 'AMBER', resetStatusIn: 60 });
});

/** The board, at a moment that lasts until the test lets time pass. */
async function board(path = BOARD, prepare = async () => {}) {
  const page = await pageOf(browser, 'sample-editor');
  await prepare(page);
  await openStill(page, path);
  return page;
}

/** Answers what the script asks for from now on in this way. */
const answerReads = (page, answer) => page.route(`${api}/web/**`, (route) =>
  route.request().headers()['x-refresh'] ? answer(route) : route.continue());

/** Lets time pass until the page is that old: some of it passed while it was opened. */
async function passUntil(page, age) {
  const now = await page.evaluate(() => Date.now() / 1000 - document.getElementById('main').dataset.asAt);
  await pass(page, Math.max(0, age - now));
}
const bar = (page) => page.locator('#freshness').innerText();
const status = (page, service) => page.locator(`[data-live="${service}"]`).innerText();
const read = (page) => page.waitForResponse((answer) => answer.request().headers()['x-refresh']);

/** What eyes and screen readers find in the live parts. */
const shown = (page) => page.locator('main').evaluate((main) => main.innerText)
  .then(async (text) => text + await page.locator('main').ariaSnapshot());

async function assertNothingIsKnown(page) {
  const statuses = await page.locator('.app-status').allInnerTexts();
  assert.ok(statuses.length > 5);
  for (const text of statuses) assert.match(text, /^\? Not known\s+Ring (01632 960\d{3}|the service)$/);
  assert.doesNotMatch(await shown(page), /Full|Busy|Normal|Until|Set by/);
}

const now = () => `${Math.floor(Date.now() / 1000)}`;
const page503 = (route) => route.fulfill({ status: 503, json: { message: 'Service Unavailable' } });
// Such a request is not answered later either.
const NOTHING = () => {};
const FAILURES = {
  'the network is gone': (route) => route.abort(),
  'nothing answers': NOTHING,
  'the function fails': (route) => route.fulfill({ status: 500, contentType: 'text/html', body: '<h1>Failed</h1>',
    headers: { 'x-as-at': now() } }),
  'the gateway has no function': page503,
  'the gateway throttles': (route) => route.fulfill({ status: 429, json: { message: 'Too Many Requests' } }),
  'another server answers': (route) => route.fulfill({ contentType: 'text/html', body: '<h1>Free wifi</h1>' }),
  'a cache answers 304': (route) => route.fulfill({ status: 304 }),
  'a cache answers with an old copy': async (route) => {
    const answer = await route.fetch({ headers: { ...route.request().headers(), 'if-none-match': '"another"' } });
    const headers = { 'x-as-at': `${answer.headers()['x-as-at'] - 60}` };
    await route.fulfill({ contentType: 'text/html', headers, body: await answer.text() });
  },
  'a page without statuses comes instead': async (route) => {
    const body = await (await fetch(`${api}/web/accessibility`)).text();
    await route.fulfill({ contentType: 'text/html', headers: { 'x-as-at': now() }, body });
  },
};

for (const [failure, answer] of Object.entries(FAILURES)) {
  test(`if ${failure}, the page says so after 30 seconds, and nothing is known after 60`, async () => {
    const page = await board();
    const asAt = (await page.locator('#as-at').innerText()).replace('As at ', '');
    await answerReads(page, answer);
    await passUntil(page, 27);
    assert.equal(await bar(page), '');
    assert.match(await status(page, EMERGENCY), /RED/);
    await passUntil(page, 35);
    await soon(async () => assert.equal(await bar(page), `Old since ${asAt}: the page cannot be read again`));
    assert.match(await status(page, EMERGENCY), /RED/);
    await passUntil(page, 62);
    assert.equal(await bar(page), `Old since ${asAt}: statuses are not known`);
    await assertNothingIsKnown(page);
    assert.ok(await page.locator('#reload').isVisible());

    // Once it answers again, all is as it was.
    if (answer === NOTHING) return page.context().close();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    const again = read(page);
    await pass(page, 20);
    await again;
    await soon(async () => assert.match(await status(page, EMERGENCY), /RED/));
    assert.equal(await bar(page), '');
    await page.context().close();
  });
}

test('if what has changed cannot be read, all of the page is, and is followed again', async () => {
  const page = await board();
  await page.route('**/changes?*', page503);
  await set(EMERGENCY, { status: 'AMBER', resetStatusIn: 60 });
  assert.deepEqual(await readAgain(page), ['503 changes', `200 ${BOARD.split('/').pop()}`]);
  assert.match(await status(page, EMERGENCY), /AMBER/);
  assert.equal(await bar(page), 'Emergency Department - Alder Care Northmoor is AMBER');
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  assert.deepEqual(await readAgain(page), ['200 changes']);
  // As what a page knows that slept for more than a day
  await page.route('**/changes?*', (route) => route.fulfill({ status: 400 }), { times: 1 });
  assert.deepEqual(await readAgain(page), ['400 changes', `200 ${BOARD.split('/').pop()}`]);
  assert.deepEqual(await readAgain(page), ['200 changes']);
  await page.context().close();
});

test('all of a board is read each ten minutes, and when a status is shown in another way', async () => {
  const page = await board();
  const answers = [];
  page.on('response', (answer) => {
    if (answer.request().headers()['x-refresh']) answers.push(new URL(answer.url()).pathname.split('/').pop());
  });
  await pass(page, 610);
  const others = answers.filter((path) => path !== 'changes');
  assert.deepEqual(others, [BOARD.split('/').pop()]);
  assert.ok(answers.length > 50 && answers.indexOf(others[0]) > 50, answers.join());
  assert.deepEqual(await readAgain(page), ['200 changes']);
  await page.context().close();

  const soonEnding = await board(BOARD, withMoment('again', 5));
  assert.deepEqual(await readAgain(soonEnding), [`304 ${BOARD.split('/').pop()}`]);
  await soonEnding.context().close();
});

/** The page with this moment of the emergency department's status moved to `seconds` after now. */
const withMoment = (moment, seconds) => (page) => page.route(`${api}${BOARD}`, async (route) => {
  if (route.request().headers()['x-refresh']) return route.fallback();
  const answer = await route.fetch();
  const until = Number(answer.headers()['x-as-at']) + seconds;
  const html = (await answer.text()).replace(
    new RegExp(`(data-live="${EMERGENCY}"[^>]* data-${moment}=)"\\d+"`), `$1"${until}"`);
  await route.fulfill({ response: answer, body: html });
});

test('a page that was paused before all of it was shown shows all of it once it goes on', async () => {
  const page = await board();
  await readAgain(page);
  await set(EMERGENCY, { status: 'AMBER', resetStatusIn: 60 });
  // Of what has changed, only that all of the page has to be read
  await page.route('**/changes?*', async (route) => {
    const answer = await route.fetch();
    const html = await answer.text();
    const main = html.slice(0, html.indexOf('>')).replace('<main', '<main data-all');
    await route.fulfill({ response: answer, body: `${main}></main>` });
  }, { times: 1 });
  const pauseButton = page.locator('#pause');
  await page.route(`${api}${BOARD}`, async (route) => {
    await pauseButton.click();
    await route.continue();
  }, { times: 1 });
  const late = page.waitForResponse(`${api}${BOARD}`);
  await pass(page, 11);
  await late;
  assert.match(await status(page, EMERGENCY), /RED/);
  const again = page.waitForResponse(`${api}${BOARD}`);
  await pauseButton.click();
  await again;
  await soon(async () => assert.match(await status(page, EMERGENCY), /AMBER/));
  await page.context().close();
});

test('a status that has left the list does not make the page read again and again', async () => {
  const page = await board(BOARD, withMoment('until', 3));
  let reads = 0;
  await page.route(`${api}${BOARD}`, async (route) => {
    reads += 1;
    const answer = await route.fetch({ headers: { ...route.request().headers(), 'if-none-match': '"another"' } });
    await route.fulfill({ response: answer, body: (await answer.text()).replace(`data-live="${EMERGENCY}"`, 'data-was=""') });
  });
  await pass(page, 9);
  assert.match(await status(page, EMERGENCY), /No longer in this list/);
  await pass(page, 60);
  assert.ok(reads <= 3, `${reads} reads`);
  await page.context().close();
});

test('a deadline that passes while the page cannot be read leaves the status unknown, never GREEN', async () => {
  const page = await board(BOARD, withMoment('until', 20));
  await answerReads(page, (route) => route.abort());
  await pass(page, 15);
  assert.match(await status(page, EMERGENCY), /RED/);
  await pass(page, 6);
  assert.match(await status(page, EMERGENCY), /Not known\s+Ring 01632 960115/);
  assert.match(await status(page, URGENT_CARE), /AMBER/);
  await page.context().close();
});

test('at a deadline the page is read again at once', async () => {
  const page = await board(BOARD, withMoment('until', 3));
  // The stored status has not ended: the server would say that nothing has changed.
  await page.route(`${api}${BOARD}`, (route) =>
    route.continue({ headers: { ...route.request().headers(), 'if-none-match': '"another"' } }));
  const again = read(page);
  await pass(page, 8);
  assert.equal(new URL((await again).url()).pathname, BOARD);
  await soon(async () => assert.match(await status(page, EMERGENCY), /RED/));
  await page.context().close();
});

test('a tab that wakes up after an hour says at once that nothing is known', async () => {
  const page = await board();
  await answerReads(page, () => {});
  await page.clock.fastForward(3_600_000);
  await assertNothingIsKnown(page);
  await page.context().close();
});

test('sleep counts although one of the clocks stood still, and a clock that is set back does not help', async () => {
  const page = await board();
  await answerReads(page, () => {});
  await page.clock.setSystemTime(Date.now() - 86_400_000);
  await pass(page, 63);
  await assertNothingIsKnown(page);
  const slept = await board();
  await answerReads(slept, () => {});
  await slept.clock.setSystemTime(Date.now() + 120_000);
  await slept.clock.runFor(1000);
  await assertNothingIsKnown(slept);
  await Promise.all([page, slept].map((one) => one.context().close()));
});

test('a hidden tab reads nothing, and says how old it is before anybody sees it', async () => {
  const page = await board();
  const hide = (hidden) => page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { value, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
  let reads = 0;
  await answerReads(page, (route) => { reads += 1; return route.continue(); });
  await hide(true);
  await pass(page, 120);
  assert.equal(reads, 0);
  await assertNothingIsKnown(page);
  const again = read(page);
  await hide(false);
  await again;
  await soon(async () => assert.match(await status(page, EMERGENCY), /RED/));
  await page.context().close();
});

test('a page that the back button restores shows nothing before it is read again', async () => {
  const page = await board();
  await answerReads(page, () => {});
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
  await assertNothingIsKnown(page);
  await page.context().close();
});

test('after sign-out the back button shows no status', async () => {
  const own = await launch({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
  const context = await own.newContext({ baseURL: api });
  const cookie = await session('sample-editor');
  await context.addCookies([cookie]);
  const page = await context.newPage();
  await page.goto(BOARD);
  await page.goto('/web/accessibility');
  await endSession(cookie);
  await page.goBack({ waitUntil: 'commit' });
  await soon(async () => assert.doesNotMatch(await page.locator('main').innerText(), WORDS));
  await own.close();
});

test('a session that has ended is said to have ended, and nothing is asked for any more', async () => {
  const page = await board();
  const [cookie] = await page.context().cookies();
  await endSession(cookie);
  let reads = 0;
  await answerReads(page, (route) => { reads += 1; return route.continue(); });
  await pass(page, 31);
  await soon(async () => assert.equal(await bar(page), 'You are signed out: statuses are not known'));
  await assertNothingIsKnown(page);
  await pass(page, 120);
  assert.equal(reads, 1);
  await page.context().close();
});

test('a paused page asks for nothing and gets old like any other; resuming reads at once', async () => {
  const page = await board();
  let reads = 0;
  await answerReads(page, (route) => { reads += 1; return route.continue(); });
  await page.getByRole('button', { name: 'Pause updates' }).click();
  assert.match(await bar(page), /^Paused since \d\d:\d\d:\d\d (GMT|BST)$/);
  await pass(page, 65);
  assert.match(await bar(page), /^Paused since .*: statuses are not known$/);
  await assertNothingIsKnown(page);
  assert.equal(reads, 0);
  const again = read(page);
  await page.getByRole('button', { name: 'Resume updates' }).click();
  await again;
  await soon(async () => assert.match(await status(page, EMERGENCY), /RED/));
  assert.equal(await bar(page), '');
  await page.context().close();
});

test('an answer that finds nothing changed makes the page fresh, and its ages go on', async () => {
  const page = await board();
  const emergency = await page.locator(`[data-live="${EMERGENCY}"]`).elementHandle();
  // The first one brings what changed shortly before the page was opened.
  assert.deepEqual(await readAgain(page), ['200 changes']);
  assert.deepEqual(await readAgain(page), ['200 changes']);
  assert.ok(await emergency.evaluate((part) => part.isConnected));
  await answerReads(page, page503);
  await pass(page, 25);
  assert.equal(await bar(page), '');
  assert.match(await status(page, EMERGENCY), /RED/);
  const other = await board();
  await answerReads(other, page503);
  await other.clock.fastForward(55_000);
  assert.match(await status(other, EMERGENCY), /just now|1 minute ago/);
  await Promise.all([page, other].map((one) => one.context().close()));
});

test('without a running script the style sheet hides statuses after a minute', async () => {
  const page = await pageOf(browser, 'sample-editor');
  await page.route('**/*.js', (route) => route.abort());
  await page.goto(BOARD);
  const letPass = (seconds) => page.evaluate((milliseconds) => {
    for (const animation of document.getAnimations()) animation.currentTime = milliseconds;
  }, seconds * 1000);
  await letPass(59);
  assert.match(await status(page, EMERGENCY), /RED/);
  assert.ok(!await page.locator('#reload').isVisible());
  await letPass(61);
  await assertNothingIsKnown(page);
  assert.ok(await page.locator('#reload').isVisible());
  await page.context().close();
});

test('if the script stops, the style sheet hides statuses a minute after the last read', async () => {
  const page = await board();
  await readAgain(page);
  const names = () => page.evaluate(() => document.getAnimations().map((animation) => animation.animationName));
  assert.ok((await names()).every((name) => name.endsWith('-again')));
  // The clock stands still from here on, and with it the script.
  await page.evaluate(() => { for (const animation of document.getAnimations()) animation.currentTime = 61_000; });
  await assertNothingIsKnown(page);
  await page.context().close();
});

/** Their ends were those of a form that was sent at once. */
test('a form that is no longer new names lengths without their ends, and keeps what was chosen', async () => {
  const page = await board(`/web/services/${EMERGENCY}`);
  const lengths = () => page.locator('#minutes option').allTextContents();
  assert.match((await lengths())[0], /^30 minutes, until \d\d:\d\d (GMT|BST)/);
  await page.locator('#minutes').selectOption('60');
  await passUntil(page, 62);
  assert.deepEqual((await lengths()).slice(0, 2), ['30 minutes', '1 hour']);
  assert.equal(await page.locator('#minutes').inputValue(), '60');
});
