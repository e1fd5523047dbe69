// Whoever comes after a person who has signed out, and presses the back button, sees nothing of theirs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { api, launch, pageOf, soon } from './stack.mjs';

const SHOWN = /sample-editor|\b(GREEN|AMBER|RED)\b/;

for (const scripts of ['with', 'without']) {
  for (const asked of ['/web/mine', '/web/services/9000001105?set=RED#set']) {
    test(`after sign-out the back button shows nothing of ${asked}, ${scripts} scripts`, async (t) => {
      const browser = await launch({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
      t.after(() => browser.close());
      const page = await pageOf(browser, undefined, { javaScriptEnabled: scripts === 'with' });
      const text = () => page.locator('body').innerText();

      await page.goto(asked);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('button', { name: 'sample-editor:' }).click();
      // The page "You are signed in" goes on by itself.
      await page.waitForURL((url) => `${url}`.startsWith(api + asked.split('#')[0]));
      assert.match(await text(), SHOWN);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL(`${api}/web`);

      await page.goBack({ waitUntil: 'commit' });
      await soon(async () => assert.match(await text(), /Others use this computer too/));
      assert.doesNotMatch(await text(), SHOWN);
    });
  }
}

test('after sign-out the back button shows no page of those before', async (t) => {
  const browser = await launch({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
  t.after(() => browser.close());
  const page = await pageOf(browser);
  await page.goto('/web/mine');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'sample-editor:' }).click();
  await page.waitForURL(`${api}/web/mine`);
  await page.getByRole('link', { name: 'Boards' }).click();
  await page.getByRole('link', { name: 'Northmoor Region' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(`${api}/web`);
  for (const before of ['the board', 'the regions', 'my services']) {
    await page.goBack({ waitUntil: 'commit' });
    await soon(async () => assert.match(await page.locator('body').innerText(), /Others use this computer too/, before));
    assert.doesNotMatch(await page.locator('body').innerText(), SHOWN);
  }
});
