// Reads the page again every 30 seconds. A board reads what has changed of it, every 10 seconds, and all of it every 10
// minutes. From its deadline on, and a minute after the last success, a status is "Not known".
// The only clock is the server's; time since then is measured here.
// If this stops, the style sheet does the same (app-read-again).

// Seconds to the next read: of a page, of what has changed, after a failure, at a deadline
const [READ, FOLLOW, RETRY, AT_ONCE] = [30, 10, 15, 2];
// Seconds later, so that not all boards read at the same time
const SPREAD = 5 * Math.random();
// Seconds to the next read of all of a page that is followed
const READ_WHOLE = 600;
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
// When all of the page was shown; undefined if that has to come next
let wholeAt = asked;
// Where to read what has changed
let { etag, changes } = main.dataset;
let [reading, failed, restored, signedOut, listChanged, isDue, isSlow] = [];
let [pausedAt, news] = ['', ''];

/** Says what is known now, and reads if it is time. */
function tick() {
  const age = since(success), now = success.time + age;
  const unknown = signedOut || restored || age >= UNKNOWN;
  let isOver;
  isDue = false;
  for (const part of parts(document)) {
    const { until = Infinity, again = Infinity } = part.dataset;
    const over = now >= Number(until);
    if (!part.isGone) {
      isOver ||= now >= Number(until) + SPREAD;
      isDue ||= isOver || now >= Number(again);
    }
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
  const wait = failed ? RETRY + SPREAD : isOver ? AT_ONCE : isFollowed() && !isSlow ? FOLLOW : READ;
  // A tick may come a little early.
  if (Math.round(since(asked)) >= wait) read();
}

// The server does not know of a list that has changed.
const isFollowed = () => changes && wholeAt && !listChanged;

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

async function read() {
  if (reading || pausedAt || signedOut || document.hidden) return;
  reading = true;
  asked = mark();
  try {
    const isTime = restored || !isFollowed() || since(wholeAt) >= READ_WHOLE;
    // A board on which too much happens costs no more than any other page.
    isSlow = !isTime && (isDue || !await follow());
    if (isTime || isSlow) show(await get(location.href), true);
  } catch {
    failed = true;
    etag = '';
    wholeAt = undefined;
  }
  reading = false;
  tick();
}

/** Shows what has changed. Returns whether that is enough: if not, all of the page has to be shown. */
async function follow() {
  const answer = await get(changes);
  if (signedOut || pausedAt) return true;
  if (answer.isRefused) changes = '';
  else if (isEnough(answer)) return show(answer, false);
  else ({ changes } = answer.dataset);
  etag = '';
  wholeAt = undefined;
  return false;
}

/** Reads the page, or what has changed of it. Throws if the answer is neither, as it is now. */
async function get(address) {
  const answer = await fetch(address, { cache: 'no-store', redirect: 'manual', signal: AbortSignal.timeout(10_000),
    // What the page knows is still known after all of it was read.
    headers: { 'X-Refresh': changes?.split('since=')[1] ?? '1', 'If-None-Match': etag } });
  signedOut = answer.type === 'opaqueredirect'; // to the sign-in page
  if (signedOut) return undefined;
  // What the page knows is too old.
  if (answer.status === 400 && address === changes) return { isRefused: true };
  const time = Number(answer.headers.get('X-As-At'));
  if (![200, 304].includes(answer.status) || !(time >= success.time - 5)) throw answer;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const { dataset } = page.getElementById('main') ?? {};
  if (answer.status === 200 && !dataset?.asAt) throw answer;
  return { time, page, dataset, tag: answer.headers.get('ETag') };
}

/** Whether what has changed can be shown by replacing parts of this page. */
function isEnough({ page, dataset: { all, others } }) {
  const shown = parts(document).map((part) => part.dataset.live);
  return all === undefined && parts(page).every((part) => shown.includes(part.dataset.live))
    && !others.split(' ').some((service) => shown.includes(service));
}

/** Shows an answer, if nobody has paused or signed out meanwhile. */
function show(answer, isWhole) {
  if (signedOut || pausedAt) return true;
  const { time, page, dataset, tag } = answer;
  success = { time, ...asked };
  // After parts were replaced, what is shown has no tag.
  etag = isWhole ? tag : '';
  if (isWhole) wholeAt = asked;
  if (dataset) ({ changes } = dataset);
  failed = restored = false;
  news = '';
  tick();
  if (dataset) replaceParts(page, isWhole);
  document.documentElement.classList.toggle('app-read-again');
  return true;
}

/** Replaces what differs: nothing moves. */
function replaceParts(page, isWhole) {
  const fresh = new Map(parts(page).map((part) => [part.dataset.live, part]));
  const changed = [];
  for (const part of parts(document)) {
    const { live, word } = part.dataset;
    const next = fresh.get(live);
    fresh.delete(live);
    if (!next) {
      if (!isWhole) continue;
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
  if (!isWhole) count();
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
