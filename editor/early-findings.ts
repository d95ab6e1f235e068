// Asks the platform what is wrong with the drawing while somebody draws, so that it shows on the nodes before a deploy: the words
// are those of the compiler. What only a gateway can know is told after the deploy.
import type { Diagnostic } from '../runtime/model/diagnostic.ts';
import type { Client } from './client.ts';
import { factsOf } from './drawing.ts';

/** After the last change; what is drawn with one gesture comes as many changes. */
const QUIET_MS = 400;

/**
 * Follows the drawing.
 * @param tell  called with the findings of what is drawn now; with `undefined` when that is what is deployed, or nobody can be asked
 */
export function followFindings(
  client: Pick<Client, 'findings'>,
  tell: (diagnostics: readonly Diagnostic[] | undefined) => void,
): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Of the last change; an answer to an older one says nothing any more. */
  let change = 0;
  const look = async () => {
    const asked = change;
    const found = hasOurs() ? await client.findings(drawn()).catch(() => undefined) : []; // asked again at the next change
    if (asked === change) tell(found);
  };
  RED.events.on('workspace:dirty', ({ dirty }: { readonly dirty: boolean }) => {
    change += 1;
    clearTimeout(timer);
    if (dirty) timer = setTimeout(() => void look(), QUIET_MS);
    else tell(undefined);
  });
}

/** As a deploy would send it, without what is secret. */
function drawn(): readonly unknown[] {
  return RED.nodes.createCompleteNodeSet({ credentials: false });
}

function hasOurs(): boolean {
  let found = false;
  RED.nodes.eachNode(node => {
    found ||= factsOf(node) !== undefined;
    return !found;
  });
  return found;
}
