// Rules of the library about what a pack depends on.
import semver from 'semver';
import { type Installed, listed, type Manifest, type Verdict } from './rule.ts';

const MOST_DEPENDENCIES = 6;
/** Versions that break Node-RED, by package. */
const BROKEN: Readonly<Record<string, string>> = { 'agent-base': '<6.0.0' };

/**
 * @param tree    everything that is installed along with the pack
 * @param newest  the newest version of each package it asks for itself
 */
export function dependencyRules(
  { dependencies = {}, optionalDependencies = {} }: Manifest,
  tree: readonly Installed[],
  newest: Readonly<Record<string, string>>,
): readonly Verdict[] {
  const count = Object.keys(dependencies).length;
  const broken = tree.filter(({ name, version }) => name in BROKEN && semver.satisfies(version, BROKEN[name] ?? ''));
  const own = Object.entries({ ...dependencies, ...optionalDependencies });
  const old = own.filter(([name, range]) => newest[name] !== undefined && !semver.satisfies(newest[name], range));
  return [
    { rule: 'D01', holds: count <= MOST_DEPENDENCIES, says: `it has ${count} dependencies` },
    {
      rule: 'D02',
      holds: broken.length === 0,
      says: `nothing in it breaks Node-RED${listed(broken.map(({ name }) => name))}`,
    },
    {
      rule: 'D03',
      holds: old.length === 0,
      says: `its dependencies are the newest${listed(old.map(([name]) => name))}`,
    },
  ];
}
