// How hardware nodes of version 1 are read: all their interfaces were network cards, and two of their models had other names.
// Pure; runs in the editor too.

type Fields = Readonly<Record<string, unknown>>;

const RENAMED: Readonly<Record<string, string>> = {
  'simatic-iot2050-basic': 'siemens-iot2050-basic',
  'simatic-iot2050-advanced': 'siemens-iot2050-advanced',
};

export function migrateHardware(fields: Fields): Fields {
  const { interfaces, model } = fields;
  return {
    ...fields,
    ...(typeof model === 'string' && Object.hasOwn(RENAMED, model) ? { model: RENAMED[model] } : {}),
    ...(Array.isArray(interfaces) ? { interfaces: interfaces.map(withKind) } : {}),
  };
}

/** An interface that does not say what it is is a network card. */
export function withKind(row: unknown): unknown {
  return typeof row === 'object' && row !== null && !Array.isArray(row) ? { kind: 'ethernet', ...row } : row;
}
