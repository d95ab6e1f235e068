// Logins of Node-RED's editor, read where Node-RED saves them, so that our own pages need no second login.
import { z } from 'zod';
import { permits } from './roles.ts';
import type { Users } from './users.ts';

const Session = z.object({ user: z.string(), expires: z.number() });

/**
 * Whether the holder of a token may do something.
 * @param users     absent = no logins: whoever can reach the server is the person at this machine
 * @param sessions  what Node-RED saved, by token
 */
export async function tokenPermits(
  token: string,
  permission: string,
  users: Users | undefined,
  sessions: () => Promise<unknown>,
  nowMs: number,
): Promise<boolean> {
  if (users === undefined) return true;
  const saved = new Map(Object.entries(z.record(z.string(), z.unknown()).parse(await sessions())));
  const session = Session.safeParse(saved.get(token));
  if (!session.success || session.data.expires < nowMs) return false;
  const user = users.find(session.data.user);
  return user !== undefined && permits(user.permissions, permission);
}

/** Name of the holder of a token, for the audit; the person at this machine where there are no logins. */
export async function tokenUser(token: string, users: Users | undefined, sessions: () => Promise<unknown>) {
  if (users === undefined) return 'local';
  const session = Session.safeParse(z.record(z.string(), z.unknown()).parse(await sessions())[token]);
  return session.success ? session.data.user : 'nobody';
}
