// The card of a VM recorded by two programs that a test plays: what they say is taken no faster than there is room for, what the
// kernel drops is counted, and what is no recording ends it.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { recordPort } from '../../../runtime/drivers/bridge/port-recorder.ts';
import { createFakeHost } from '../../../runtime/host/fake.ts';
import type { Host, StartOptions } from '../../../runtime/host/host.ts';
import { portDevice } from '../../../runtime/host/linux/device-name.ts';
import type { PortFrame } from '../../../runtime/model/port-frame.ts';
import { until } from '../../contract/driver-case.ts';

const PORT = 'port.cell-7/robot.eth0';
const DEVICE = portDevice(PORT);
const LINK = {
  ...{ ifindex: 7, ifname: DEVICE, flags: ['UP'], mtu: 1500, ifalias: `gatewright:${PORT};generation=1` },
  linkinfo: { info_kind: 'tun' },
};

interface Played {
  readonly argv: readonly string[];
  readonly output: PassThrough;
  readonly signals: string[];
  complain(text: string): void;
  end(words: string): void;
}

describe('programs that record the card of a VM', function () {
  this.timeout(60_000);
  const played: Played[] = [];
  beforeEach(() => void played.splice(0));

  const host: Host = {
    ...createFakeHost({ run: argv => (argv.includes('-j') ? JSON.stringify([LINK]) : undefined) }),
    async start(argv, { output, complained }: StartOptions = {}) {
      const { promise: ended, resolve: end } = Promise.withResolvers<string>();
      const signals: string[] = [];
      const stream = new PassThrough();
      output?.(stream);
      played.push({ argv, output: stream, signals, complain: text => complained?.(text), end });
      stream.write(HEAD);
      return {
        pid: 1,
        ended,
        kill(signal) {
          signals.push(signal);
          if (signal === 'SIGKILL') end('was ended by SIGKILL');
        },
      };
    },
  };

  async function recording() {
    const frames: PortFrame[] = [];
    let lost = 0;
    let ended = false;
    const heard = (told: readonly PortFrame[], missed: number) => {
      frames.push(...told);
      lost += missed;
    };
    const stop = await recordPort(host, PORT, { snaplen: 128 }, heard, () => {
      ended = true;
    });
    return { frames, stop, lost: () => lost, ended: () => ended };
  }

  it('are two, one for each direction, with no rights but to listen', async () => {
    const { stop } = await recording();
    stop();
    assert.deepEqual(
      played.map(({ argv }) => argv.join(' ').replace(/ -Z .*? -s /, ' … -s ')),
      ['in', 'out'].map(
        way =>
          'setpriv --no-new-privs --bounding-set=-all,+net_raw,+setuid,+setgid -- ' +
          `tcpdump -i ${DEVICE} -Q ${way} … -s 128 -w -`,
      ),
    );
    assert.deepEqual(
      played.map(({ signals }) => signals.at(-1)),
      ['SIGKILL', 'SIGKILL'],
    );
  });

  it('tell what comes by two ways in the order of its times', async () => {
    const { frames, stop } = await recording();
    const [sent, reached] = played;
    reached?.output.write(record(2, 20));
    sent?.output.write(Buffer.concat([record(1, 10), record(3, 90, 200)]));
    await until(() => frames.length === 3, 'three frames');
    stop();
    assert.deepEqual(
      frames.map(({ atUs, direction, bytes, length }) => [atUs, direction, bytes.length, length]),
      [
        [1_000_001, 'from-vm', 10, 10],
        [1_000_002, 'to-vm', 20, 20],
        [1_000_003, 'from-vm', 90, 200],
      ],
    );
  });

  it('are taken no faster than there is room for, and nothing of it is lost', async () => {
    const { frames, lost, stop } = await recording();
    const many = Buffer.concat(Array.from({ length: 30_000 }, (_, index) => record(index, 100)));
    for (let at = 0; at < many.length; at += 65_536) played[0]?.output.write(many.subarray(at, at + 65_536));
    await until(() => frames.length === 30_000, 'all frames');
    stop();
    assert.equal(lost(), 0);
  });

  it('count what the kernel dropped, once', async () => {
    const { lost, stop } = await recording();
    await until(() => played.every(({ signals }) => signals.includes('SIGUSR1')), 'that they are asked');
    played[0]?.complain('tcpdump: 9 packets captured, 9 packets received by filter, 1');
    played[0]?.complain('2 packets dropped by kernel\n');
    played[0]?.complain('tcpdump: 9 packets captured, 30 packets received by filter, 12 packets dropped by kernel\n');
    played[1]?.complain('tcpdump: 1 packet captured, 2 packets received by filter, 1 packet dropped by kernel\n');
    await until(() => lost() === 13, 'thirteen');
    stop();
  });

  it('end the recording together when one of them ends, or says what is no recording', async () => {
    const first = await recording();
    played[1]?.end('tcpdump ended with 1: The interface disappeared');
    await until(first.ended, 'its end');
    assert.equal(played[0]?.signals.at(-1), 'SIGKILL');
    played.splice(0);
    const second = await recording();
    const huge = record(1, 10);
    huge.writeUInt32LE(0x7fff_ffff, 8);
    played[0]?.output.write(huge);
    await until(second.ended, 'its end');
    assert.deepEqual([second.frames, played[1]?.signals.at(-1)], [[], 'SIGKILL']);
  });
});

/** As tcpdump begins [draft-ietf-opsawg-pcap]. */
const HEAD = Buffer.alloc(24);
HEAD.writeUInt32LE(0xa1b2_c3d4, 0);
HEAD.writeUInt32LE(0x0004_0002, 4);
HEAD.writeUInt32LE(65_535, 16);
HEAD.writeUInt32LE(1, 20);

/** A frame a second after 1970 and so many microseconds. */
function record(micros: number, bytes: number, length = bytes): Buffer {
  const record = Buffer.alloc(16 + bytes);
  for (const [index, word] of [1, micros, bytes, length].entries()) record.writeUInt32LE(word, index * 4);
  return record;
}
