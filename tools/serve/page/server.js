// SPDX-License-Identifier: LGPL-2.1-or-later
// What is asked of the server, and what it tells by itself.

const no_answer = 'The server does not answer. Is gst-colorize serve still running?';

/// The JSON that the server answers with. What is sent is `json`, or `text` as it is. Throws an Error in words.
export async function ask(path, { method = 'GET', json, text: plain } = {}) {
  const body = json === undefined ? plain : JSON.stringify(json);
  // What is kept outlives the page that sends it, but for what browsers refuse to send so (Fetch standard: 64 KiB in all).
  const keepalive = method === 'PUT' && body.length < 16000;
  const answer = await fetch(path, { method, body, keepalive, headers: json && { 'Content-Type': 'application/json' } })
    .catch(() => { throw new Error(no_answer); });
  const text = await answer.text();
  if (answer.ok) return text ? JSON.parse(text) : null;
  throw Object.assign(new Error(words_of(answer.status, text)), { is_of_server: true });
}

function words_of(status, text) {
  if (status === 401) return 'The server was started anew. Open the address that gst-colorize serve prints now.';
  try {
    return JSON.parse(text).error;
  } catch {
    return `The server says no (${status}).`;
  }
}

/// Sends a file's bytes by PUT; `progress` is called with a share from 0 to 1. `signal` stops it. fetch() has no progress
/// of what is sent, so this is the older way.
export function send_file(path, file, progress = () => {}, signal = null) {
  const { name } = file;
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', path);
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () => request.status < 300 ? resolve(JSON.parse(request.responseText))
      : reject(new Error(`${name}: ${words_of(request.status, request.responseText)}`));
    request.onerror = () => reject(new Error(`${name} was not taken: the connection broke off.`));
    request.onabort = () => reject(new DOMException('', 'AbortError'));
    signal?.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}

export function socket(path) {
  const found = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${path}`);
  found.binaryType = 'arraybuffer';
  return found;
}

const lost = 'The connection is lost. What is being made goes on; this page comes back by itself.';

/// Hears what happens to the jobs, for ever: a connection that is lost comes back by itself. The next message comes
/// when the last one was answered, so that a slow page has one to show, not all of them. `on_connection` is told what
/// is wrong with the connection, or '', and whether it was there before.
export function listen(on_message, on_connection) {
  let pause = 500, was_there = false, is_there = false;
  const connect = () => {
    const events = socket('/api/events');
    events.onopen = () => {
      pause = 500;
      is_there = true;
      on_connection('', was_there);
      was_there = true;
    };
    events.onmessage = (event) => {
      on_message(JSON.parse(event.data));
      events.send('shown');
    };
    events.onclose = async () => {
      if (is_there) on_connection(lost, true);
      is_there = false;
      setTimeout(connect, pause);
      pause = Math.min(pause * 1.5, 5000);
      // A server that was begun anew says so; one that is not there has no answer.
      const words = await ask('/api/about').then(() => lost, (error) => error.is_of_server ? error.message : lost);
      if (!is_there) on_connection(words, was_there);
    };
  };
  connect();
}
