// A DHCP client for tests, built from the RFC and not with the code under test.
import assert from 'node:assert/strict';
import { numberToIpv4 } from '../../../runtime/model/network.ts';
import { numberToMac } from '../../../runtime/switch/packet/mac.ts';
import { BROADCAST } from '../../drivers/nftables/frame.ts';
import { fault, INSIDE_MAC } from './leg-world.ts';

export const TYPE = { discover: 1, offer: 2, request: 3, decline: 4, ack: 5, nak: 6, release: 7, inform: 8 } as const;
export interface Said {
  readonly mac?: string;
  readonly flags?: number;
  readonly clientIp?: string;
  readonly requested?: string;
  readonly server?: string;
  readonly wanted?: readonly number[];
}

function hex(text: string): number[] {
  return [...Buffer.from(text.replaceAll(':', ''), 'hex')];
}

export function quad(text = '0.0.0.0'): number[] {
  return text.split('.').map(Number);
}

/** What a client sends, built here from the RFC and not with the code under test. */
export function said(type: number, options: Said = {}): Buffer {
  const { mac = INSIDE_MAC, flags = 0, clientIp, requested, server, wanted } = options;
  const body = Buffer.from([
    ...[1, 1, 6, 0, 0xca, 0xfe, 0xba, 0xbe, 0, 0, flags >>> 8, flags & 0xff],
    ...quad(clientIp),
    ...Array<number>(12).fill(0),
    ...hex(mac),
    ...Array<number>(202).fill(0),
    ...[0x63, 0x82, 0x53, 0x63, 53, 1, type],
    ...(requested === undefined ? [] : [50, 4, ...quad(requested)]),
    ...(server === undefined ? [] : [54, 4, ...quad(server)]),
    ...(wanted === undefined ? [] : [55, wanted.length, ...wanted]),
    255,
  ]);
  const ports = Buffer.from([0, 68, 0, 67, (body.length + 8) >>> 8, (body.length + 8) & 0xff, 0, 0]);
  const total = 20 + 8 + body.length;
  const header = Buffer.from([0x45, 0, total >>> 8, total & 0xff, 0, 0, 0, 0, 64, 17, 0, 0]);
  const ip = Buffer.concat([header, Buffer.from([...quad(clientIp), 255, 255, 255, 255])]);
  let sum = 0;
  for (let at = 0; at < 20; at += 2) sum += ip.readUInt16BE(at);
  ip.writeUInt16BE(~((sum & 0xffff) + (sum >>> 16)) & 0xffff, 10);
  const ethernet = Buffer.from([...hex(BROADCAST), ...hex(mac), 8, 0]);
  return Buffer.concat([ethernet, ip, ports, body]);
}

export interface Heard {
  readonly type: number;
  readonly yourIp: string;
  readonly toMac: string;
  readonly toIp: string;
  readonly options: ReadonlyMap<number, Buffer>;
}

/** What a client hears: exactly one sound reply. */
export function heard(frames: readonly Buffer[]): Heard {
  const [frame] = frames;
  assert.ok(frame && frames.length === 1, 'one reply');
  assert.equal(fault(frame), undefined);
  assert.deepEqual([frame.readUInt16BE(34), frame.readUInt16BE(36)], [67, 68]);
  assert.equal(frame.readUInt32BE(46), 0xcafebabe, 'the transaction');
  const options = new Map<number, Buffer>();
  for (let at = 42 + 240; frame[at] !== 255; ) {
    const length = frame.readUInt8(at + 1);
    options.set(frame.readUInt8(at), frame.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return {
    type: options.get(53)?.readUInt8(0) ?? 0,
    yourIp: numberToIpv4(frame.readUInt32BE(42 + 16)),
    toMac: numberToMac(frame.readUIntBE(0, 6)),
    toIp: numberToIpv4(frame.readUInt32BE(30)),
    options,
  };
}
