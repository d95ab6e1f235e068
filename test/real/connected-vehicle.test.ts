// The drawing of a vehicle's CAN bus on an embedded gateway: three real guests of three tenants, and a bus that is inside the box.
// Each guest speaks slcan at its serial port by hand, so that what it says and hears is seen byte for byte.
import assert from 'node:assert/strict';
import type { LocalAgent } from '../../runtime/agent/agent.ts';
import { type EmbeddedAgent, embeddedDesign, openEmbeddedAgent } from '../lab/embedded-agent.ts';
import { askGuest } from '../lab/guest-shell.ts';

const GATEWAY = 'vehicle-1';
const VMS = ['engine', 'head-unit', 'workshop'] as const;
type Vm = (typeof VMS)[number];

const drawn = () => embeddedDesign('connected-vehicle', GATEWAY);

/** A frame of 11 bits with 8 bytes, as slcan writes it. */
const frame = (id: string, data: string) => `t${id}8${data.padEnd(16, '0')}`;

describe('the CAN bus of a vehicle, on an embedded gateway', function () {
  this.timeout(400_000).bail(true);
  let embedded: EmbeddedAgent;
  let agent: LocalAgent;

  before(async () => {
    embedded = await openEmbeddedAgent(GATEWAY);
    agent = embedded.agent;
  });
  after(async () => {
    await embedded?.close();
  });

  const ask = (vm: Vm, command: string) => askGuest(agent, `vm.${GATEWAY}/${vm}`, command);
  const say = (vm: Vm, ...frames: readonly string[]) =>
    ask(vm, `printf '${frames.map(one => `${one}\\r`).join('')}' >&3`);
  /** Waits until a guest has heard a frame. @returns all that it has heard so far */
  async function heard(vm: Vm, last: string): Promise<readonly string[]> {
    const said = await ask(vm, `until grep -q ${last} /tmp/heard; do :; done; cat /tmp/heard`);
    // Between frames stand the answers of the adapter that the guest believes in.
    return said.match(/t[0-9A-F]{20}/g) ?? [];
  }

  it('is applied, and every guest opens its channel', async () => {
    await embedded.apply(drawn());
    for (const vm of VMS) {
      await ask(vm, 'stty raw -echo -F /dev/ttyS1; exec 3<>/dev/ttyS1; (cat <&3 >/tmp/heard &)');
      await say(vm, 'S6', 'O');
    }
    assert.deepEqual((await agent.drift())?.steps, []);
  });

  const FAN = frame('2A0', '05');
  const SPEED = frame('0C9', '1388');
  const OIL = frame('1F5', '60');
  const READ = frame('7DF', '02010C');
  const CLEAR = frame('7DF', '0104');
  const ANSWER = frame('7E8', '04410C1AF8');

  it('lets the head unit set the fan, and neither pretend a speed nor ask the control units', async () => {
    await say('head-unit', SPEED, READ, OIL, FAN);
    assert.deepEqual(await heard('engine', FAN), [FAN]);
  });

  it('lets the workshop read, and not clear the faults', async () => {
    await say('workshop', CLEAR, READ);
    assert.deepEqual(await heard('engine', READ), [FAN, READ]);
  });

  it('gives to each only what it may hear', async () => {
    await say('engine', OIL, ANSWER, SPEED);
    assert.deepEqual(await heard('head-unit', SPEED), [SPEED]);
    assert.deepEqual(await heard('workshop', ANSWER), [ANSWER]);
  });

  it('counts what each rule decided, and tells what was dropped by a rule that logs', async () => {
    const { status } = (await agent.observe()).resources[`line.${GATEWAY}/drive`] ?? assert.fail();
    const counted = JSON.stringify(status);
    assert.match(counted, /"id":"climate","hits":1/);
    assert.match(counted, /"id":"read-now","hits":1/);
    assert.match(counted, /"id":"other-requests","hits":1/);
    assert.match(counted, /"rule":"other-requests","passed":false/);
  });

  it('leaves nothing when it is destroyed', async () => {
    await embedded.apply({ ...drawn(), resources: {} });
    assert.deepEqual((await agent.observe()).resources, {});
  });
});
