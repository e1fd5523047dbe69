// What a function of the running stack answers when its store is stopped: the same program with the same settings, but
// nothing listens at the address of its store. The store itself must go on, for the other tests.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { stack } from './stack.mjs';

/** Lets this function answer a route of a page, as if the store had stopped. */
export const answerWithoutStore = (name, id) => async (route) => {
  const request = route.request();
  const { statusCode, headers, body, isBase64Encoded } = await invoke(name, await event(request, id));
  await route.fulfill({ status: statusCode, headers, body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') });
};

async function event(request, id) {
  const headers = await request.allHeaders();
  const { pathname, search } = new URL(request.url());
  const http = { method: request.method(), path: pathname, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'browser' };
  return {
    version: '2.0', routeKey: '$default', rawPath: pathname, rawQueryString: search.slice(1), pathParameters: { id },
    // The answer comes as it is.
    headers: { ...headers, 'accept-encoding': 'identity' }, cookies: headers.cookie?.split('; '),
    body: request.postData(), isBase64Encoded: false,
    requestContext: { accountId: 'local', apiId: 'local', stage: '$default', requestId: 'local', timeEpoch: Date.now(), http },
  };
}

/** Runs the function for this one event, with Lambda's runtime API. */
async function invoke(name, request) {
  const { program, settings } = running(name);
  let isTaken = false;
  let finish;
  const finished = new Promise((resolve) => { finish = resolve; });
  const server = createServer(async (call, answer) => {
    if (call.url.endsWith('/next')) {
      // Never another one
      if (isTaken) return;
      isTaken = true;
      answer.writeHead(200, { 'Content-Type': 'application/json', 'Lambda-Runtime-Aws-Request-Id': '1',
        'Lambda-Runtime-Invoked-Function-Arn': 'local', 'Lambda-Runtime-Deadline-Ms': `${Date.now() + 20_000}` });
      answer.end(JSON.stringify(request));
      return;
    }
    const body = Buffer.concat(await call.toArray()).toString();
    answer.writeHead(202).end();
    if (call.url.endsWith('/response')) finish(JSON.parse(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const child = spawn(program, { stdio: 'ignore', env: { ...settings,
    AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`, AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' } });
  const ended = once(child, 'exit').then(() => { throw new Error(`${name} ended`); });
  try {
    return await Promise.race([finished, ended]);
  } finally {
    child.kill();
    await ended.catch(() => {});
    server.closeAllConnections();
    server.close();
  }
}

/** The program of this function and its settings, in the running stack. */
function running(name) {
  for (const id of readdirSync('/proc')) {
    if (!/^\d+$/.test(id)) continue;
    try {
      const settings = Object.fromEntries(readFileSync(`/proc/${id}/environ`, 'utf8').split('\0').filter(Boolean)
        .map((line) => line.split(/=(.*)/s, 2)));
      if (settings.AWS_LAMBDA_FUNCTION_NAME === name && settings.PUBLIC_URL === stack.apiUrl) {
        return { program: readlinkSync(`/proc/${id}/exe`), settings };
      }
    } catch {
      // It has ended, or is somebody else's.
    }
  }
  throw new Error(`${name} does not run`);
}
