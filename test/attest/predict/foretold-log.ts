// An event log of a machine that measures what was foretold of it, after a firmware of a test.
import { EVENT } from '../../../runtime/attest/event-types.ts';
import type { ForetoldEvent } from '../../../runtime/attest/predict/boot.ts';
import { logOfDigests } from '../boot-log.ts';

/** Device path of the file `kernel`, as OVMF tells of a kernel that QEMU handed over. */
const KERNEL = Buffer.concat([Buffer.alloc(32), Buffer.from('040412006b00650072006e0065006c0000007fff0400', 'hex')]);

export function logOfForetold(events: readonly ForetoldEvent[]): Buffer {
  const firmware = { pcr: 0, type: EVENT.postCode, digests: [Buffer.alloc(32, 0x11)], data: Buffer.alloc(4) };
  const told = events.map(({ pcr, component, digest }) => ({ pcr, digests: [digest], ...shapeOf(component) }));
  return logOfDigests([firmware, ...told], ['sha256']);
}

function shapeOf(component: string): { readonly type: number; readonly data: Buffer } {
  if (component === 'kernel') return { type: EVENT.bootApplication, data: KERNEL };
  if (component === 'firmware') return { type: EVENT.action, data: Buffer.alloc(0) };
  // Number of the tagged event of Linux's EFI stub.
  return {
    type: EVENT.tag,
    data: Buffer.from(component === 'initrd' ? 'ec223b8f00000000' : 'ed223b8f00000000', 'hex'),
  };
}
