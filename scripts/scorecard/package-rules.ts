// Rules of the library about the manifest of a pack: licence, names, versions.
import semver from 'semver';
import { listed, type Manifest, type NodeRed, type Verdict } from './rule.ts';

const SCOPED = /^@[a-z\d][\w.-]+\/[a-z\d][\w.-]*$/;

/** @param nodeRed  what Node-RED there is: its version, and the Node.js it asks for */
export function packageRules(manifest: Manifest, nodeRed: NodeRed): readonly Verdict[] {
  const { license, repository, bugs, name, keywords = [], engines } = manifest;
  const range = manifest['node-red']?.version;
  const least = semver.minVersion(nodeRed.node)?.version ?? '';
  return [
    { rule: 'P01', holds: Boolean(license), says: `its licence is ${license}` },
    { rule: 'P03', holds: Boolean(repository ?? bugs), says: 'it names a repository, or where to tell of bugs' },
    { rule: 'P04', holds: SCOPED.test(name), says: `its name ${name} has a scope` },
    { rule: 'P05', holds: keywords.includes('node-red'), says: 'node-red is among its keywords' },
    {
      rule: 'P06',
      holds: range !== undefined && semver.satisfies(nodeRed.version, range),
      says: `it is for Node-RED ${range}, and ${nodeRed.version} is there`,
    },
    {
      rule: 'P07',
      holds: engines?.node !== undefined && semver.satisfies(least, engines.node),
      says: `it runs on Node.js ${engines?.node}, and that Node-RED on ${least}`,
    },
  ];
}

/** @param others  names of other packs that are known; those with the same name in another scope look like copies */
export function nameRule(manifest: Manifest, others: readonly string[]): Verdict {
  const own = bare(manifest.name);
  const similar = others.filter(other => other !== manifest.name && bare(other) === own);
  return { rule: 'P08', holds: similar.length === 0, says: `no other pack has its name${listed(similar)}` };
}

function bare(name: string): string {
  return name.split('/').at(-1) ?? name;
}
