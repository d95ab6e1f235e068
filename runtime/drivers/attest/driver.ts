// Attestation gates of one gateway, on whatever runs its VMs: asks TPMs, judges their evidence, and tells which gates are open.
import { AttestationStore } from '../../host/attestation-store.ts';
import { bootClock } from '../../host/boot-clock.ts';
import { type AnyDriver, DORMANT, type DriverSet } from '../../host/driver-set.ts';
import type { Host } from '../../host/host.ts';
import { openStore } from '../../host/resource-files.ts';
import { SecretStore } from '../../host/secret-store.ts';
import type { MachineName } from '../../model/attestation.ts';
import type { Driver, DriverFacts } from '../../model/driver.ts';
import { machineOf } from '../../model/kinds/gate.ts';
import { attestationDesk } from './attestation.ts';
import { Boots } from './boots.ts';
import { openGates } from './handle.ts';
import { Keeper } from './keeper.ts';
import { ownAuthority, trustedMakers } from './makers.ts';
import { waysOf } from './ways.ts';

/** Where the authority of the box keeps its certificates, which makes the TPMs of VMs [swtpm_localca(8)]. */
const AUTHORITY = '/var/lib/swtpm-localca';

const driver: Driver<'gate', Host> = {
  kind: 'gate',
  name: 'attest',
  async connect(world) {
    const { host, gateway, stateDirectory, sharedDirectory = stateDirectory, settings } = world;
    const authority = settings.tpmAuthority ?? AUTHORITY;
    const images = settings.imageDirectory ?? '/var/lib/gatewright/images';
    const open = waysOf({ gateway: gateway.name, sharedDirectory, tpm: settings.tpm });
    const store = new AttestationStore(sharedDirectory);
    const boots = new Boots(host, `${stateDirectory}/${gateway.name}/boots`, images);
    const clock = { now: bootClock(), today: () => new Date(world.now()) };
    const makers = async (machine: MachineName) => [
      ...(settings.tpmMakers === undefined ? [] : await trustedMakers(host, settings.tpmMakers)),
      ...(machine === 'host' ? [] : await ownAuthority(host, authority)),
    ];
    const keeper = new Keeper({
      gateway: gateway.name,
      store,
      boots,
      open,
      makers,
      ...clock,
      secrets: new SecretStore(sharedDirectory).get,
    });
    const specs = openStore(host, `${stateDirectory}/${gateway.name}`, 'gate');
    const desk = attestationDesk({
      keeper,
      async machines() {
        const asked = (await specs.list()).flatMap(({ spec: { subject } }) =>
          subject === undefined ? [] : [machineOf({ subject })],
        );
        return [...new Set([...asked, ...((await store.list()) as MachineName[])])].sort();
      },
    });
    return {
      facts: FACTS,
      handle: await openGates({ specs, keeper, boots, desk, asleep: settings.dormant === DORMANT.dormant }),
    };
  },
};

const FACTS: DriverFacts<'gate'> = {
  kind: 'gate',
  driver: 'attest',
  label: 'real',
  mutable: {
    ...{ tenant: 'live', subject: 'live', pcrs: 'live', learn: 'live', foretold: 'live', secureBoot: 'live' },
    ...{ images: 'live', rules: 'live', intervalSeconds: 'live', freshnessSeconds: 'live', releases: 'live' },
  },
  renames: true,
  rebuildWith: [],
  seconds: { create: 1, update: 1, restart: 1, remove: 1 },
  losesState: false,
  lacks: {},
};

export const attest: DriverSet = { backend: 'linux', drivers: [driver as AnyDriver] };
/** VMs of this back end have no TPM; the box may have one. */
export const attestOnEmbedded: DriverSet = { backend: 'embedded', drivers: [driver as AnyDriver] };
