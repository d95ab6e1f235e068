// Hardware models of LF Edge EVE: JSON with a list of PhysicalIO. Anything of that form is read; faults become findings.
import { architectureOfEve } from '../eve-types.ts';
import type { Fact } from '../evidence.ts';
import { type Finding, finding } from '../finding.ts';
import { type BoxPort, type BoxProfile, emptyProfile } from '../profile.ts';
import { readEveRow } from './eve-row.ts';
import { cleanText, type Imported, known, plainObject, wholeNumber } from './imported.ts';

const FACT: Fact = { confidence: 'user', source: 'EVE hardware model' };
const MOST_ROWS = 2_000;
const MOST_FINDINGS = 5_000;
/** Attributes that are fields of the profile; the others are kept as they are. */
const SIZES = new Set(['memory', 'storage', 'Cpus']);

/** Whether a JSON value is such a model. There are some whose list of ports was forgotten. */
export function isEveModel(value: unknown): boolean {
  const model = modelIn(value);
  return Array.isArray(rowsIn(model)) || (typeof model.arch === 'number' && plainObject(model.attr) !== undefined);
}

/** Controllers print a model as `config` among other things about it. */
function modelIn(value: unknown): Readonly<Record<string, unknown>> {
  const object = plainObject(value) ?? {};
  const inner = plainObject(object.config);
  return inner !== undefined && Array.isArray(rowsIn(inner)) ? inner : object;
}

/** The configuration of a device has the same rows under another name. */
function rowsIn(model: Readonly<Record<string, unknown>>): unknown {
  return model.ioMemberList ?? model.deviceIoList;
}

/** @param value  parsed JSON for which {@link isEveModel} is true */
export function importEve(value: unknown): Imported {
  const model = modelIn(value);
  const list = rowsIn(model);
  const findings: Finding[] = [];
  const report = (found: Finding) => {
    if (findings.length < MOST_FINDINGS) findings.push(found);
  };
  const rows: readonly unknown[] = Array.isArray(list) ? list : [];
  if (!Array.isArray(list))
    report(finding('error', 'GW_PROFILE_VALUE', 'ioMemberList', 'The model has no list of ports.'));
  if (rows.length > MOST_ROWS)
    report(
      finding('error', 'GW_PROFILE_ROW_SKIPPED', '', `The model has ${rows.length} rows; the most is ${MOST_ROWS}.`),
    );
  const ports = rows.slice(0, MOST_ROWS).flatMap((row, index) => readEveRow(row, index, FACT, report) ?? []);
  return { profile: profileOf(model, ports, report), findings };
}

function profileOf(
  model: Readonly<Record<string, unknown>>,
  ports: readonly BoxPort[],
  report: (found: Finding) => void,
): BoxProfile {
  const attributes = plainObject(model.attr) ?? {};
  const evidence = { '*': FACT };
  const storageMiB = sizeMiB(attributes.storage, 'storage', report);
  const arch = wholeNumber(model.arch);
  const called = arch ?? cleanText(model.arch ?? model.type);
  return {
    ...emptyProfile(),
    identity: { ...known({ productUrl: cleanText(model.productURL, 500) }), evidence },
    cpu: {
      ...known({
        architecture: called === undefined ? undefined : architectureOfEve(called),
        threads: wholeNumber(attributes.Cpus),
      }),
      evidence,
    },
    memory: { ...known({ totalMiB: sizeMiB(attributes.memory, 'memory', report) }), evidence },
    disks: storageMiB === undefined ? [] : [{ name: 'storage', sizeMiB: storageMiB, evidence }],
    ports: [...ports],
    eve: {
      ...known({ arch, productStatus: cleanText(model.productStatus) }),
      attributes: textRecord(attributes, 200, name => !SIZES.has(name)),
      logo: textRecord(plainObject(model.logo) ?? {}, 500),
      evidence,
    },
  };
}

/** MiB of `4G`, `512M`, `1.5T`. */
function sizeMiB(value: unknown, name: string, report: (found: Finding) => void): number | undefined {
  if (value === undefined || value === '') return undefined;
  const [, number, unit = ''] = /^(\d{1,6}(?:\.\d{1,3})?)\s*([MGT])i?B?$/i.exec(String(cleanText(value) ?? '')) ?? [];
  const factor = { M: 1, G: 1024, T: 1024 * 1024 }[unit.toUpperCase()];
  const size = Math.round(Number(number) * (factor ?? Number.NaN));
  if (size <= 1e9) return size;
  report(finding('error', 'GW_PROFILE_VALUE', name, `The attribute ${name} is not a size such as 4G.`));
  return undefined;
}

function textRecord(
  object: Readonly<Record<string, unknown>>,
  most: number,
  wanted: (name: string) => boolean = () => true,
): Record<string, string> {
  const entries = Object.entries(object).slice(0, 100);
  return Object.fromEntries(
    entries.flatMap(([name, value]) => {
      const text = cleanText(typeof value === 'number' || typeof value === 'boolean' ? String(value) : value, most);
      return /^[A-Za-z][\w.-]{0,39}$/.test(name) && wanted(name) && text !== undefined ? [[name, text]] : [];
    }),
  );
}
