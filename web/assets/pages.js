// Reads the page again every 30 seconds. From its deadline on, and a minute after the last success, a status is "Not known".
// The only clock is the server's; time since then is measured here.
// If this stops, the style sheet does the same (app-read-again).

// Seconds to the next read, after a failure, at a deadline
const [READ, RETRY, AT_ONCE] = [30, 15, 2];
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
let { etag } = main.dataset;
let [reading, failed, restored, signedOut, listChanged] = [];
let [pausedAt, changes] = ['', ''];

/** Says what is known now, and reads if it is time. */
function tick() {
  const age = since(success), now = success.time + age;
  const unknown = signedOut || restored || age >= UNKNOWN;
  let isOver;
  for (const part of parts(document)) {
    const over = now >= Number(part.dataset.until ?? Infinity);
    isOver ||= over;
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
  say(freshness, text || changes);
  reload.hidden = !(unknown || listChanged || document.activeElement === reload);
  if (since(asked) >= (failed ? RETRY : isOver ? AT_ONCE : READ)) read();
}

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
    await take(await fetch(location.href, { cache: 'no-store', redirect: 'manual',
      headers: { 'X-Refresh': '1', 'If-None-Match': etag }, signal: AbortSignal.timeout(10_000) }));
  } catch {
    failed = true;
  }
  reading = false;
  tick();
}

/** Throws if the answer is not this page as it is now. */
async function take(answer) {
  signedOut = answer.type === 'opaqueredirect'; // to the sign-in page
  if (signedOut) return;
  const time = Number(answer.headers.get('X-As-At'));
  if (![200, 304].includes(answer.status) || !(time >= success.time - 5)) throw answer;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  if (answer.status === 200 && !page.getElementById('main')?.dataset.asAt) throw answer;
  if (pausedAt) return;
  success = { time, ...asked };
  etag = answer.headers.get('ETag');
  failed = restored = false;
  changes = '';
  tick();
  if (answer.status === 200) replaceParts(page);
  document.documentElement.classList.toggle('app-read-again');
}

/** Replaces what differs: nothing moves. */
function replaceParts(page) {
  const fresh = new Map(parts(page).map((part) => [part.dataset.live, part]));
  const changed = [];
  for (const part of parts(document)) {
    const { live, word } = part.dataset;
    const next = fresh.get(live);
    fresh.delete(live);
    if (!next) {
      part.isGone = listChanged = true;
      part.querySelector('.app-old strong')?.replaceChildren('No longer in this list');
    } else if (next.outerHTML !== part.outerHTML) {
      if (next.dataset.word !== word) changed.push(`${next.dataset.name} is ${next.dataset.word}`);
      part.replaceWith(next);
    }
  }
  listChanged ||= fresh.size > 0;
  const more = changed.splice(3).length;
  changes = changed.join(', ') + (more ? ` and ${more} more` : '');
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
