// Setting a status in seconds: by touch on a small phone, by keyboard alone, without scripts.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, pageOf, servicesOf, set } from './stack.mjs';

const { dentist } = servicesOf('90000011');
let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

async function assertSet(page) {
  await page.waitForURL(/\/web\/services\/\d+\?done=/);
  assert.match(await page.locator('main').innerText(), /You set RED until \d\d:\d\d (GMT|BST)/);
  assert.match(await page.locator('.app-status .app-now').first().innerText(), /RED/);
}

test('RED takes at most four taps on a phone of 320 px', async () => {
  for (const javaScriptEnabled of [true, false]) {
    await set(dentist, { status: 'GREEN' });
    const page = await pageOf(browser, 'sample-editor',
      { viewport: { width: 320, height: 568 }, hasTouch: true, javaScriptEnabled });
    await page.goto('/web/mine');
    let taps = 0;
    const tap = async (target) => {
      taps += 1;
      await target.tap();
    };
    await tap(page.getByRole('link', { name: 'Set RED: Dental Practice - Alder Care Northmoor' }));
    await page.waitForURL('**/web/services/**');
    assert.ok(await page.getByRole('radio', { name: 'RED' }).isChecked());
    await tap(page.getByRole('button', { name: 'Set status' }));
    await assertSet(page);
    assert.ok(taps <= 4, `${taps} taps`);
    await page.context().close();
  }
});

test('RED takes at most twelve presses of keys', async () => {
  await set(dentist, { status: 'GREEN' });
  const page = await pageOf(browser, 'sample-editor', { viewport: { width: 1280, height: 800 } });
  await page.goto('/web/mine');
  let presses = 0;
  const press = async (key) => {
    presses += 1;
    await page.keyboard.press(key);
  };
  const isAt = (name) => page.evaluate((text) =>
    (document.activeElement.ariaLabel ?? document.activeElement.textContent).includes(text), name);

  await press('Tab');
  assert.ok(await isAt('Skip to main content'));
  await press('Enter');
  // The first service of the page is the provider.
  const target = 'Set RED: Alder Care Northmoor';
  while (!(await isAt(target)) && presses < 12) await press('Tab');
  await press('Enter');
  await page.waitForURL(/\?set=RED#set$/);
  await press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.value), 'RED');
  // From a field, Enter sends the form.
  await press('Enter');
  await assertSet(page);
  assert.ok(presses <= 12, `${presses} presses`);
  await page.context().close();
});

test('everything else on the way can be reached by keyboard too', async () => {
  const page = await pageOf(browser, 'sample-editor');
  await page.goto(`/web/services/${dentist}?set=RED#set`);
  const reached = [];
  for (let press = 0; press < 5; press += 1) {
    await page.keyboard.press('Tab');
    reached.push(await page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim()));
  }
  assert.deepEqual(reached.slice(0, 4), ['status', 'minutes', 'reason', 'notes']);
  assert.match(reached[4], /^Set status/);
  await page.context().close();
});

test('the button says which status it sets', async () => {
  const page = await pageOf(browser, 'sample-editor');
  await page.goto(`/web/services/${dentist}?set=RED#set`);
  const button = page.locator('.app-update__form button');
  assert.equal(await button.innerText(), 'Set status to RED');
  await page.getByRole('radio', { name: 'AMBER' }).check();
  assert.equal(await button.innerText(), 'Set status to AMBER');
  await page.context().close();
});
