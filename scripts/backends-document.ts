// The table of back ends: what each of them makes of each kind of resource, how real that is, and what it can never do. From the
// drivers: their list, the facts they state, and the labels that stand in their sources.
import { readdirSync, readFileSync } from 'node:fs';
import { DRIVER_SETS } from '../runtime/drivers/catalog.ts';
import { factsOf as qemuFacts } from '../runtime/drivers/embedded/qemu/facts.ts';
import { FACTS as V86_FACTS } from '../runtime/drivers/embedded/v86/facts.ts';
import { factsOf as vswitchFacts } from '../runtime/drivers/vswitch/facts.ts';
import { KINDS } from '../runtime/model/address.ts';
import type { DriverFacts } from '../runtime/model/driver.ts';
import type { Backend } from '../runtime/model/gateway.ts';

const BACKENDS: readonly Backend[] = [...new Set(DRIVER_SETS.map(set => set.backend))].sort();

/** @param root  of the project @param table  makes a table of Markdown */
export function backendsDocument(
  root: string,
  table: (head: readonly string[], rows: readonly (readonly string[])[]) => string,
): string {
  const matrix = KINDS.map(kind => [kind, ...BACKENDS.map(backend => cellOf(root, backend, kind))]);
  const lacks = embeddedFacts().flatMap(facts => lackRows(facts));
  return [
    '# What each back end does',
    'A gateway node names a back end, and that is all a drawing says of how it becomes real. Each makes what is drawn by drivers of its own;\n' +
      'plans, the sidebar and the status page show their labels beside every gateway.\n' +
      'Generated from the drivers by `npm run docs`; do not edit.',
    '## Labels\n\n' +
      table(
        ['label', 'means'],
        [
          ['real', 'the kernel, the processor or the device itself does it'],
          [
            'emulated',
            'programs of ours, or an emulator, do it: guests compute and frames travel, only slower and without the host’s own functions',
          ],
          ['simulated', 'nothing does it: the state is kept in files, so that plans can be tried'],
        ],
      ),
    `## Kinds\n\nWhat makes each kind of resource, with its label. A dash: this back end cannot make it, and a plan that wants it is refused.\n\n${table(['kind', ...BACKENDS], matrix)}`,
    'A VM on `linux` is real where libvirt has KVM, and emulated where it has not; on `embedded` it is emulated by v86, or runs in QEMU,\n' +
      'which is real with KVM. Lines of a bus are real on `embedded` too: the device is the real one, only the port in the VM is emulated.',
    `## What the embedded back end lacks on any machine\n\nA drawing that wants it is refused before anything is changed.\n\n${table(['kind', 'by', 'lacks', 'because'], lacks)}`,
    '## What the Linux back end lacks\n\nThat depends on the box: its kernel, its firmware, what is installed. `gatewright doctor` looks, and `gatewright plan FLOW\n' +
      '--explain-backend` says it for a drawing. KVM itself is not covered by our tests: they run the same guests on emulated processors.',
    '## Not there yet\n\n`vsphere` can be drawn. No driver realizes it, and its plans say so.',
  ].join('\n\n');
}

function cellOf(root: string, backend: Backend, kind: string): string {
  const sets = DRIVER_SETS.filter(set => set.backend === backend);
  const driver = sets.flatMap(set => set.drivers).find(each => each.kind === kind);
  return driver === undefined ? '–' : `${driver.name}: ${labelOf(root, driver.name, kind)}`;
}

/** What stands beside `kind` in the sources of a driver. @throws Error when nothing does: a table that guesses is worth nothing */
function labelOf(root: string, driver: string, kind: string): string {
  const facts = new RegExp(`\\bkind(?:: '${kind}')?,\\s+driver[\\s\\S]{0,60}?\\blabel: ([^\\n]*),$`, 'gm');
  const stated = sourcesOf(root, driver).flatMap(text => [...text.matchAll(facts)].map(([, words = '']) => words));
  const labels = stated.flatMap(words => [...words.matchAll(/'(real|emulated|simulated)'/g)].map(([, label]) => label));
  if (labels.length === 0)
    throw new Error(`runtime/drivers/${driver} states no label for ${kind}; state it beside its kind`);
  return [...new Set(labels)].sort().reverse().join(' or ');
}

function sourcesOf(root: string, driver: string): string[] {
  const folder = `${root}runtime/drivers/${driver}`;
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .map(file => readFileSync(`${folder}/${file}`, 'utf8'));
}

function embeddedFacts(): readonly DriverFacts[] {
  const drivers = DRIVER_SETS.filter(set => set.backend === 'embedded').flatMap(set => set.drivers);
  const switched = drivers.filter(({ name }) => name === 'vswitch').map(({ kind }) => vswitchFacts(kind));
  return [V86_FACTS, qemuFacts('tcg'), ...switched] as readonly DriverFacts[];
}

function lackRows({ kind, driver, lacks, limits = {} }: DriverFacts): string[][] {
  return [
    ...Object.entries(lacks).map(([what, why]) => [kind, driver, `\`${what}\``, why]),
    ...Object.entries(limits).map(([field, { most, why }]) => [kind, driver, `more \`${field}\` than ${most}`, why]),
  ];
}
