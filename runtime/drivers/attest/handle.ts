// The handle of gates that the agent works with: their specs are files, and what they stand for is asked all the time.
import { refuseAborted } from '../../host/abort.ts';
import type { Store } from '../../host/resource-files.ts';
import { type Address, parseAddress } from '../../model/address.ts';
import type { Attestation } from '../../model/attestation.ts';
import type { Handle, StepContext } from '../../model/driver.ts';
import { GateSpec } from '../../model/kinds/gate.ts';
import type { Resource } from '../../model/resource.ts';
import type { Boots } from './boots.ts';
import type { Gate, Keeper } from './keeper.ts';

export interface GatesWorld {
  readonly specs: Store<'gate'>;
  readonly keeper: Keeper;
  readonly boots: Boots;
  readonly desk: Attestation;
  /** Only looks: asks no TPM. */
  readonly asleep: boolean;
}

export async function openGates({ specs, keeper, boots, desk, asleep }: GatesWorld): Promise<Handle<'gate'>> {
  const ask = async () => {
    if (!asleep) await keeper.set(await wholeGates(specs));
  };
  const put = async (
    { address, spec }: Resource<'gate'>,
    { generation, signal }: StepContext,
    was?: Address<'gate'>,
  ) => {
    refuseAborted(signal);
    // What it allows comes before what it asks, so that a planned change meets a gate that knows of it.
    await boots.draw(address, spec, was);
    await specs.write({ address, generation, spec });
    if (was !== undefined && was !== address) {
      await boots.forget(was);
      await specs.remove(was);
    }
    await ask();
  };
  await ask();
  return {
    async observe() {
      const standings = new Map(keeper.standings().map(standing => [standing.gate, standing]));
      return (await specs.list()).map(({ address, generation, spec }) => {
        const state = standings.get(address)?.state ?? 'never';
        return { kind: 'gate' as const, address, generation, spec, status: { state } };
      });
    },
    create: (resource, context) => put(resource, context),
    update: (resource, _changes, context, was) => put(resource, context, was),
    async remove(address, { signal }) {
      refuseAborted(signal);
      // As long as anything of it is left, so is what shows it.
      await boots.forget(address);
      await specs.remove(address);
      await ask();
    },
    watch: changed => specs.watch(changed),
    gates: heard => keeper.listen(heard),
    async vmGone(vm) {
      await keeper.forget(`vm.${parseAddress(vm)?.name}`);
    },
    attestation: desk,
    close: () => keeper.close(),
  };
}

/** A half-made gate asks nothing; whoever waits for it waits. */
async function wholeGates(specs: Store<'gate'>): Promise<readonly Gate[]> {
  return (await specs.list()).flatMap(({ address, spec }) => {
    const whole = GateSpec.safeParse(spec);
    return whole.success ? [{ address, spec: whole.data }] : [];
  });
}
