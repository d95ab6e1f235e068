import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RecordedFrame } from '../../../runtime/lanes/recording/recorded-frame.ts';
import { tcpSegment } from '../../../runtime/lanes/recording/tcp/segment.ts';
import { TcpStreams } from '../../../runtime/lanes/recording/tcp/streams.ts';
import { inIpv6, type Segment, tcpFrame } from './tcp-frames.ts';

const CLIENT = ['10.0.0.5', 50_000] as const;
const SERVER = ['10.0.0.9', 502] as const;
const SYN = 2;
const FIN = 0x11;

const request = (sequence: number, text: string, more: Partial<Segment> = {}): Buffer =>
  tcpFrame({ from: CLIENT, to: SERVER, sequence, payload: Buffer.from(text), ...more });

function recorded(bytes: Uint8Array): RecordedFrame {
  return { time: 0, link: 'link', class: 'ethernet', bytes };
}

/** What each connection said, with `|` where something is missing. */
function heard(frames: readonly Uint8Array[]): readonly string[] {
  const said: string[] = [];
  const add = (place: number, text: string) => {
    said[place] += text;
  };
  const streams = new TcpStreams(502, (source, target) => {
    const place = said.push(`${source} to ${target}: `) - 1;
    return {
      chunk: bytes => add(place, Buffer.from(bytes).toString()),
      gap: () => add(place, '|'),
    };
  });
  for (const frame of frames) streams.take(recorded(frame));
  streams.end();
  return said;
}

describe('TCP in a recording', () => {
  it('is told from one end to the other, whatever the cuts are and however often a part is sent again', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 80, unit: 'grapheme-ascii' }),
        fc.nat(0xffff_ffff),
        fc.array(fc.nat(79), { maxLength: 12 }),
        fc.array(fc.tuple(fc.nat(79), fc.nat(79)), { maxLength: 6 }),
        (text, start, cuts, again) => {
          const places = [...new Set([0, ...cuts.filter(cut => cut < text.length), text.length])].sort((a, b) => a - b);
          const frames: Buffer[] = [request(start, '', { flags: SYN })];
          const first = start + 1;
          for (const [index, from] of places.slice(0, -1).entries()) {
            const to = places[index + 1] ?? 0;
            frames.push(request(first + from, text.slice(from, to)));
            const [low = 0, high = 0] = [...(again[index] ?? [to, to])].sort((a, b) => a - b);
            frames.push(request(first + low, text.slice(low, Math.min(high, to))));
          }
          assert.deepEqual(heard(frames), [`10.0.0.5 to 10.0.0.9: ${text}`]);
        },
      ),
    );
  });

  it('is told in its order when neighbours were mixed up', () => {
    const text = 'abcdefghijklmnopqrstuvwxyz';
    fc.assert(
      fc.property(fc.array(fc.nat(4), { minLength: 26, maxLength: 26 }), delays => {
        const order = delays.map((delay, place) => ({ place, at: place + delay })).sort((a, b) => a.at - b.at);
        const frames = order.map(({ place }) => request(1 + place, text.charAt(place)));
        assert.deepEqual(heard([request(0, '', { flags: SYN }), ...frames]), [`10.0.0.5 to 10.0.0.9: ${text}`]);
      }),
    );
  });

  it('is told from where a recording begins, and says where something is missing', () => {
    const lost = [request(100, 'ab'), request(102, 'cd'), request(108, 'ij'), request(110, 'k')];
    assert.deepEqual(heard(lost), ['10.0.0.5 to 10.0.0.9: abcd|ijk']);
    const ended = [...lost, request(111, 'l', { flags: FIN }), request(104, 'efgh')];
    assert.deepEqual(heard(ended), ['10.0.0.5 to 10.0.0.9: abcd|ijkl', '10.0.0.5 to 10.0.0.9: efgh']);
    // Two bytes each, every second one missing: when no more can wait, the first is given up.
    const holes = Array.from({ length: 20 }, (_, place) => request(100 + 4 * place, 'xy'));
    assert.deepEqual(heard(holes), [`10.0.0.5 to 10.0.0.9: xy${'|xy'.repeat(19)}`]);
    const late = [...holes.slice(0, 11), request(102, '!!'), ...holes.slice(11)];
    assert.deepEqual(heard(late), [`10.0.0.5 to 10.0.0.9: xy${'|xy'.repeat(19)}`]);
    const large = [request(0, 'a'), request(2, 'x'.repeat(20_000))];
    assert.deepEqual(heard(large), [`10.0.0.5 to 10.0.0.9: a|${'x'.repeat(20_000)}`]);
  });

  it('begins anew with each connection, and keeps connections apart', () => {
    const other = { from: ['10.0.0.6', 50_000] as const };
    const frames = [
      request(1, 'a'),
      request(1, 'x', other),
      request(2, 'b', { flags: FIN }),
      request(700, '', { flags: SYN }),
      request(701, 'c'),
      request(2, 'y', other),
    ];
    assert.deepEqual(heard(frames), [
      '10.0.0.5 to 10.0.0.9: ab',
      '10.0.0.6 to 10.0.0.9: xy',
      '10.0.0.5 to 10.0.0.9: c',
    ]);
  });

  it('is found behind VLAN tags and in IPv6, and only what goes to the port is told', () => {
    const answer = tcpFrame({ from: SERVER, to: CLIENT, sequence: 1, payload: Buffer.from('no') });
    const frames = [request(1, 'a', { tags: [7] }), request(2, 'b', { tags: [7, 9] }), answer, inIpv6(request(1, 'z'))];
    assert.deepEqual(heard(frames), ['10.0.0.5 to 10.0.0.9: ab', 'fd00:0:0:0:0:0:0:0 to fd00:0:0:0:0:0:0:0: z']);
  });

  it('is nothing in a frame that is cut off or changed anywhere, and never more than the frame has', () => {
    const whole = request(1, 'some words', { tags: [3] });
    for (let length = 0; length < whole.length; length += 1)
      assert.equal(tcpSegment(whole.subarray(0, length)), undefined, `${length} bytes`);
    assert.equal(Buffer.from(tcpSegment(whole)?.payload ?? []).toString(), 'some words');
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, value) => {
        const changed = Buffer.from(whole);
        changed[at] = value;
        assert.ok((tcpSegment(changed)?.payload.length ?? 0) <= whole.length - 58);
      }),
    );
  });

  it('forgets the connection that was silent longest when there are too many', () => {
    const of = (number: number, sequence: number, text: string) =>
      request(sequence, text, { from: [`10.1.${number >> 8}.${number & 0xff}`, 1_000] });
    const many = Array.from({ length: 4_096 }, (_, number) => of(number, 1, 'a'));
    // The first one speaks again, so the second one is the oldest.
    const said = heard([...many, of(0, 2, 'b'), of(5_000, 1, 'a'), of(0, 3, 'c'), of(1, 2, 'b')]);
    assert.equal(said[0], '10.1.0.0 to 10.0.0.9: abc');
    assert.deepEqual([said[1], said.at(-1)], ['10.1.0.1 to 10.0.0.9: a', '10.1.0.1 to 10.0.0.9: b']);
  });
});
