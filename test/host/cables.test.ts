import assert from 'node:assert/strict';
import { createCables } from '../../runtime/host/cables.ts';

const FRAME = Uint8Array.of(1, 2, 3);

describe('a virtual cable', () => {
  it('carries frames both ways once both ends are plugged', () => {
    const cables = createCables();
    const [guest, bridge]: [Uint8Array[], Uint8Array[]] = [[], []];
    const station = cables.plug('port.cell-7/a.eth0', 'station', frame => guest.push(frame));
    assert.equal(station.send(FRAME), false);
    const port = cables.plug('port.cell-7/a.eth0', 'switch', frame => bridge.push(frame));
    assert.equal(station.send(FRAME), true);
    assert.equal(port.send(FRAME), true);
    assert.deepEqual([guest, bridge], [[FRAME], [FRAME]]);
  });

  it('has one taker for each end, until the end is pulled out', () => {
    const cables = createCables();
    const first = cables.plug('p', 'switch', () => {});
    assert.throws(() => cables.plug('p', 'switch', () => {}), /plugged already/);
    const other = cables.plug('p', 'station', () => {});
    first.unplug();
    assert.equal(other.send(FRAME), false);
    let count = 0;
    cables.plug('p', 'switch', () => {
      count += 1;
    });
    first.unplug();
    assert.equal(other.send(FRAME), true);
    assert.equal(count, 1, 'who pulls twice pulls nobody else');
  });

  it('joins nothing but its own two ends', () => {
    const cables = createCables();
    cables.plug('q', 'station', () => assert.fail('a frame of another cable'));
    assert.equal(cables.plug('p', 'switch', () => {}).send(FRAME), false);
    assert.equal(
      createCables()
        .plug('q', 'switch', () => {})
        .send(FRAME),
      false,
    );
  });
});
