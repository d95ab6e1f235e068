// Any description of a box as a profile: its form is found out by looking at it.
import { GatewrightError } from '../model/errors.ts';
import { plainText } from '../model/plain-text.ts';
import { importEve, isEveModel } from './import/eve.ts';
import { type Form, type Imported, plainObject } from './import/imported.ts';
import { importLibvirt, isLibvirt } from './import/libvirt.ts';
import { importLspci, isLspci } from './import/lspci.ts';
import { BoxProfile } from './profile.ts';

/** Most characters of a description; the largest known box takes a twentieth. */
export const MOST_CHARACTERS = 4 * 1024 * 1024;

/**
 * Reads a profile, a document of the command line that holds one, an EVE hardware model, XML of libvirt, or what lspci
 * printed.
 * @throws GatewrightError GW_PROFILE_TOO_LARGE, GW_PROFILE_FORM, GW_PROFILE_SHAPE, and nothing else
 */
export function readProfile(text: string): Imported & { readonly form: Form } {
  if (text.length > MOST_CHARACTERS)
    throw new GatewrightError('GW_PROFILE_TOO_LARGE', `the file is larger than ${MOST_CHARACTERS >> 20} MiB`);
  const plain = text.replace(/^\ufeff/, '');
  if (/^\s*[[{]/.test(plain)) return readJson(plain);
  if (isLibvirt(plain)) return { form: 'libvirt', ...importLibvirt(plain) };
  if (isLspci(plain)) return { form: 'lspci', ...importLspci(plain) };
  throw unknownForm('it is neither JSON nor XML of libvirt nor what lspci prints');
}

function readJson(text: string): Imported & { readonly form: Form } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unknownForm('it begins like JSON and is none', cause);
  }
  if (isEveModel(value)) return { form: 'eve', ...importEve(value) };
  const object = plainObject(value);
  const profile = object?.schema === undefined ? object?.profile : object;
  if (plainObject(profile)?.schema === undefined)
    throw unknownForm('the JSON is neither a profile nor an EVE hardware model');
  return { form: 'profile', profile: checkedProfile(profile), findings: [] };
}

function checkedProfile(value: unknown): BoxProfile {
  const read = BoxProfile.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const place = plainText(issue?.path.join('.') ?? '', 80);
  const what = plainText(issue?.message ?? '', 150);
  throw new GatewrightError(
    'GW_PROFILE_SHAPE',
    `the profile is wrong at ${place === '' ? 'its root' : place}: ${what}`,
  );
}

function unknownForm(why: string, cause?: unknown): GatewrightError {
  return new GatewrightError('GW_PROFILE_FORM', `the file cannot be read: ${why}`, { cause });
}
