// Every page in every state in which people see it.
import assert from 'node:assert/strict';
import { REGION, api, endSession, openStill, pageOf, pass, servicesOf, session, set } from './stack.mjs';
import { answerWithoutStore } from './without-store.mjs';

const { board, dentist, emergency, urgentCare } = servicesOf('90000013');
const service = `/web/services/${emergency}`;
const form = `${service}?set=RED#set`;

/** Sets the statuses that the states show. */
export async function prepare() {
  await set(emergency, { status: 'RED', resetStatusIn: 60, reason: 'STAFFING', notes: 'Two hour wait' });
  await set(urgentCare, { status: 'AMBER', resetStatusIn: 20, reason: 'INFECTION_CONTROL' });
  await set(dentist, { status: 'GREEN' });
}

const goTo = (path) => (page) => page.goto(path);
const answerTo = (page, action) => Promise.all([page.waitForNavigation(), action]).then(([answer]) => answer);
const submit = (page) => answerTo(page, page.locator('.app-update__form button').click());

/** Goes to the form, lets something happen before the form is sent, and sends it. */
const submitAfter = (happens) => async (page) => {
  await page.goto(form);
  await happens(page);
  return submit(page);
};
const setByAnother = () => set(emergency, { status: 'RED', resetStatusIn: 60, notes: `Bed ${Math.random()}` });

async function gotOld(page, seconds) {
  await openStill(page, board);
  await page.route(`${api}${board}**`, (route) => route.abort());
  await pass(page, seconds);
  // axe needs time that passes.
  await page.clock.resume();
}

/** The page a minute after it appeared, if its script does not run. */
async function hiddenByStyleSheet(page) {
  await page.goto(board);
  await page.evaluate(() => { for (const animation of document.getAnimations()) animation.currentTime = 61_000; });
}

/** The page after sign-in, in a browser that does not go on by itself. */
async function signedIn(page) {
  const login = await page.request.get('/web/sign-in');
  const chosen = await page.request.post(login.url(), { form: { user: READER }, maxRedirects: 0 });
  await page.route(/\/web\/callback\?/, async (route) => {
    const response = await route.fetch();
    const text = await response.text();
    const body = text.replace(/<meta http-equiv="refresh"[^>]*>/, '');
    assert.notEqual(body, text);
    await route.fulfill({ response, body });
  });
  return page.goto(chosen.headers().location);
}

const [READER, LEAD] = ['sample-reader', 'sample-regional-lead'];

/** Who is signed in, how the state is reached, the status of its answer, and whether it needs scripts or their absence. */
export const STATES = {
  'signed-out': { status: 200, open: goTo('/web') },
  start: { user: READER, status: 200, open: goTo('/web') },
  'wrong-number': { user: READER, status: 400, open: goTo('/web?service=x') },
  mine: { user: 'sample-editor', status: 200, open: goTo('/web/mine') },
  'mine-of-a-lead': { user: LEAD, status: 200, open: goTo('/web/mine?name=Cedar') },
  'mine-empty': { user: LEAD, status: 200, open: goTo('/web/mine?name=nothing-of-this-name') },
  board: { user: READER, status: 200, open: goTo(board) },
  region: { user: READER, status: 200, open: goTo(`/web/board/${REGION}`) },
  summary: { user: READER, status: 200, open: goTo(`/web/board/${REGION}/summary`) },
  filtered: { user: READER, status: 200, open: goTo(`${board}?status=RED&status=AMBER&name=Cedar`) },
  empty: { user: READER, status: 200, open: goTo(`${board}?name=nothing-of-this-name`) },
  'wrong-filter': { user: READER, status: 400, open: goTo(`${board}?status=BLUE`) },
  'open-filter': {
    user: READER,
    status: 200,
    async open(page) {
      const answer = await page.goto(board);
      await page.getByText('Filter this list').click();
      return answer;
    },
  },
  'service-of-a-reader': { user: READER, status: 200, open: goTo(service) },
  'service-of-an-editor': { user: LEAD, status: 200, open: goTo(form) },
  'validation-errors': {
    user: LEAD, status: 400, open: submitAfter((page) => page.locator('#notes').fill('x'.repeat(5000))),
  },
  'somebody-was-first': { user: LEAD, status: 412, open: submitAfter(setByAnother) },
  confirmation: { user: LEAD, status: 200, open: submitAfter(async () => {}) },
  'changed-since': {
    user: LEAD,
    status: 200,
    async open(page) {
      await page.goto(form);
      await submit(page);
      await setByAnother();
      return page.reload();
    },
  },
  'form-of-an-earlier-session': {
    user: LEAD,
    status: 403,
    open: submitAfter(async (page) => page.context().addCookies([await session(LEAD)])),
  },
  'session-has-ended': {
    user: LEAD,
    status: 401,
    open: submitAfter(async (page) => endSession((await page.context().cookies())[0])),
  },
  'change-may-not-be-stored': {
    user: LEAD,
    status: 503,
    open: submitAfter((page) => page.route(`${api}${service}`, answerWithoutStore('web-update', emergency))),
  },
  'signed-in': { status: 200, open: signedIn },
  'sign-in-not-begun': { status: 400, open: goTo('/web/callback?state=x&code=x') },
  'not-registered': { user: 'sample-unregistered', status: 403, open: goTo('/web/mine') },
  'access-has-ended': { user: 'sample-inactive', status: 403, open: goTo('/web/mine') },
  'no-such-service': { user: READER, status: 404, open: goTo('/web/services/1') },
  'store-stopped': {
    user: READER,
    status: 503,
    async open(page) {
      await page.route(`${api}${board}`, answerWithoutStore('web-board', board.split('/').at(-1)));
      return page.goto(board);
    },
  },
  'a-fault': {
    status: 500,
    async open(page) {
      await page.context().addCookies([await session(READER, { expiresAt: 'unreadable' })]);
      return page.goto(board);
    },
  },
  old: { user: READER, scripts: true, open: (page) => gotOld(page, 35) },
  'not-known': { user: READER, scripts: true, open: (page) => gotOld(page, 65) },
  'not-known-without-scripts': { user: READER, scripts: false, open: hiddenByStyleSheet },
  paused: {
    user: READER,
    scripts: true,
    async open(page) {
      await page.goto(board);
      await page.getByRole('button', { name: 'Pause updates' }).click();
    },
  },
  'signed-out-meanwhile': {
    user: READER,
    scripts: true,
    async open(page) {
      await openStill(page, board);
      await endSession((await page.context().cookies())[0]);
      await pass(page, 12);
      await page.getByText('You are signed out').waitFor();
      await page.clock.resume();
    },
  },
  'does-not-reload': { user: READER, scripts: false, status: 200, open: goTo(`${board}?reload=off`) },
  accessibility: { status: 200, open: goTo('/web/accessibility') },
};

/** A new page in this state, with or without scripts, and a session of Chromium's own protocol. */
export async function open(browser, name, { scripts = true, ...options } = {}) {
  const { user, status, open: reach } = STATES[name];
  const page = await pageOf(browser, user, options);
  const chromium = await page.context().newCDPSession(page);
  await chromium.send('Emulation.setScriptExecutionDisabled', { value: !scripts });
  const answer = await reach(page);
  if (status) assert.equal(answer.status(), status);
  assert.equal(await page.locator('h1').count(), 1);
  return [page, chromium];
}
