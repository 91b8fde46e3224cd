// SPDX-License-Identifier: LGPL-2.1-or-later
// The wire to one viewer: a process on the server that plays one film, photograph or camera. To it go lines of JSON,
// from it come messages: a byte that says the kind, and what belongs to it.
import { socket } from './server.js';

const as_text = new TextDecoder();

/// A picture's message, its two JPEGs not yet decoded: {head, before, after}.
function parts_of(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const next = (length) => bytes.subarray(at, (at += length));
  const next_with_length = () => {
    const length = view.getUint32(at);
    at += 4;
    return next(length);
  };
  const head = JSON.parse(as_text.decode(next_with_length()));
  const before = next_with_length();
  return { head, before, after: bytes.subarray(at) };
}

const decode = (jpeg) => createImageBitmap(new Blob([jpeg], { type: 'image/jpeg' }));

/// Where what is shown comes from, as the server wants it named.
function query_of(source) {
  const { name, ...query } = source;
  return new URLSearchParams(query);
}

/// Opens a viewer. `on` has functions: event(object), picture(head, before, after), frame(blob), closed().
/// Returns {send(object), close()}.
export function open_viewer(source, on) {
  const wire = socket(`/api/view?${query_of(source)}`);
  let newest = null, is_decoding = false, is_open = true;

  const send = (message) => {
    if (wire.readyState === WebSocket.OPEN) wire.send(JSON.stringify(message));
  };

  // Pictures that come while one is decoded take each other's place: the newest only is worth drawing.
  const draw = async () => {
    if (is_decoding) return;
    is_decoding = true;
    while (newest && is_open) {
      const { head, before, after } = newest;
      newest = null;
      try {
        const [left, right] = await Promise.all([decode(before), decode(after)]);
        if (is_open) on.picture(head, left, right);
      } catch {
        on.event({ event: 'remark', text: 'A picture could not be shown.' });
      }
      send({ do: 'shown', number: head.number });
    }
    is_decoding = false;
  };

  wire.onmessage = ({ data }) => {
    const bytes = new Uint8Array(data);
    const kind = String.fromCharCode(bytes[0]), payload = bytes.subarray(1);
    if (kind === 'j') on.event(JSON.parse(as_text.decode(payload)));
    if (kind === 'i') on.frame(new Blob([payload], { type: 'image/png' }));
    if (kind === 'p') {
      if (newest) send({ do: 'shown', number: newest.head.number });
      newest = parts_of(payload);
      draw();
    }
  };
  wire.onclose = () => {
    if (is_open) on.closed();
    is_open = false;
  };
  return {
    send,
    close() {
      is_open = false;
      wire.close();
    },
  };
}
