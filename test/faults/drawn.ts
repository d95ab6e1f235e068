// The reference drawing as the design of one gateway: what the kill matrix applies.
import { readFileSync } from 'node:fs';
import { type Design, designFor, GatewayDesign } from '../../runtime/model/design.ts';

const DESIGN = new URL('../../flows/robot-cell/expected/design.json', import.meta.url);

/** robot-cell on its gateway cell-7. */
export function robotCell(): GatewayDesign {
  const design = designFor(JSON.parse(readFileSync(DESIGN, 'utf8')) as Design, 'cell-7');
  return GatewayDesign.parse(design);
}
