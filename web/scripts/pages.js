// Reads the page again every 30 seconds. A board reads what has changed of it, every 10 seconds, and all of it every 10
// minutes. From its deadline on, and a minute after the last success, a status is "Not known".
// The only clock is the server's; time since then is measured here.
// If this stops, the style sheet does the same (app-read-again).

// Seconds to the next read: of a page, of what has changed, after a failure, when a status is shown in another way
const [READ, FOLLOW, RETRY, AT_ONCE] = [30, 10, 15, 2];
// Seconds to the next read of all of a page that is followed
const READ_ALL = 600;
// Seconds since the last success
const [OLD, PATIENCE, UNKNOWN] = [30, 3, 60];

const [main, asAt, freshness, reload, pause] =
  ['main', 'as-at', 'freshness', 'reload', 'pause'].map((id) => document.getElementById(id));
const ends = document.querySelectorAll('#minutes option');
const format = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', timeZoneName: 'short',
  hour: '2-digit', minute: '2-digit', second: '2-digit' });
const timeOfDay = (seconds) => format.format(seconds * 1000);
const parts = (page) => [...page.querySelectorAll('[data-live]')];

// One clock stops while the computer sleeps, the other can be set back.
const mark = (ago = 0) => ({ steady: performance.now() - ago, wall: Date.now() - ago });
const since = ({ steady, wall }) => Math.max(performance.now() - steady, Date.now() - wall) / 1000;

// The server wrote the page after this.
const [{ requestStart = 0 } = {}] = performance.getEntriesByType('navigation');
const written = mark(Math.max(0, performance.now() - requestStart));
let asked = written;
let success = { time: Number(main.dataset.asAt), ...asked };
let allRead = asked;
// Where to read what has changed
let { etag, changes } = main.dataset;
let [reading, failed, restored, signedOut, listChanged] = [];
let [pausedAt, news] = ['', ''];

/** Says what is known now, and reads if it is time. */
function tick() {
  const age = since(success), now = success.time + age;
  const unknown = signedOut || restored || age >= UNKNOWN;
  let isDue;
  for (const part of parts(document)) {
    const { until = Infinity, again = Infinity } = part.dataset;
    const over = now >= Number(until);
    isDue ||= over || now >= Number(again);
    const known = !(unknown || over || part.isGone);
    const [fresh, old] = ['.app-now', '.app-old'].map((one) => part.querySelector(one));
    if (old) [fresh.hidden, old.hidden] = [!known, known];
  }
  for (const time of document.querySelectorAll('time[data-at]')) say(time, ago(now - time.dataset.at));
  // A later form ends later.
  if (since(written) >= UNKNOWN) for (const end of ends) say(end, end.text.split(',')[0]);
  say(asAt, `As at ${timeOfDay(success.time)}`);
  const text = state(age, unknown);
  freshness.classList.toggle('nhsuk-u-visually-hidden', !text);
  say(freshness, text || news);
  reload.hidden = !(unknown || listChanged || document.activeElement === reload);
  const wait = failed ? RETRY : isDue ? AT_ONCE : isFollowed() ? FOLLOW : READ;
  // A tick may come a little early.
  if (Math.round(since(asked)) >= wait) read(isDue);
}

// A list that has changed is no longer the one that the server knows of.
const isFollowed = () => changes && !listChanged;

// Screen readers repeat what is written again.
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function state(age, unknown) {
  const then = unknown ? ': statuses are not known' : '';
  if (signedOut) return `You are signed out${then}`;
  if (pausedAt) return `Paused since ${pausedAt}${then}`;
  if (restored || age >= (failed ? OLD : OLD + PATIENCE)) {
    return `Old since ${timeOfDay(success.time)}${then || ': the page cannot be read again'}`;
  }
  return listChanged ? 'The list has changed' : '';
}

// As in local_time.rs
function ago(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return 'just now';
  const [size, unit] = minutes < 60 ? [1, 'minute'] : minutes < 2880 ? [60, 'hour'] : [1440, 'day'];
  const count = Math.floor(minutes / size);
  return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
}

async function read(isDue) {
  if (reading || pausedAt || signedOut || document.hidden) return;
  reading = true;
  asked = mark();
  try {
    const readsAll = isDue || restored || !isFollowed() || since(allRead) >= READ_ALL;
    if (readsAll || !await take(await get(changes))) await take(await get(location.href), true);
  } catch {
    failed = true;
    beginAgain();
  }
  reading = false;
  tick();
}

// The next read is of all of the page, and has a new address.
function beginAgain() {
  etag = changes = '';
}

// What the page knows is still known after all of it was read.
const get = (address) => fetch(address, { cache: 'no-store', redirect: 'manual', signal: AbortSignal.timeout(10_000),
  headers: { 'X-Refresh': changes?.split('since=')[1] ?? '1', 'If-None-Match': etag } });

/** Shows the answer. Returns false if the page has to be read instead; throws if it is not this page as it is now. */
async function take(answer, isAll) {
  signedOut = answer.type === 'opaqueredirect'; // to the sign-in page
  if (signedOut) return true;
  if (answer.status === 400 && !isAll) { // what the page knows is too old
    beginAgain();
    return false;
  }
  const time = Number(answer.headers.get('X-As-At'));
  if (![200, 304].includes(answer.status) || !(time >= success.time - 5)) throw answer;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const { dataset } = page.getElementById('main') ?? {};
  if (answer.status === 200 && !dataset?.asAt) throw answer;
  if (pausedAt) return true;
  if (dataset) changes = dataset.changes;
  // What is shown after parts were replaced has no entity tag.
  etag = isAll ? answer.headers.get('ETag') : '';
  if (isAll) allRead = asked;
  else if (!isEnough(page, dataset)) return false;
  success = { time, ...asked };
  failed = restored = false;
  news = '';
  tick();
  if (dataset) replaceParts(page, isAll);
  document.documentElement.classList.toggle('app-read-again');
  return true;
}

/** Whether what has changed can be shown by replacing parts of this page. */
function isEnough(page, { all, others }) {
  const shown = parts(document).map((part) => part.dataset.live);
  return all === undefined && parts(page).every((part) => shown.includes(part.dataset.live))
    && !others.split(' ').some((service) => shown.includes(service));
}

/** Replaces what differs: nothing moves. */
function replaceParts(page, isAll) {
  const fresh = new Map(parts(page).map((part) => [part.dataset.live, part]));
  const changed = [];
  for (const part of parts(document)) {
    const { live, word } = part.dataset;
    const next = fresh.get(live);
    fresh.delete(live);
    if (!next) {
      if (!isAll) continue;
      part.isGone = listChanged = true;
      part.querySelector('.app-old strong')?.replaceChildren('No longer in this list');
    } else if (next.outerHTML !== part.outerHTML) {
      // The name is also elsewhere, where it stays.
      listChanged ||= next.dataset.name !== part.dataset.name;
      if (next.dataset.word !== word) changed.push(`${next.dataset.name} is ${next.dataset.word}`);
      part.replaceWith(next);
    }
  }
  listChanged ||= fresh.size > 0;
  const more = changed.splice(3).length;
  news = changed.join(', ') + (more ? ` and ${more} more` : '');
  if (!isAll) count();
}

function count() {
  for (const number of document.querySelectorAll('[data-count]')) {
    const { length } = document.querySelectorAll(number.dataset.count);
    say(number, `${length}`);
    const some = number.closest('[data-some]');
    if (some) some.hidden = !length;
  }
}

pause.addEventListener('click', () => {
  pausedAt = pausedAt ? '' : timeOfDay(success.time + since(success));
  pause.textContent = pausedAt ? 'Resume updates' : 'Pause updates';
  tick();
  read();
});
// The back button may bring the page of somebody who signed out.
addEventListener('pageshow', (event) => {
  restored ||= event.persisted;
  tick();
  if (restored) read();
});
for (const event of ['focus', 'online']) addEventListener(event, tick);
for (const event of ['resume', 'visibilitychange']) document.addEventListener(event, tick);
pause.hidden = false;
setInterval(tick, 1000);
tick();
