// One machine: how it is proven, since when and by what, which gates ask it, what was found, and what may be done about it.
import { button, element } from '../../element.ts';
import { keepingFocus } from '../../keep-focus.ts';
import { whenText } from '../../time-text.ts';
import type { Words } from '../../words.ts';
import { confirmed } from './confirmed.ts';
import { type HistoryView, type HistoryWorld, historyView } from './history-view.ts';
import { durationOf, type GateSight, type MachineSight } from './machines.ts';
import { trustShape } from './trust-shape.ts';

export interface MachineCommands {
  ask(): void;
  learn(): void;
  approve(key: string): void;
  enrolBox(): void;
  /** Shows where a gate is drawn. */
  reveal(gate: GateSight): void;
}

export interface CardWorld extends HistoryWorld {
  readonly gateway: string;
  readonly commands: MachineCommands;
  readonly mayApply: () => boolean;
}

export interface MachineCard {
  readonly root: HTMLElement;
  update(machine: MachineSight): void;
}

export function machineCard(world: CardWorld): MachineCard {
  const head = element('div', { class: 'gw-card-head' });
  const told = element('div');
  const actions = element('div', { class: 'gw-actions' });
  const history: HistoryView = historyView(world);
  const root = element('section', { class: 'gw-card gw-trust-card' }, head, told, actions, history.root);
  let [shownActions, shownRecord]: (string | undefined)[] = [];
  return {
    root,
    update(machine) {
      head.replaceChildren(...headOf(machine, world));
      keepingFocus(told, () => toldOf(machine, world));
      const { state, known } = machine;
      // A question that somebody is about to answer stays while times move.
      const key = JSON.stringify([
        known?.pendingKey,
        known?.key,
        known?.learned,
        state === undefined,
        world.mayApply(),
      ]);
      if (key !== shownActions) actions.replaceChildren(...actionsOf(machine, world));
      shownActions = key;
      const record = String(known?.last?.number);
      if (record !== shownRecord) history.refresh();
      shownRecord = record;
    },
  };
}

function nameOf({ vm }: MachineSight, { gateway, words }: CardWorld): string {
  return vm === undefined ? words('trust.box', { gateway }) : words('trust.vm', { vm });
}

function headOf(machine: MachineSight, world: CardWorld): readonly HTMLElement[] {
  const { words } = world;
  const { state } = machine;
  const word = state === undefined ? words('trust.noGate') : words(`topology.trust.${state}`);
  return [
    element('h4', {}, nameOf(machine, world)),
    element('span', { class: 'gw-trust-state' }, trustShape(state ?? 'none'), word),
  ];
}

function toldOf(machine: MachineSight, world: CardWorld): readonly HTMLElement[] {
  return [
    element('p', { class: 'gw-note' }, provenText(machine, world)),
    ...machine.findings.map(({ component, message }) =>
      element(
        'p',
        { class: 'gw-trust-finding' },
        component === undefined ? undefined : element('strong', {}, `${component}: `),
        message,
      ),
    ),
    ...machine.gates.map(gate => gateRow(gate, world)),
    ...keyRows(machine, world.words),
  ];
}

function provenText({ proven }: MachineSight, { words, nowMs }: CardWorld): string {
  if (proven === undefined) return words('trust.neverProven');
  return words('trust.proven', { when: whenText(proven.at, nowMs(), words), record: proven.record });
}

function gateRow(gate: GateSight, { words, nowMs, commands }: CardWorld): HTMLElement {
  const left = (gate.openUntilMs ?? 0) - nowMs();
  const { unit, count } = durationOf(left);
  const state =
    left > 0 ? words('trust.open', { time: words(`trust.time.${unit}`, { count }) }) : words('trust.closed');
  const link = button(words('trust.gate', { gate: gate.name }), () => commands.reveal(gate), {
    class: 'gw-trust-gate',
  });
  return element('p', {}, link, ` ${left > 0 ? '○' : '▮'} ${state}`);
}

function keyRows({ known }: MachineSight, words: Words): readonly HTMLElement[] {
  if (known === undefined) return [];
  const { key, endorsement, learned } = known;
  const lines = [
    key === undefined ? words('trust.noKey') : words('trust.key', { key: key.slice(0, 20) }),
    ...(endorsement === undefined ? [] : [words('trust.maker', { issuer: endorsement.issuer })]),
    ...(endorsement?.boundToHost === true ? [words('trust.bound')] : []),
    ...(learned ? [] : [words('trust.notLearned')]),
  ];
  return lines.map(line => element('p', { class: 'gw-note gw-trust-key' }, line));
}

function actionsOf(machine: MachineSight, world: CardWorld): readonly HTMLElement[] {
  const { words, commands } = world;
  const { known, vm } = machine;
  const name = nameOf(machine, world);
  const ask =
    machine.state === undefined ? [] : [button(words('trust.ask'), () => commands.ask(), { icon: 'refresh' })];
  if (!world.mayApply()) return ask;
  const pending = known?.pendingKey;
  const approve = (key: string) =>
    confirmed(words('trust.approve'), words('trust.approveMeans', { name, key: key.slice(0, 20) }), words, () =>
      commands.approve(key),
    );
  const learn = () =>
    confirmed(words('trust.learn'), words('trust.learnMeans', { name }), words, () => commands.learn());
  const enrol = () =>
    confirmed(words('trust.enrol'), words('trust.enrolMeans', { name }), words, () => commands.enrolBox());
  return [
    ...ask,
    ...(known?.key === undefined ? [] : [learn()]),
    ...(pending === undefined ? [] : [approve(pending)]),
    ...(vm === undefined && known?.key === undefined ? [enrol()] : []),
  ];
}
