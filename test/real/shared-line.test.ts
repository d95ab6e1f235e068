// The drawing of one line for two tenants, on an embedded gateway: real guests, a real serial port of the host (a pseudo terminal),
// and a slave on it. What the tenants may say is asked from within their guests.
import assert from 'node:assert/strict';
import type { LocalAgent } from '../../runtime/agent/agent.ts';
import { MemoryDevice } from '../../runtime/protocols/modbus/server/memory-device.ts';
import { busFigures, untilBusFindsGuests } from '../lab/bus.ts';
import { type EmbeddedAgent, embeddedDesign, openEmbeddedAgent } from '../lab/embedded-agent.ts';
import { type FieldDevices, openFieldDevices } from '../lab/field-devices.ts';
import { masterAnswer, masterCommand } from '../lab/guest-master.ts';
import { askGuest } from '../lab/guest-shell.ts';

const GATEWAY = 'substation-1';
const LINE = `line.${GATEWAY}/meters`;
const METER = 7;
const TAP_CHANGER = 30;
const NOBODY = 19;

/** The drawing with another device, and perhaps other fields. */
const drawn = (device: string, changes: Readonly<Record<string, object>> = {}) =>
  embeddedDesign('smart-meter', GATEWAY, node => {
    const interfaces = [{ label: 'com1', kind: 'serial', device }];
    const box = node.type === 'gatewright-hardware' ? { interfaces, wires: [['busMeters']] } : {};
    return { ...node, ...box, ...changes[String(node.name)] };
  });

describe('one line for two tenants, on an embedded gateway', function () {
  this.timeout(400_000).bail(true);
  let device = '';
  let embedded: EmbeddedAgent;
  let agent: LocalAgent;
  let devices: FieldDevices;
  const tapChanger = new MemoryDevice({ holdingRegisters: 100 });

  before(async () => {
    const meter = new MemoryDevice({ holdingRegisters: 100, inputRegisters: 100 });
    meter.setRegister('holding-registers', 10, 2_304);
    const units = new Map([
      [METER, meter],
      [TAP_CHANGER, tapChanger],
    ]);
    devices = await openFieldDevices(units);
    device = devices.port;
    embedded = await openEmbeddedAgent(GATEWAY);
    agent = embedded.agent;
  });
  after(async () => {
    await embedded?.close();
    await devices?.close();
  });

  /** Sends a request from within a guest and gives the bytes of the answer in hex, without unit and checksum. */
  async function modbus(vm: 'reader' | 'tap-changer', unit: number, pdu: string, answerBytes: number): Promise<string> {
    return masterAnswer(await askGuest(agent, `vm.${GATEWAY}/${vm}`, masterCommand(unit, pdu, answerBytes)));
  }

  it('is applied, both guests find a serial port, and the bus finds both guests', async () => {
    await embedded.apply(drawn(device));
    assert.deepEqual((await agent.drift())?.steps, []);
    await untilBusFindsGuests(agent, LINE);
    for (const vm of ['reader', 'tap-changer'] as const)
      await askGuest(agent, `vm.${GATEWAY}/${vm}`, 'stty raw -echo -F /dev/ttyS1');
  });

  it('lets each tenant read what it may', async () => {
    assert.equal(await modbus('reader', METER, '03000a0001', 4), '03020900');
    assert.equal(await modbus('tap-changer', METER, '03000a0001', 4), '03020900');
  });

  it('answers a forbidden write with an exception, counts it, and the device never hears of it', async () => {
    assert.equal(await modbus('reader', TAP_CHANGER, '060028000c', 2), '8601', 'billing writes nothing');
    assert.equal(await modbus('tap-changer', TAP_CHANGER, '0600280019', 2), '8602', 'a position that there is not');
    assert.equal(tapChanger.register('holding-registers', 40), 0);
    assert.equal(await modbus('tap-changer', TAP_CHANGER, '060028000c', 5), '060028000c');
    assert.equal(tapChanger.register('holding-registers', 40), 12);
    const counted = JSON.stringify(await busFigures(agent, LINE));
    assert.match(counted, /"id":"other-writes","hits":1,"lastHit":\d+/);
    assert.match(counted, /"id":"otherwise","hits":1,"lastHit":\d+/);
    assert.match(counted, /"id":"tap-position","hits":1/);
    assert.match(counted, /"rule":"other-writes","passed":false,"frame":"1e0600280019"/, 'its rule says log');
  });

  it('keeps a dead device of billing from holding up grid control', async () => {
    // Each of these waits for the time-out of the device until it is given up; meanwhile the other is served.
    const dead = (async () => {
      for (let n = 0; n < 5; n++) assert.equal(await modbus('reader', NOBODY, '0300000001', 2), '830b');
    })();
    for (let n = 0; n < 5; n++) assert.equal(await modbus('tap-changer', METER, '03000a0001', 4), '03020900');
    await dead;
  });

  it('takes other rules without touching a guest', async () => {
    const nothing = drawn(device, {
      'billing-guard': { modbusRules: [{ id: 'time', action: 'accept', functions: '17' }] },
    });
    const { steps } = await agent.plan(nothing);
    assert.deepEqual(
      steps.map(({ address, impact }) => [address, impact.restartsVm]),
      [[LINE, false]],
    );
    await embedded.apply(nothing);
    assert.equal(await modbus('reader', METER, '03000a0001', 2), '8301');
    assert.equal(await modbus('tap-changer', METER, '03000a0001', 4), '03020900');
  });

  it('leaves nothing when it is destroyed', async () => {
    const design = drawn(device);
    await embedded.apply({ ...design, resources: {} });
    assert.deepEqual((await agent.observe()).resources, {});
  });
});
