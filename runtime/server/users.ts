// People who may log in: names, bcrypt hashes and roles, from one file that only its owner may read.
import { stat } from 'node:fs/promises';
import { compare, hash } from 'bcryptjs';
import { z } from 'zod';
import type { Host } from '../host/host.ts';
import { GatewrightError } from '../model/errors.ts';
import { PERMISSIONS, ROLES, type Role } from './roles.ts';

/** 2^11 rounds: about 0.1 s on a gateway-class CPU. */
const BCRYPT_COST = 11;
const LEAST_PASSWORD_CHARACTERS = 10;
/** bcrypt reads no more than 72 bytes; longer passwords would be cut without a word. */
const MOST_PASSWORD_BYTES = 72;

const User = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'a user name has 1 to 64 lower-case letters, digits, dots, hyphens'),
  passwordHash: z.string().regex(/^\$2[aby]\$\d{2}\$[./A-Za-z0-9]{53}$/, 'expected a bcrypt hash'),
  role: z.enum(ROLES),
});
export type User = z.infer<typeof User>;
const UserList = z.array(User).min(1, 'the list of users is empty').max(1000);

export interface Identity {
  readonly username: string;
  readonly permissions: readonly string[];
}

export interface Users {
  find(name: string): Identity | undefined;
  /** The person, or `undefined` when name or password is wrong; takes the same time for both. */
  authenticate(name: string, password: string): Promise<Identity | undefined>;
}

/**
 * Reads the file.
 * @returns undefined when there is none
 * @throws GatewrightError GW_CONFIG_INVALID when others may read it or it does not fit
 */
export async function loadUsers(host: Host, path: string): Promise<Users | undefined> {
  const list = await readUsers(host, path);
  return list === undefined ? undefined : usersOf(list);
}

/** Adds a user or gives an existing one a new password and role. @throws GatewrightError GW_CONFIG_INVALID */
export async function addUser(host: Host, path: string, name: string, role: Role, password: string): Promise<void> {
  const bytes = Buffer.byteLength(password);
  if (password.length < LEAST_PASSWORD_CHARACTERS || bytes > MOST_PASSWORD_BYTES)
    throw invalid(
      `a password has at least ${LEAST_PASSWORD_CHARACTERS} characters and at most ${MOST_PASSWORD_BYTES} bytes; choose another`,
    );
  const user = check(User, { name, role, passwordHash: await hash(password, BCRYPT_COST) }, 'the new user');
  const others = ((await readUsers(host, path)) ?? []).filter(other => other.name !== name);
  await host.writeFile(path, `${JSON.stringify([...others, user], null, 2)}\n`, 0o600);
}

async function readUsers(host: Host, path: string): Promise<readonly User[] | undefined> {
  const text = await host.readFile(path);
  if (text === undefined) return undefined;
  if (((await stat(path)).mode & 0o077) !== 0) throw invalid(`others may read ${path}; run: chmod 600 ${path}`);
  const list = check(UserList, parse(text, path), path);
  const names = new Set(list.map(user => user.name));
  if (names.size !== list.length) throw invalid(`${path} names a user twice; remove one`);
  return list;
}

function usersOf(list: readonly User[]): Users {
  const byName = new Map(list.map(user => [user.name, user]));
  const nobody = hash('no such user', BCRYPT_COST);
  const identity = (user: User): Identity => ({ username: user.name, permissions: PERMISSIONS[user.role] });
  return {
    find: name => {
      const user = byName.get(name);
      return user === undefined ? undefined : identity(user);
    },
    authenticate: async (name, password) => {
      const user = byName.get(name);
      const fits = await compare(password, user?.passwordHash ?? (await nobody));
      return fits && user !== undefined ? identity(user) : undefined;
    },
  };
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new GatewrightError('GW_CONFIG_INVALID', `${path} is not valid JSON; correct it`, { cause });
  }
}

/** Zod's message names the place, never the value: a hash does not belong in a log. */
function check<T>(schema: z.ZodType<T>, value: unknown, path: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw invalid(`${path}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'does not fit'}; correct it`);
}

function invalid(message: string): GatewrightError {
  return new GatewrightError('GW_CONFIG_INVALID', message);
}
