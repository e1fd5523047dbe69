// Opens the documentation page of a running stack in Chromium, checks that it lists every operation, and
// sends two requests from it: one with a pasted token, one after signing in. This script plays the issuer's
// two endpoints. Arguments: the API's address, a token, the id of a service.
import { createHash } from 'node:crypto';
import { chromium } from 'playwright-core';

const [api, token, service] = process.argv.slice(2);
const check = (fine, what) => {
  if (!fine) throw new Error(what);
};

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  // Chromium's sandbox does not work for root in a container, and the page is our own.
  args: ['--no-sandbox'],
});
try {
  const { components, paths } = await (await fetch(`${api}/openapi.json`)).json();
  const { authorizationUrl, tokenUrl } = components.securitySchemes.oauth2.flows.authorizationCode;

  const context = await browser.newContext();
  const wrong = [];
  let asked;
  context.on('console', (message) => {
    if (message.type() === 'error') wrong.push(message.text());
  });
  context.on('weberror', (error) => wrong.push(error.error().message));
  await context.route('**/*', (route) => {
    const request = route.request();
    const url = new URL(request.url());
    if (url.origin === api) return route.continue();
    if (request.url().startsWith(`${authorizationUrl}?`)) {
      asked = url.searchParams;
      const back = `${asked.get('redirect_uri')}?code=granted&state=${encodeURIComponent(asked.get('state'))}`;
      return route.fulfill({ status: 302, headers: { location: back } });
    }
    if (request.url() === tokenUrl) {
      if (request.method() === 'POST') checkExchange(asked, new URLSearchParams(request.postData()));
      return route.fulfill({
        json: { access_token: token, token_type: 'Bearer', expires_in: 3600 },
        headers: { 'access-control-allow-origin': api, 'access-control-allow-headers': '*' },
      });
    }
    wrong.push(`asked ${request.url()}`);
    return route.abort();
  });

  const page = await open(context);
  const methods = ['get', 'put', 'patch', 'post', 'delete', 'head', 'options', 'trace'];
  const operations = Object.values(paths).flatMap((path) =>
    methods.filter((method) => path[method]).map((method) => path[method].operationId));
  const listed = await page.locator('.opblock-summary-operation-id').allTextContents();
  check(
    [...listed].sort().join() === [...operations].sort().join(),
    `the document has ${operations}, the page ${listed}`,
  );
  const pasted = page.locator('.auth-container', { hasText: 'token (http, Bearer)' });
  await pasted.locator('input').fill(token);
  await pasted.locator('button.authorize').click();
  await read(page);

  const other = await open(context);
  const login = other.locator('.auth-container', { hasText: 'Flow: authorizationCode' });
  await login.getByText('select all').click();
  await login.locator('button.authorize').click();
  await login.locator('button', { hasText: 'Logout' }).waitFor();
  await read(other);

  check(wrong.length === 0, wrong.join('; '));
  console.log(`${operations.length} operations listed, two requests sent, no error`);
} finally {
  await browser.close();
}

/** Opens the page and its authorisation dialogue. */
async function open(context) {
  const page = await context.newPage();
  await page.goto(`${api}/docs`);
  await page.locator('.opblock').first().waitFor();
  check((await page.title()) === 'Capacity Status API', 'the page has another title');
  await page.locator('.btn.authorize').click();
  return page;
}

/** Closes the dialogue and reads the service's status on the page. */
async function read(page) {
  await page.locator('.btn-done').first().click();
  const operation = page.locator('#operations-Capacity_status-getCapacityStatus');
  await operation.locator('.opblock-summary-control').click();
  await operation.locator('.try-out__btn').click();
  await operation.locator('tr[data-param-name="id"] input').fill(service);
  const sent = page.waitForResponse((answer) => answer.url().endsWith('/capacitystatus'));
  await operation.locator('button.execute').click();
  const answer = await sent;
  check(answer.url() === `${api}/services/${service}/capacitystatus`, `asked ${answer.url()}`);
  const { authorization } = await answer.request().allHeaders();
  check(authorization === `Bearer ${token}`, 'the token was not sent');
  check(answer.status() === 200, `answered ${answer.status()}`);
  const shown = operation.locator('.live-responses-table .response .response-col_status').first();
  check((await shown.innerText()).trim().startsWith('200'), 'the answer is not shown');
}

/** Checks the token request as an issuer would: only the client that asked for the code may use it (RFC 7636). */
function checkExchange(asked, given) {
  const challenge = createHash('sha256').update(given.get('code_verifier') ?? '').digest('base64url');
  check(given.get('grant_type') === 'authorization_code', 'another grant');
  check(given.get('code') === 'granted', 'another code');
  check(asked.get('code_challenge_method') === 'S256', 'no PKCE');
  check(asked.get('code_challenge') === challenge, 'another verifier');
  check(asked.get('redirect_uri') === `${api}/docs/oauth2-redirect.html`, 'another way back');
  check(asked.get('client_id') === given.get('client_id'), 'another client');
  check(asked.get('scope') === 'capacity/read capacity/write', `scope ${asked.get('scope')}`);
}
