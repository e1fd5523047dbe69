// The running stack and a browser for the tests of the pages.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

export const stack = JSON.parse(readFileSync(`${process.env.STATE}/stack.json`));
export const api = stack.apiUrl;

/** Services of the sample directory. Each file of tests has a provider of its own, because they run at the same time. */
export const REGION = '9000001000';
export const servicesOf = (provider) => ({ board: `/web/board/${provider}00`, dentist: `${provider}01`,
  pharmacy: `${provider}02`, optician: `${provider}03`, crisisTeam: `${provider}04`, emergency: `${provider}05`,
  urgentCare: `${provider}06` });

export const launch = (options) => chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  // Chromium's sandbox does not work for root in a container, and the pages are our own.
  args: ['--no-sandbox'],
  ...options,
});

/** Begins a session of this user, as a sign-in does, and returns its cookie. */
export async function session(username, changed = {}) {
  const value = randomBytes(32).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const fields = { subject: username, scope: 'capacity/read capacity/write', expiresAt: now + 36_000, lastActive: now,
    sharedComputer: false, ...changed };
  await dynamodb('PutItem', { TableName: 'capacity-sessions', Item: {
    id: { S: keyOf(value) },
    subject: { S: fields.subject },
    scope: { S: fields.scope },
    expiresAt: typeof fields.expiresAt === 'number' ? { N: `${fields.expiresAt}` } : { S: fields.expiresAt },
    lastActive: { N: `${fields.lastActive}` },
    sharedComputer: { BOOL: fields.sharedComputer },
  } });
  return { name: 'session', value, url: api, httpOnly: true, sameSite: 'Lax' };
}

/** Ends that session, as another browser's sign-out would. */
export const endSession = ({ value }) =>
  dynamodb('DeleteItem', { TableName: 'capacity-sessions', Key: { id: { S: keyOf(value) } } });

const keyOf = (value) => createHash('sha256').update(value).digest('hex');

async function dynamodb(operation, input) {
  const answer = await fetch(stack.dynamodbEndpoint, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-amz-json-1.0',
      'X-Amz-Target': `DynamoDB_20120810.${operation}`,
      // The local engine does not check signatures.
      'X-Amz-Date': '20260101T000000Z',
      Authorization: 'AWS4-HMAC-SHA256 Credential=local/20260101/eu-west-2/dynamodb/aws4_request, SignedHeaders=host, Signature=none',
    },
    body: JSON.stringify(input),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

/** A page of a new context, in which this user is signed in. */
export async function pageOf(browser, username, options = {}) {
  const context = await browser.newContext({ baseURL: api, locale: 'en-GB', ...options });
  if (username) await context.addCookies([await session(username)]);
  return context.newPage();
}

let token;
/** Sets a status through the API, and returns the answer. */
export async function set(service, status) {
  token ??= await signedToken();
  const answer = await fetch(`${api}/services/${service}/capacitystatus`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(status),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

async function signedToken() {
  const body = new URLSearchParams({ grant_type: 'password', client_id: stack.clientId,
    username: 'sample-regional-lead', password: 'sample-password' });
  const answer = await fetch(`${stack.issuer}/oauth2/token`, { method: 'POST', body });
  return (await answer.json()).access_token;
}

/** Opens a page whose clock stands still until the test lets time pass. */
export async function openStill(page, path) {
  await page.clock.install();
  await page.addInitScript(() => {
    const { fetch } = window;
    [window.reads, window.unanswered] = [0, 0];
    window.fetch = async (...asked) => {
      window.reads += 1;
      try {
        const answer = await fetch(...asked);
        await answer.clone().text();
        return answer;
      } finally {
        window.reads -= 1;
        window.unanswered = Math.min(window.unanswered, window.reads);
      }
    };
  });
  await page.goto(path);
  await page.clock.pauseAt(Date.now() + 1000);
  await page.locator('#pause').waitFor();
}

/** Lets time pass on such a page. It stands still while the page is being read, but not for what is never answered. */
export async function pass(page, seconds) {
  for (let left = seconds; left > 0; left -= 1) {
    await page.clock.runFor(Math.min(left, 1) * 1000);
    for (let wait = 0; wait < 20 && await page.evaluate(() => window.reads > window.unanswered); wait += 1) {
      await page.waitForTimeout(25);
      if (wait === 19) await page.evaluate(() => { window.unanswered = window.reads; });
    }
  }
}

/** Lets time pass on such a page until it has been read again successfully. Returns the statuses of the answers. */
export async function readAgain(page) {
  const again = () => page.evaluate(() => document.documentElement.classList.contains('app-read-again'));
  const was = await again();
  const answers = [];
  const note = (answer) => {
    const { pathname } = new URL(answer.url());
    if (answer.request().headers()['x-refresh']) answers.push(`${answer.status()} ${pathname.split('/').pop()}`);
  };
  page.on('response', note);
  for (let second = 0; await again() === was; second += 1) {
    if (second === 40) throw new Error('the page was not read again');
    await pass(page, 1);
  }
  page.off('response', note);
  return answers;
}

/** What is awaited may take some moments. */
export async function soon(check) {
  for (let left = 60; ; left -= 1) {
    try {
      return await check();
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    }
  }
}

/** Writes a picture of the whole page, or the one that is given, to the folder PICTURES, if there is one. */
export async function picture(page, name, take = () => page.screenshot({ fullPage: true })) {
  const folder = process.env.PICTURES;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/${name}.png`, await take());
}
