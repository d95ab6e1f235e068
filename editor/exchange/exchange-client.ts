// Asks the platform what drawings of others come to, with the whole drawing as it stands in the editor.
import type { Conversion } from '../../runtime/convert/conversion.ts';
import type { ImportedDomain } from '../../runtime/convert/domain/report.ts';
import type { ForeignTypes } from '../../runtime/platform/router-exchange.ts';
import { request, SOON_MS } from '../client.ts';

/** Passwords stay where they are. */
const drawn = () => RED.nodes.createCompleteNodeSet({ credentials: false });

const chosen = (gateway: string | undefined) => (gateway === undefined ? {} : { gateway });

export async function foreignTypes(): Promise<ForeignTypes['types']> {
  return ((await request('GET', 'foreign-types', SOON_MS)) as ForeignTypes).types;
}

/** @param gateway  name of the one that gets the lines; the first one when it is not said @throws RequestRefused */
export async function conversion(gateway?: string): Promise<Conversion> {
  return (await request('POST', 'convert', SOON_MS, { flow: drawn(), ...chosen(gateway) })) as Conversion;
}

/** @throws RequestRefused */
export async function importedDomain(xml: string, gateway?: string): Promise<ImportedDomain> {
  return (await request('POST', 'import-domain', SOON_MS, {
    xml,
    flow: drawn(),
    ...chosen(gateway),
  })) as ImportedDomain;
}

/** The drawing as `gatewright format` writes it. @throws RequestRefused */
export async function formattedDrawing(): Promise<string> {
  return ((await request('POST', 'format', SOON_MS, { flow: drawn() })) as { readonly text: string }).text;
}
