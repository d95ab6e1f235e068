// What is counted at the cards of VMs of an embedded gateway: what a VM says, what reaches it, and what became of the rest.
import assert from 'node:assert/strict';
import { ipFrame } from '../nftables/frame.ts';
import { local, modbusOnly, PLC, PLC_IP, plc, ROBOT, ROBOT_IP, robot } from './guarded-cell.ts';
import { type EmbeddedGateway, type EmbeddedLab, embeddedLab, type Station } from './lab.ts';

describe('what is counted at the cards of VMs of an embedded gateway', () => {
  let lab: EmbeddedLab;
  let gateway: EmbeddedGateway;
  let a: Station;
  beforeEach(async () => {
    lab = await embeddedLab();
    gateway = await lab.gateway('cell-7');
    await gateway.make(local, modbusOnly, robot, plc);
    a = lab.station(robot.address);
  });
  afterEach(() => lab.close());

  /** The robot asks the PLC for something at a port. */
  function asks(destinationPort: number): void {
    const ends = { source: ROBOT_IP, destination: PLC_IP, sourcePort: 40_000, destinationPort };
    a.send(ipFrame({ sourceMac: ROBOT, targetMac: PLC }, { protocol: 'tcp', ...ends }));
  }
  const none = { frames: 0, denied: 0, dropped: 0 };

  it('is what each one says and what reaches it, apart from what rules refuse', async () => {
    lab.station(plc.address);
    for (const port of [502, 502, 503]) asks(port);
    assert.deepEqual(await gateway.counted(), [
      { port: robot.address, in: { frames: 3, denied: 1, dropped: 0 }, out: { frames: 0, dropped: 0 } },
      { port: plc.address, in: none, out: { frames: 2, dropped: 0 } },
    ]);
  });

  it('is lost what nobody is there to take, and what is no frame', async () => {
    asks(502);
    a.send(new Uint8Array(5));
    assert.deepEqual(await gateway.counted(), [
      { port: robot.address, in: { frames: 2, denied: 0, dropped: 1 }, out: { frames: 0, dropped: 0 } },
      { port: plc.address, in: none, out: { frames: 0, dropped: 1 } },
    ]);
  });

  it('is of the cards that are there now', async () => {
    await gateway.remove(plc.address);
    assert.deepEqual(
      (await gateway.counted()).map(({ port }) => port),
      [robot.address],
    );
  });
});
