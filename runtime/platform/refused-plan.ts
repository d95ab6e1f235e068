// What an agent found when it refused to plan a drawing, as a finding at the node it is about: the box may know what the drawing
// does not.
import { CODES } from '../model/codes.ts';
import type { GatewayDesign } from '../model/design.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { GatewrightError, isGatewrightError } from '../model/errors.ts';

/** Nothing for trouble that is about no resource of the design. */
export function findingsOf(error: unknown, design: GatewayDesign | undefined): readonly Diagnostic[] {
  if (!isGatewrightError(error) || error.address === undefined) return [];
  const source = design?.resources[error.address]?.source;
  if (source === undefined) return [];
  return [{ severity: 'error', code: error.code, summary: error.message, remedy: CODES[error.code].remedy, source }];
}

/** Said to whoever wants to apply a drawing that cannot be planned. */
export function faultyDrawing(gateway: string): GatewrightError {
  return new GatewrightError(
    'GW_DESIGN_INVALID',
    `the drawing of ${gateway} has errors; mend its findings and deploy again`,
  );
}
