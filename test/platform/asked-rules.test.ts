import assert from 'node:assert/strict';
import type { Address } from '../../runtime/model/address.ts';
import type { LineRule } from '../../runtime/model/kinds/line.ts';
import { askFrame, askPacket } from '../../runtime/platform/asked-rules.ts';

const LINE: Address<'line'> = 'line.cell/meters';
const VM: Address<'vm'> = 'vm.cell/reader';
const ANY = { action: 'accept', units: [], functions: [], registers: [], values: [], log: false };
const READS = { ...ANY, id: 'reads', functions: [3] };
const ALL = { ...ANY, id: 'all' };
const WRITE = '010600010002';

/** What runs, and what is drawn; `undefined` = there is no such line. */
function world(running: readonly LineRule[] | undefined, drawn: readonly LineRule[] | undefined) {
  const resources = (rules: readonly LineRule[] | undefined) => {
    const ports = [{ vm: VM, tenant: 'a', guards: [{ firewall: 'wall', rules: [...(rules ?? [])] }] }];
    return rules === undefined ? {} : { [LINE]: { address: LINE, kind: 'line', spec: { protocol: 'modbus', ports } } };
  };
  return {
    observe: async () => ({ resources: resources(running) }) as never,
    design: () => ({ resources: resources(drawn) }) as never,
  };
}
const question = { line: LINE, end: VM, way: 'from-vm', frame: WRITE } as const;

describe('rules that somebody asks why', () => {
  it('answer as they run and as they are drawn', async () => {
    const { running, drawn } = await askFrame(world([READS], [ALL]), question);
    assert.deepEqual(
      [running, drawn].map(answer => [answer?.accepted, answer?.guards[0]?.by?.rule, answer?.guards[0]?.nearest?.rule]),
      [
        [false, undefined, 'reads'],
        [true, 'all', undefined],
      ],
    );
  });

  it('answer on one side only where the other has no such wire', async () => {
    assert.deepEqual(Object.keys(await askFrame(world(undefined, [ALL]), question)), ['drawn']);
    assert.deepEqual(Object.keys(await askFrame(world([ALL], undefined), question)), ['running']);
  });

  it('say that there are none where nobody is wired', async () => {
    await assert.rejects(askFrame(world(undefined, undefined), question), { code: 'GW_RULES_NOWHERE' });
    await assert.rejects(askFrame(world([ALL], [ALL]), { ...question, end: 'vm.cell/other' }), {
      code: 'GW_RULES_NOWHERE',
    });
    const packet = 'icmp 10.0.0.1 > 10.0.0.2';
    await assert.rejects(askPacket(world([ALL], [ALL]), 'cell', packet, {}), { code: 'GW_RULES_NOWHERE' });
  });
});
