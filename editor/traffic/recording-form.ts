// Records into a file of this browser: what is asked for, how far it is, and how it ended.
import { button, element } from '../element.ts';
import type { Words } from '../words.ts';
import { type Recording, record, save } from './download.ts';
import { bytesText } from './figures.ts';

const USUAL_SECONDS = 30;
const MOST_SECONDS = 600;

export interface RecordingForm {
  /** Of the title of a fold. */
  readonly title: string;
  /** Fields besides the seconds, by their words below `traffic.record`. */
  readonly before?: Readonly<Record<string, HTMLElement>>;
  readonly after?: Readonly<Record<string, HTMLElement>>;
  readonly recording: (seconds: number) => Recording;
}

/** @returns a fold with a form in it */
export function recordingForm({ title, before = {}, after = {}, recording }: RecordingForm, words: Words): HTMLElement {
  const bounds = { type: 'number', min: '1', max: String(MOST_SECONDS), value: String(USUAL_SECONDS), required: '' };
  const seconds = element('input', { attributes: bounds });
  const fields = Object.entries({ ...before, seconds, ...after }).map(([label, control]) =>
    element('label', { class: 'gw-record-field' }, element('span', {}, words(`traffic.record.${label}`)), control),
  );
  const fieldset = element('fieldset', { class: 'gw-record' }, ...fields);
  const said = element('p', { class: 'gw-note', attributes: { role: 'status' } });
  const tell = (text: string) => {
    if (said.textContent !== text) said.textContent = text;
  };
  let enough = new AbortController();
  const run = async () => {
    if (!seconds.reportValidity()) return;
    enough = new AbortController();
    toggle(true);
    tell(words('traffic.record.waiting'));
    tell(await recorded(recording(Number(seconds.value)), enough.signal, tell, words));
    toggle(false);
  };
  const start = button(words('traffic.record.start'), () => void run(), { icon: 'circle' });
  const stop = button(words('traffic.record.stop'), () => enough.abort(), { icon: 'stop' });
  const toggle = (running: boolean) => {
    const hadFocus = [start, stop].some(one => one === document.activeElement);
    start.hidden = running;
    stop.hidden = !running;
    fieldset.disabled = running;
    if (hadFocus) (running ? stop : start).focus({ preventScroll: true });
  };
  toggle(false);
  const actions = element('div', { class: 'gw-actions' }, start, stop);
  return element('details', { class: 'gw-fold' }, element('summary', {}, title), fieldset, actions, said);
}

/** @returns how it ended, in words */
async function recorded(
  recording: Recording,
  enough: AbortSignal,
  tell: (text: string) => void,
  words: Words,
): Promise<string> {
  try {
    const arrived = (bytes: number) => tell(words('traffic.record.arrived', { size: bytesText(bytes) }));
    const file = await record(recording, arrived, enough);
    save(file, recording.name);
    return words('traffic.record.done', { size: bytesText(file.size) });
  } catch (error) {
    return (error instanceof Error && error.message) || words('platform.away');
  }
}
