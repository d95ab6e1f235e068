// The views of the sidebar, in the order of their tabs. A new one is a folder beside this file, a line here, and its words.
import { addTraffic } from '../traffic/add-traffic.ts';
import { eventsView } from './events/events-view.ts';
import { planTab } from './plan/plan-tab.ts';
import { topologyView } from './topology/topology-view.ts';
import { trustView } from './trust/trust-view.ts';
import type { ViewEntry } from './view.ts';

export const VIEWS: readonly ViewEntry[] = [
  { id: 'plan', make: planTab },
  { id: 'topology', make: topologyView },
  { id: 'traffic', make: addTraffic },
  { id: 'trust', make: trustView },
  { id: 'events', make: eventsView },
];
