// The twelve rules by which the library of Node-RED judges a pack, asked of a packed pack without a network.
import { dependencyRules } from './dependency-rules.ts';
import { nodeRules } from './node-rules.ts';
import { nameRule, packageRules } from './package-rules.ts';
import type { Manifest, Surroundings, Verdict } from './rule.ts';

/** @param folder  of the installed pack */
export function scorecard(folder: string, manifest: Manifest, world: Surroundings): readonly Verdict[] {
  return [
    ...packageRules(manifest, world.nodeRed),
    nameRule(manifest, world.packs),
    ...nodeRules(folder, manifest, world.taken),
    ...dependencyRules(manifest, world.tree, world.newest),
  ];
}
