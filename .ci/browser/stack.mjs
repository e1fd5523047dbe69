// The running stack and a browser for the tests of the pages.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const stack = JSON.parse(readFileSync(`${process.env.STATE}/stack.json`));
export const api = stack.apiUrl;

/** Services of the sample directory */
export const REGION = '9000001000', PROVIDER = '9000001100', EMERGENCY = '9000001105', URGENT_CARE = '9000001106';

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
    expiresAt: { N: `${fields.expiresAt}` },
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
/** Sets a status through the API. */
export async function set(service, status) {
  token ??= await signedToken();
  const answer = await fetch(`${api}/services/${service}/capacitystatus`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(status),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

async function signedToken() {
  const body = new URLSearchParams({ grant_type: 'password', client_id: stack.clientId,
    username: 'sample-editor', password: 'sample-password' });
  const answer = await fetch(`${stack.issuer}/oauth2/token`, { method: 'POST', body });
  return (await answer.json()).access_token;
}

/** Where the pictures go, if anywhere. */
export async function picture(page, name) {
  const folder = process.env.PICTURES;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}
