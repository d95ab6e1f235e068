// The addon's CAN, which only a kernel with CAN can show: in a guest, whose adapter the test plays.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { layoutHeader } from '../../../scripts/native/layout-header.ts';
import { type CanGuests, canGuests } from '../../lab/can-guest.ts';
import { until } from '../engine/world.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Builds the program that echoes, for a guest without any library. */
function buildEcho(folder: string): string {
  writeFileSync(join(folder, 'layout.h'), layoutHeader());
  const sources = here('../../../native/burst/');
  // Everything but what is for JavaScript alone.
  const parts = readdirSync(sources).filter(name => /^(?:port|tty|alarm).*\.c$/.test(name));
  const file = join(folder, 'can-echo');
  const include = ['-I', folder, '-I', sources];
  execFileSync('gcc', [
    '-std=gnu11',
    '-O2',
    '-Wall',
    '-static',
    ...include,
    '-o',
    file,
    here('./can-echo.c'),
    ...parts.map(name => join(sources, name)),
  ]);
  return file;
}

describe('CAN by the addon', function () {
  this.timeout(240_000);
  const folder = mkdtempSync(join(tmpdir(), 'gw-can-echo-'));
  let guests: CanGuests | undefined;
  after(async () => {
    await guests?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('carries every frame in order, standard and extended ones, data and remote ones, and hears none of its own', async () => {
    guests = canGuests({ 'can-echo': buildEcho(folder) });
    let line: Socket | undefined;
    let heard = '';
    const { console } = await guests.boot('echo', socket => {
      line = socket;
      socket.on('data', bytes => {
        heard += bytes.toString('latin1');
      });
    });
    assert.match((await console.attempt('can-echo nothing')).output, /opened -19/, 'ENODEV');
    const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, '0');
    /** As the line writes it; every fifth is an extended one. */
    const frame = (index: number, more: number) => {
      const id = index % 5 === 4 ? `T${hex(index * 0x1_0000 + more, 8)}` : `t${hex(index + more, 3)}`;
      return `${id}${index % 9}${hex(index, 2).repeat(index % 9)}`;
    };
    const numbers = Array.from({ length: 200 }, (_, index) => index);
    const sent = [...numbers.map(index => frame(index, 0)), 'r1234', 'R000012300'];
    const expected = [...numbers.map(index => frame(index, 1)), 'r1244', 'R000012310'];
    // The last one may not be whole yet.
    const frames = () =>
      heard
        .split('\r')
        .slice(0, -1)
        .filter(text => /^[tTrR]/.test(text));
    // Through memory that it shares with the kernel, and without the right to, through its socket alone.
    for (const [who, rings] of [
      ['', 1],
      ['nobody', 0],
    ] as const) {
      await console.run(
        `(can-echo can0 ${who} >/tmp/echo 2>&1 &) ; until grep -q opened /tmp/echo; do sleep 0.1; done`,
      );
      // Beside a heading: sockets of packets, of which nobody else in the guest has any.
      assert.equal(Number((await console.run('wc -l </proc/net/packet')).trim()) - 1, rings);
      heard = '';
      line?.write(sent.map(text => `${text}\r`).join(''));
      await until(() => frames().length >= expected.length);
      assert.deepEqual(frames(), expected);
      line?.write('t7FF0\r');
      const said = await console.run('while pidof can-echo >/dev/null; do sleep 0.1; done; cat /tmp/echo');
      assert.match(said, /received 203 sent 202 errors 0/);
      assert.doesNotMatch(said, /backwards|not all/);
    }
  });
});
