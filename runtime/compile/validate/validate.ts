// Checks between resources. What is wrong with one node and its wires was found while it was lowered.
import { checkAskers } from './askers.ts';
import { checkCapacity } from './capacity.ts';
import { checkClaims } from './claims.ts';
import type { Compilation } from './compilation.ts';
import { checkFirewallNames } from './firewall-names.ts';
import { checkGateRules } from './gate-rules.ts';
import { checkLines } from './lines.ts';
import { checkOverlays } from './overlays.ts';
import { checkPlacement } from './placement.ts';
import { checkStations } from './stations.ts';
import { checkUplinkCards } from './uplink-cards.ts';

const CHECKS: readonly ((compilation: Compilation) => void)[] = [
  checkStations,
  checkOverlays,
  checkUplinkCards,
  checkFirewallNames,
  checkCapacity,
  checkPlacement,
  checkLines,
  checkAskers,
  checkClaims,
  checkGateRules,
];

export function validate(compilation: Compilation): void {
  for (const check of CHECKS) check(compilation);
}
