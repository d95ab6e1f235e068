// The picture of a box: which sockets are in it, and where.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { layOut, WIDTH } from '../../../nodes/hardware/picture/layout.ts';
import { groupOf, OUTLINES } from '../../../nodes/hardware/picture/outlines.ts';
import { type PicturedSocket, picturedSockets } from '../../../nodes/hardware/picture/pictured.ts';
import { rowsOf } from '../../../nodes/hardware/rows.ts';
import { socketsOf } from '../../../nodes/hardware/sockets.ts';
import { PortKind } from '../../../runtime/hardware/profile.ts';
import { port, profileOf } from '../../hardware/profiles.ts';

const socket = (label: string, fields: Partial<PicturedSocket> = {}): PicturedSocket => ({
  ...{ label, kind: 'ethernet', use: 'network', device: '', isWired: false, isRemembered: false, ...fields },
});

describe('the picture of a box', () => {
  it('has an outline for every kind of socket, inside its size', () => {
    assert.deepEqual(Object.keys(OUTLINES).sort(), [...PortKind.options].sort());
    for (const { width, height } of Object.values(OUTLINES)) assert.ok(width <= 64 && height <= 30);
  });

  it('shows drawn connectors as what the profile knows of them, and then what is not drawn', () => {
    const unsure = { '*': { confidence: 'unverified', source: 'memory' } } as const;
    const photo = { file: 'front.jpg', xPercent: 10, yPercent: 50 };
    const profile = profileOf([port('LAN1', { evidence: unsure, photo }), port('wifi', { kind: 'wifi', address: {} })]);
    const sockets = socketsOf(profile);
    const [lan, com, wifi] = picturedSockets(
      [...rowsOf(sockets), { label: 'com1', kind: 'serial', device: '/dev/ttyS0', role: 'plant', mac: '' }],
      sockets,
      row => row === 1,
    );
    assert.deepEqual([lan?.use, lan?.isRemembered, lan?.place?.face, lan?.row], ['management', true, 'front.jpg', 0]);
    assert.deepEqual([com?.use, com?.isWired, com?.isRemembered, com?.row], ['field', true, false, 1]);
    assert.deepEqual([wifi?.use, wifi?.kind, wifi?.row], ['none', 'wifi', undefined]);
  });

  it('puts sockets where the profile has seen them, each on its side of the box, and the others in rows', () => {
    const place = (face: string, xPercent: number) => ({ place: { face, xPercent, yPercent: 50 } });
    const faces = layOut([
      socket('a', place('rear', 0)),
      socket('b', place('front', 100)),
      socket('c'),
      socket('d', place('front', 50)),
    ]);
    assert.deepEqual(
      faces.map(({ title, sockets }) => [title, sockets.map(placed => placed.socket.label)]),
      [
        ['front', ['b', 'd']],
        ['rear', ['a']],
        ['', ['c']],
      ],
    );
    const [b, d] = faces[0]?.sockets ?? [];
    assert.equal(d?.x, WIDTH / 2);
    assert.ok((b?.x ?? 0) > WIDTH * 0.9 && (b?.x ?? 0) < WIDTH);
  });

  it('is a box even when nothing is known of it', () => assert.equal(layOut([]).length, 1));

  it('keeps every socket inside of the box and apart from the others, however many there are', () => {
    const label = fc.string({ minLength: 1, maxLength: 32, unit: 'grapheme-ascii' });
    const some = fc.array(fc.tuple(label, fc.constantFrom(...PortKind.options)), { maxLength: 70 });
    fc.assert(
      fc.property(some, all => {
        const [face] = layOut(all.map(([text, kind]) => socket(text, { kind })));
        const placed = face?.sockets ?? [];
        assert.equal(placed.length, all.length);
        for (const [index, { socket: own, x, y }] of placed.entries()) {
          const half = OUTLINES[own.kind].width / 2;
          assert.ok(x - half >= 0 && x + half <= WIDTH && y > 0 && y < (face?.height ?? 0));
          const next = placed[index + 1];
          if (next === undefined) continue;
          assert.ok(groupOf(next.socket.kind) >= groupOf(own.kind));
          if (next.y === y) assert.ok(next.x - OUTLINES[next.socket.kind].width / 2 > x + half);
        }
      }),
      { numRuns: 200 },
    );
  });
});
