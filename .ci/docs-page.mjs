// Opens the documentation page of a running stack in Chromium, looks at every operation, and sends a
// request from it. Arguments: the API's address, a token, the id of a service.
import { chromium } from 'playwright-core';

const [api, token, service] = process.argv.slice(2);
const check = (fine, what) => {
  if (!fine) throw new Error(what);
};

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  // A container's root has no sandbox to go into; the page is our own.
  args: ['--no-sandbox'],
});
try {
  const page = await browser.newPage();
  const wrong = [];
  page.on('console', (message) => {
    if (message.type() === 'error') wrong.push(message.text());
  });
  page.on('pageerror', (error) => wrong.push(error.message));
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== api && protocol !== 'data:') wrong.push(`asked ${request.url()}`);
  });

  await page.goto(`${api}/docs`);
  await page.locator('.opblock').first().waitFor();
  check((await page.title()) === 'Capacity Status API', 'the page has another title');

  const document = await (await fetch(`${api}/openapi.json`)).json();
  const methods = ['get', 'put', 'patch', 'post', 'delete', 'head', 'options', 'trace'];
  const operations = Object.values(document.paths).flatMap((path) =>
    methods.filter((method) => path[method]).map((method) => path[method].operationId));
  const listed = await page.locator('.opblock-summary-operation-id').allTextContents();
  check(
    [...listed].sort().join() === [...operations].sort().join(),
    `the document has ${operations}, the page ${listed}`,
  );

  await page.locator('.btn.authorize').click();
  const scheme = page.locator('.auth-container', { hasText: 'token (http, Bearer)' });
  await scheme.locator('input').fill(token);
  await scheme.locator('button.authorize').click();
  await page.locator('.btn-done').first().click();

  const operation = page.locator('#operations-Capacity_status-getCapacityStatus');
  await operation.locator('.opblock-summary-control').click();
  await operation.locator('.try-out__btn').click();
  await operation.locator('tr[data-param-name="id"] input').fill(service);
  const sent = page.waitForResponse((answer) => answer.url().endsWith('/capacitystatus'));
  await operation.locator('button.execute').click();
  const answer = await sent;
  check(answer.url() === `${api}/services/${service}/capacitystatus`, `asked ${answer.url()}`);
  check(answer.status() === 200, `answered ${answer.status()}`);
  const shown = operation.locator('.live-responses-table .response .response-col_status');
  check((await shown.first().innerText()).trim().startsWith('200'), 'the answer is not shown');

  check(wrong.length === 0, `the console: ${wrong.join('; ')}`);
  console.log(`${operations.length} operations listed, a request sent, no error`);
} finally {
  await browser.close();
}
