// Edge legs as the Linux kernel has them: a network namespace per leg, so that tenants with equal addresses never meet. Real.
import type { DriverSet } from '../../host/driver-set.ts';
import { edgeDriver } from './leg.ts';

export const edge: DriverSet = { backend: 'linux', drivers: [edgeDriver] };
