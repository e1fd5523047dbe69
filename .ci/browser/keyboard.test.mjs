// Everything by keyboard alone: Tab, Shift and Tab, arrows, space bar, Enter. At each step the focus is to be seen, and it
// goes on in the order of the document.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { contrast, pixels } from './pixels.mjs';
import { api, launch, pageOf, servicesOf, set, soon } from './stack.mjs';

const { emergency } = servicesOf('90000014');
const [NAME, TYPE] = ['Emergency Department - Elm Care Northmoor', 'Emergency Department'];
let browser;
let decoder;
before(async () => {
  browser = await launch();
  decoder = await browser.newPage();
});
after(() => browser.close());

const KEYS = ['Tab', 'Shift+Tab', 'ArrowUp', 'ArrowDown', 'Space', 'Enter'];
const [FORWARDS, BACKWARDS] = ['Tab', 'Shift+Tab'];

/** What has the focus, whether it comes after what had it before, and whether anything is in front of it. */
const focused = (page) => page.evaluate(() => {
  const element = document.activeElement;
  const before = window.hadFocus;
  window.hadFocus = element;
  const isAfter = before && Boolean(before.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING);
  const box = element.getBoundingClientRect();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const top = document.elementFromPoint(x, y);
  return {
    name: (element.ariaLabel ?? element.labels?.[0]?.textContent ?? element.textContent).replace(/\s+/g, ' ').trim(),
    kind: `${element.tagName} ${element.type ?? ''} ${element.className}`,
    box: { x: box.x, y: box.y, width: box.width, height: box.height },
    isNothing: element === document.body,
    isAfter: before ? isAfter : undefined,
    // A radio button is under its label.
    isInFront: element.contains(top) || [...(element.labels ?? [])].some((label) => label.contains(top)),
  };
});

/** A person with a keyboard and no mouse. */
class Person {
  #seen = new Set();

  constructor(page) {
    this.page = page;
  }

  async press(key) {
    assert.ok(KEYS.includes(key));
    await this.page.keyboard.press(key);
  }

  /** Goes on until something of this name has the focus. */
  async goTo(name, key = FORWARDS) {
    for (let press = 0; press < 60; press += 1) {
      await this.press(key);
      const now = await focused(this.page);
      assert.ok(!now.isNothing, `there is no ${name}`);
      if (now.isAfter !== undefined) assert.equal(now.isAfter, key === FORWARDS, `${now.name} is not next`);
      await this.#assertInSight(now);
      if (typeof name === 'string' ? now.name === name : name.test(now.name)) return;
    }
    assert.fail(`${name} is not reached`);
  }

  async #assertInSight({ name, kind, box, isInFront }) {
    assert.ok(isInFront, `something covers ${name}`);
    const { width, height } = this.page.viewportSize();
    assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= width + 1 && box.y + box.height <= height + 1,
      `${name} is outside the window: ${JSON.stringify(box)}`);
    // Controls of one kind look alike.
    if (this.#seen.has(kind)) return;
    this.#seen.add(kind);
    const changed = await this.#changedPixels(box);
    assert.ok(changed >= box.width, `the focus of ${name} changes ${changed} pixels: ${JSON.stringify(box)}`);
  }

  /** How many pixels have another colour (contrast 3 or more) because the focus is here. */
  async #changedPixels(box) {
    const [x, y] = [Math.max(0, Math.floor(box.x) - 6), Math.max(0, Math.floor(box.y) - 6)];
    const clip = { x, y, width: Math.ceil(box.width) + 12, height: Math.ceil(box.height) + 12 };
    const part = { ...clip, x: 0, y: 0 };
    const look = async () => (await pixels(decoder, await this.page.screenshot({ clip }), [part]))[0];
    const withFocus = await look();
    const element = await this.page.evaluateHandle(() => document.activeElement);
    await element.evaluate((one) => one.blur());
    const without = await look();
    await element.evaluate((one) => one.focus());
    return withFocus.filter((colour, index) => contrast(colour, without[index]) >= 3).length;
  }

  /** Presses a key that leads to another page. */
  async follow(key = 'Enter') {
    await Promise.all([this.page.waitForNavigation(), this.press(key)]);
  }

  heading() {
    return this.page.locator('h1').innerText();
  }
}

/** Signs in at the issuer's own page. */
async function signIn(person, user, sharedComputer = false) {
  await person.page.goto('/web');
  if (sharedComputer) {
    await person.goTo('Others use this computer too');
    await person.press('Space');
  }
  await person.goTo('Sign in');
  await person.follow();
  assert.equal(await person.heading(), 'Choose a sample user');
  await person.goTo(new RegExp(`^${user}:`));
  await person.press('Enter');
  // The page "You are signed in" goes on by itself.
  await person.page.waitForURL(`${api}/web/mine`);
}

async function signOut(person) {
  await person.goTo('Sign out');
  await person.follow();
  await person.page.waitForURL(`${api}/web`);
}

for (const viewport of [{ width: 320, height: 568 }, { width: 1280, height: 800 }]) {
  test(`signing in and out by keyboard alone, ${viewport.width} px wide`, async (t) => {
    const own = await launch({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
    t.after(() => own.close());
    const page = await pageOf(own, undefined, { viewport });
    const person = new Person(page);
    await signIn(person, 'sample-editor', true);
    assert.equal(new URL(page.url()).pathname, '/web/mine');
    assert.match(await page.locator('main').innerText(), /GREEN|AMBER|RED/);
    await signOut(person);
    assert.match(await person.heading(), /Capacity status|Sign in/);

    // Whoever comes next presses the back button.
    await page.goBack({ waitUntil: 'commit' });
    await soon(async () => assert.match(await page.locator('body').innerText(), /Others use this computer too/));
    assert.equal(await page.locator('.app-status').count(), 0);
    // The issuer has forgotten the person too.
    await page.goto('/web');
    await person.goTo('Sign in');
    await person.follow();
    assert.equal(await person.heading(), 'Choose a sample user');
  });

  test(`everything by keyboard alone, ${viewport.width} px wide`, async () => {
    await set(emergency, { status: 'RED', resetStatusIn: 60 });
    const page = await pageOf(browser, undefined, { viewport });
    const person = new Person(page);
    const status = page.locator(`.app-status[data-live="${emergency}"] .app-now`);
    await signIn(person, 'sample-regional-lead');

    await person.goTo('Boards');
    await person.follow();
    await person.goTo('Northmoor Region');
    await person.follow();
    assert.equal(await person.heading(), 'Board: Northmoor Region');

    await person.goTo('Filter this list');
    await person.press('Enter');
    await person.goTo('RED');
    await person.press('Space');
    await person.goTo('Type of service');
    for (let press = 0; press < 20 && await page.locator('#type option:checked').innerText() !== TYPE; press += 1) {
      await person.press('ArrowDown');
    }
    await person.goTo('Show these services');
    await person.follow();
    assert.match(await page.locator('.app-filtered').innerText(), /RED, .*Emergency Department/);

    await person.goTo(NAME);
    await person.follow();
    assert.equal(await person.heading(), NAME);
    assert.match(await status.innerText(), /RED/);

    await person.goTo('■ RED');
    await person.press('ArrowDown');
    assert.ok(await page.getByRole('radio', { name: 'AMBER' }).isChecked());
    await person.goTo('RED or AMBER for');
    await person.press('ArrowUp');
    await person.goTo('Reason (optional)');
    await person.press('ArrowDown');
    await person.goTo('Notes (optional)');
    await person.goTo('Reason (optional)', BACKWARDS);
    await person.goTo(/^Set status/);
    await person.follow();
    await page.getByText(/You set AMBER until/).waitFor();
    assert.match(await status.innerText(), /AMBER/);

    const until = await status.innerText();
    await person.goTo(/^30 minutes more/);
    await person.follow();
    await page.getByText(/You set AMBER until/).waitFor();
    assert.notEqual(await status.innerText(), until);

    await person.goTo('Pause updates');
    await person.press('Space');
    await page.getByText(/^Paused since/).waitFor();
    await person.press('Space');
    assert.equal((await focused(page)).name, 'Pause updates');

    await person.goTo('Sign out', BACKWARDS);
    await person.follow();
    await page.waitForURL(`${api}/web`);
    await page.context().close();
  });
}
