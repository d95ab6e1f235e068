// A channel that behaves as npm socketcan was seen to behave in a kernel with CAN, but fails where it ends the process.
import assert from 'node:assert/strict';
import type { ReceivedMessage } from '../../../runtime/protocols/can/socketcan/package.ts';

/** Refuses what would have ended the process. */
export class Channel {
  readonly sent: Record<string, unknown>[] = [];
  readonly options: object;
  answer = 16;
  running = false;
  calling = false;
  message: (message: ReceivedMessage) => void = () => {};
  stopped: () => void = () => {};

  constructor(options: object) {
    this.options = options;
  }
  addListener(event: string, call: never) {
    if (event === 'onMessage') this.message = call;
    else this.stopped = call;
  }
  start() {
    this.running = true;
  }
  stop() {
    assert.ok(!this.calling, 'the process would have ended: stopped within one of its own calls');
    if (!this.running) throw new Error('Channel not started');
    this.call(this.stopped);
    this.running = false;
    return this;
  }
  /** Calls a listener, as the package does. */
  call(listener: () => void) {
    this.calling = true;
    listener();
    this.calling = false;
  }
  hear(message: ReceivedMessage) {
    this.call(() => this.message(message));
  }
  send(message: Record<string, unknown>) {
    assert.ok(typeof message.id === 'number' && Buffer.isBuffer(message.data), 'the process would have been aborted');
    if (!this.running) throw new Error('Invalid channel!');
    this.sent.push({ ...message });
    // It writes into the caller's object.
    message.ts_sec = 1;
    return this.answer;
  }
  sendFD(message: Record<string, unknown>) {
    return this.send({ ...message, FD: true });
  }
}
