// The drawing of what was there before, on an embedded gateway: real guests, and a dosing pump on a real serial port of the host (a
// pseudo terminal). What the flow of the other pack did passes, and nothing else.
import assert from 'node:assert/strict';
import type { LocalAgent } from '../../runtime/agent/agent.ts';
import { MemoryDevice } from '../../runtime/protocols/modbus/server/memory-device.ts';
import { untilBusFindsGuests } from '../lab/bus.ts';
import { type EmbeddedAgent, embeddedDesign, openEmbeddedAgent, withDevice } from '../lab/embedded-agent.ts';
import { type FieldDevices, openFieldDevices } from '../lab/field-devices.ts';
import { masterAnswer, masterCommand } from '../lab/guest-master.ts';
import { askGuest } from '../lab/guest-shell.ts';

const GATEWAY = 'dosing-1';
const LINE = `line.${GATEWAY}/dosing-pumps`;
const PUMP = 1;

/** With the port of the pump. VMs are as small as in other tests, whose snapshots serve here too. */
const drawn = (device: string) =>
  embeddedDesign('brown-field', GATEWAY, node => {
    if (node.type === 'gatewright-vm') return { ...node, memoryMiB: 128 };
    return node.type === 'gatewright-hardware' ? withDevice(node, 'com1', device) : node;
  });

describe('what was there before, on an embedded gateway', function () {
  this.timeout(400_000).bail(true);
  let embedded: EmbeddedAgent;
  let agent: LocalAgent;
  let devices: FieldDevices;
  const pump = new MemoryDevice({ holdingRegisters: 300 });

  before(async () => {
    pump.setRegister('holding-registers', 100, 421);
    devices = await openFieldDevices(new Map([[PUMP, pump]]));
    embedded = await openEmbeddedAgent(GATEWAY);
    agent = embedded.agent;
  });
  after(async () => {
    await embedded?.close();
    await devices?.close();
  });

  const modbus = async (pdu: string, answerBytes: number) =>
    masterAnswer(await askGuest(agent, `vm.${GATEWAY}/dosing`, masterCommand(PUMP, pdu, answerBytes)));

  it('is applied, and the bus finds the guest that shall do the dosing', async () => {
    await embedded.apply(drawn(devices.port));
    assert.deepEqual((await agent.drift())?.steps, []);
    await untilBusFindsGuests(agent, LINE);
  });

  it('has the historian at the address and with the card it had', async () => {
    const card = await askGuest(agent, `vm.${GATEWAY}/historian`, 'ip addr show dev eth0');
    assert.match(card, /52:54:00:4d:11:02/);
    assert.match(card, /10\.60\.0\.10\/24/);
  });

  it('lets the guest read and write what the flow did, and nothing else', async () => {
    assert.equal(await modbus('0300640001', 4), '030201a5');
    assert.equal(await modbus('0600c80078', 5), '0600c80078');
    assert.equal(pump.register('holding-registers', 200), 120);
    assert.equal(await modbus('03006c0001', 2), '8301', 'a register behind the eight');
    assert.equal(await modbus('0600c90001', 2), '8601', 'another set point');
    assert.equal(pump.register('holding-registers', 201), 0);
  });

  it('leaves nothing when it is destroyed', async () => {
    await embedded.apply({ ...drawn(devices.port), resources: {} });
    assert.deepEqual((await agent.observe()).resources, {});
  });
});
