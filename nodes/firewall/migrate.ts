// How firewalls of version 1 are read: all their bus rules were for Modbus. Pure; runs in the editor too.

type Fields = Readonly<Record<string, unknown>>;

export function migrateFirewall({ lineRules, ...fields }: Fields): Fields {
  return { ...fields, ...(lineRules === undefined ? {} : { modbusRules: lineRules }) };
}
