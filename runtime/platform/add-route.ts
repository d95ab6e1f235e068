// How a group of routes is added to the router, and what its users must be allowed to do.
import type { Request } from 'express';

export type Permission = 'gatewright.read' | 'gatewright.plan' | 'gatewright.apply';

/** Adds routes whose work answers with JSON. */
export interface AddRoute {
  get(path: string, permission: Permission, work: (request: Request) => Promise<unknown>): void;
  /**
   * @param work       is given who asks, too
   * @param mostBytes  of a body; a few short strings as a rule
   */
  post(
    path: string,
    permission: Permission,
    work: (request: Request, user: string) => Promise<unknown>,
    mostBytes?: number,
  ): void;
}
