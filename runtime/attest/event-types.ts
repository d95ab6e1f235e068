// Types of events (PC Client Platform Firmware Profile, "Event Types").
export const EVENT = {
  postCode: 0x1,
  separator: 0x4,
  tag: 0x6,
  crtmContents: 0x7,
  crtmVersion: 0x8,
  platformConfig: 0xa,
  ipl: 0xd,
  variableDriverConfig: 0x80000001,
  variableBoot: 0x80000002,
  bootApplication: 0x80000003,
  bootDriver: 0x80000004,
  runtimeDriver: 0x80000005,
  gpt: 0x80000006,
  action: 0x80000007,
  firmwareBlob: 0x80000008,
  handoffTables: 0x80000009,
  firmwareBlob2: 0x8000000a,
  variableBoot2: 0x8000000c,
  variableAuthority: 0x800000e0,
} as const;

/** As the profile calls them. */
const NAMES: Readonly<Record<keyof typeof EVENT, string>> = {
  postCode: 'EV_POST_CODE',
  separator: 'EV_SEPARATOR',
  tag: 'EV_EVENT_TAG',
  crtmContents: 'EV_S_CRTM_CONTENTS',
  crtmVersion: 'EV_S_CRTM_VERSION',
  platformConfig: 'EV_PLATFORM_CONFIG_FLAGS',
  ipl: 'EV_IPL',
  variableDriverConfig: 'EV_EFI_VARIABLE_DRIVER_CONFIG',
  variableBoot: 'EV_EFI_VARIABLE_BOOT',
  bootApplication: 'EV_EFI_BOOT_SERVICES_APPLICATION',
  bootDriver: 'EV_EFI_BOOT_SERVICES_DRIVER',
  runtimeDriver: 'EV_EFI_RUNTIME_SERVICES_DRIVER',
  gpt: 'EV_EFI_GPT_EVENT',
  action: 'EV_EFI_ACTION',
  firmwareBlob: 'EV_EFI_PLATFORM_FIRMWARE_BLOB',
  handoffTables: 'EV_EFI_HANDOFF_TABLES',
  firmwareBlob2: 'EV_EFI_PLATFORM_FIRMWARE_BLOB2',
  variableBoot2: 'EV_EFI_VARIABLE_BOOT2',
  variableAuthority: 'EV_EFI_VARIABLE_AUTHORITY',
};

/** `EV_SEPARATOR`; the number of a type that we do not know. */
export function eventName(type: number): string {
  const known = Object.entries(EVENT).find(([, number]) => number === type)?.[0];
  return known === undefined ? `0x${type.toString(16)}` : NAMES[known as keyof typeof EVENT];
}
