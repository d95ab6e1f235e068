// Asks the platform what is wrong with the fields of a node while they are filled in: the words are those of the compiler.

export interface FieldFault {
  /** `settings.baudRate`. */
  readonly field: string;
  /** Without its full stop. */
  readonly fact: string;
  readonly remedy: string;
}

const SOON_MS = 10_000;

/** Everything that is wrong; nothing while the platform cannot be asked: the compiler looks again at the next deploy. */
export function askFaults(type: string, fields: Readonly<Record<string, unknown>>): Promise<readonly FieldFault[]> {
  return new Promise(resolve => {
    $.ajax({
      url: 'gatewright/field-faults',
      method: 'POST',
      timeout: SOON_MS,
      dataType: 'json',
      contentType: 'application/json',
      headers: { 'x-gatewright': '1' },
      data: JSON.stringify({ type, fields }),
      success: ({ faults }: { readonly faults: readonly FieldFault[] }) => resolve(faults),
      error: () => resolve([]),
    });
  });
}
