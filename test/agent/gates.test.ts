// What waits for attestation gates, opened by the agent as they stand; told, and asked for in process and behind the socket.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { connectAgent } from '../../runtime/agent/client.ts';
import { startAgent } from '../../runtime/agent/start.ts';
import { createMemory } from '../../runtime/drivers/memory/driver.ts';
import type { DriverSet } from '../../runtime/host/driver-set.ts';
import type { Address } from '../../runtime/model/address.ts';
import { GatewayDesign } from '../../runtime/model/design.ts';
import type { AgentEvent } from '../../runtime/model/events.ts';
import { agentOptions, applyDesign, type Bench, emptySample, eventOf, openBench } from './sample.ts';

const GATE = 'gate.cell-7/box';

/** A gateway with one gate, which asks the box itself. */
function gatedDesign(): GatewayDesign {
  const spec = {
    subject: { of: 'host' },
    ...{ pcrs: [0], learn: 'approved', foretold: false, secureBoot: false, images: [] },
    ...{ intervalSeconds: 60, freshnessSeconds: 600, releases: [] },
  };
  const resource = { address: GATE, kind: 'gate', spec, needs: [], source: { node: 'box' } };
  return GatewayDesign.parse({ ...emptySample(), resources: { [GATE]: resource } });
}

interface Opened {
  readonly kind: 'line' | 'policy';
  readonly gate: Address<'gate'>;
  readonly forMs: number;
}

/** The simulated back end, with lines and policies that wait for gates. */
function waiting(trusted: () => boolean, opened: (what: Opened) => Promise<void> | void): DriverSet {
  const { drivers, ...set } = createMemory({ trust: trusted });
  const waits = drivers.map(driver => {
    const { kind } = driver;
    if (kind !== 'line' && kind !== 'policy') return driver;
    return {
      ...driver,
      async connect(world: Parameters<typeof driver.connect>[0]) {
        const { facts, handle } = await driver.connect(world);
        const openGate = async (gate: Address<'gate'>, forMs: number) => opened({ kind, gate, forMs });
        return { facts, handle: { ...handle, openGate } };
      },
    };
  });
  return { ...set, drivers: waits };
}

describe('what waits for gates', () => {
  let bench: Bench;
  let trusted: boolean;
  let seen: Opened[];
  let heard: (() => void) | undefined;
  const note = (what: Opened) => {
    seen.push(what);
    heard?.();
  };
  const until = async (fits: () => boolean) => {
    while (!fits())
      await new Promise<void>(resolve => {
        heard = resolve;
      });
  };
  beforeEach(async () => {
    bench = await openBench();
    [trusted, seen] = [false, []];
  });
  afterEach(() => bench.end());

  it('is closed on every kind while nothing is proven', async () => {
    const agent = await bench.start({ driverSets: [waiting(() => trusted, note)] });
    await applyDesign(agent, gatedDesign());
    await until(() => seen.length >= 2);
    assert.deepEqual([...new Set(seen.map(({ kind }) => kind))].sort(), ['line', 'policy']);
    assert.ok(seen.every(({ gate, forMs }) => gate === GATE && forMs === 0));
  });

  it('is opened for as long as the proof is good, and closed with the first mismatch', async () => {
    const agent = await bench.start({ driverSets: [waiting(() => trusted, note)] });
    await applyDesign(agent, gatedDesign());
    trusted = true;
    const told = eventOf(agent, 'attestation');
    await agent.attestation.ask('host');
    assert.deepEqual(
      (await told).standings.map(({ gate, state }) => [gate, state]),
      [[GATE, 'trusted']],
    );
    await until(() => seen.at(-1)?.forMs === 600_000);
    trusted = false;
    await agent.attestation.ask('host');
    await until(() => seen.at(-1)?.forMs === 0);
  });

  it('is opened again after a new start of the agent, and after every apply', async () => {
    trusted = true;
    const first = await bench.start({ driverSets: [waiting(() => trusted, note)] });
    await applyDesign(first, gatedDesign());
    await first.close();
    seen = [];
    const second = await bench.start({ driverSets: [waiting(() => trusted, note)] });
    await until(() => seen.some(({ forMs }) => forMs > 0));
    await second.settled();
    seen = [];
    await applyDesign(second, gatedDesign());
    await until(() => seen.some(({ forMs }) => forMs > 0));
  });

  it('is tried again when it could not be opened, told once, and holds up no other kind', async () => {
    trusted = true;
    let failures = 3;
    const failing = (what: Opened) => {
      note(what);
      if (what.kind === 'line' && failures > 0) {
        failures -= 1;
        throw new Error('the process of the lines is starting');
      }
    };
    const agent = await bench.start({ driverSets: [waiting(() => trusted, failing)] });
    const alarms: AgentEvent[] = [];
    agent.watch(event => event.type === 'alarm' && alarms.push(event));
    await applyDesign(agent, gatedDesign());
    await until(() => seen.some(({ kind }) => kind === 'policy'));
    await until(() => failures === 0 && seen.at(-1)?.kind === 'line');
    assert.equal(alarms.length, 1);
  });

  it('opens the other kinds while one hangs', async () => {
    trusted = true;
    const { promise, resolve } = Promise.withResolvers<void>();
    const hanging = (what: Opened) => {
      note(what);
      return what.kind === 'line' ? promise : undefined;
    };
    const agent = await bench.start({ driverSets: [waiting(() => trusted, hanging)] });
    await applyDesign(agent, gatedDesign());
    await until(() => seen.some(({ kind }) => kind === 'line'));
    seen = [];
    await agent.attestation.ask('host');
    await until(() => seen.some(({ kind }) => kind === 'policy'));
    assert.ok(!seen.some(({ kind }) => kind === 'line'));
    resolve();
  });

  it('alarms when something else runs, and names the gate', async () => {
    trusted = true;
    const agent = await bench.start({ driverSets: [mismatching(() => trusted)] });
    await applyDesign(agent, gatedDesign());
    const alarm = eventOf(agent, 'alarm');
    trusted = false;
    await agent.attestation.ask('host');
    const { code, message } = await alarm;
    assert.equal(code, 'GW_ATTEST_MISMATCH');
    assert.match(message, /^gate\.cell-7\/box closed: host runs something else/);
  });

  it('can be asked for behind the socket, where a simulated gateway has no TPM', async () => {
    const socketPath = join(bench.folder, 'agent.sock');
    const served = await startAgent({ ...agentOptions(bench.folder), socketPath });
    const agent = await connectAgent(socketPath);
    try {
      await applyDesign(agent, gatedDesign());
      const { gates, machines } = await agent.attestation.status();
      assert.deepEqual([gates[0]?.gate, gates[0]?.state, gates[0]?.openMs, machines], [GATE, 'never', 0, []]);
      assert.match(gates[0]?.findings[0]?.message ?? '', /has no TPM/);
      for (const asked of [agent.attestation.invite('host', 'anna'), agent.attestation.learn('host', 'anna')])
        await assert.rejects(asked, { code: 'GW_KIND_UNSUPPORTED' });
      await assert.rejects(agent.attestation.ask('elsewhere' as never), { code: 'GW_AGENT_REQUEST' });
      assert.deepEqual(await agent.attestation.history('host', 10), []);
    } finally {
      await agent.close();
      await served.close();
    }
  });

  it('is nothing that can be asked where no driver attests', async () => {
    const agent = await bench.start({ without: ['gate'] });
    assert.throws(() => agent.attestation, { code: 'GW_KIND_UNSUPPORTED' });
  });
});

/** Gates that are a mismatch when they are not trusted. */
function mismatching(trusted: () => boolean): DriverSet {
  const { drivers, ...set } = createMemory({ trust: trusted });
  const other = drivers.map(driver => ({
    ...driver,
    async connect(world: Parameters<typeof driver.connect>[0]) {
      const { facts, handle } = await driver.connect(world);
      const { gates } = handle;
      if (gates === undefined) return { facts, handle };
      const bad: typeof gates = heard =>
        gates(standings => heard(standings.map(one => (one.openMs > 0 ? one : { ...one, state: 'mismatch' }))));
      return { facts, handle: { ...handle, gates: bad } };
    },
  }));
  return { ...set, drivers: other };
}
