// The status page in the browser: one card per gateway, drawn anew from each state. Text only, never markup: names come
// from drawings.
import { Counters } from './counters.js';

const SHAPES = { planned: '○', running: '●', changing: '◐', drift: '▲', blocked: '▬', unknown: '?' };
const gateways = document.getElementById('gateways');
const link = document.getElementById('link');

/** The editor of this address keeps its login here; a wall panel logs in there once. */
function editorToken() {
  try {
    return JSON.parse(localStorage.getItem('auth-tokens') ?? '{}').access_token ?? '';
  } catch {
    return '';
  }
}

const counters = new Counters(editorToken);

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function facts(gateway) {
  const words = [gateway.connected ? 'connected' : 'away'];
  words.push(gateway.generation === 0 ? 'nothing applied yet' : `generation ${gateway.generation}`);
  if (gateway.busy !== 'idle') words.push(gateway.busy);
  if (gateway.drift) words.push('drift');
  return words.join(' · ');
}

function progress(gateway) {
  const bar = element('progress');
  bar.max = gateway.progress.steps;
  bar.value = gateway.progress.done;
  bar.setAttribute('aria-label', `${gateway.progress.done} of ${gateway.progress.steps} steps done`);
  return bar;
}

function consoleLink(address) {
  const link = element('a', '', 'Console');
  link.href = `/console/${address.slice('vm.'.length)}`;
  link.setAttribute('aria-label', `Console of ${address}`);
  return link;
}

function row(address, state) {
  const line = element('tr');
  const name = element('td', '', address);
  if (address.startsWith('vm.')) name.append(' ', consoleLink(address));
  if (/^(?:policy|proxy|line)\./.test(address)) name.append(counters.of(address));
  line.append(name, element('td', state, `${SHAPES[state] ?? ''} ${state}`));
  return line;
}

function card(gateway) {
  const box = element('section', 'gateway');
  const title = element('h2', '', gateway.name);
  title.append(element('span', 'label', gateway.label ?? gateway.backend));
  box.append(title, element('p', 'facts', facts(gateway)));
  if (gateway.message) box.append(element('p', 'note', gateway.message));
  if (gateway.progress) box.append(progress(gateway), element('p', 'note', gateway.progress.step));
  if (gateway.planText?.length) box.append(element('div', 'plan', gateway.planText.join('\n')));
  const table = element('table');
  table.append(...Object.entries(gateway.resources).map(([address, state]) => row(address, state)));
  box.append(table);
  return box;
}

let newest = -1;

function show(state) {
  if (state.revision < newest) return;
  newest = state.revision;
  const empty = element('p', 'empty', 'No gateway is drawn yet. Draw one in the editor and deploy.');
  gateways.replaceChildren(...(state.gateways.length === 0 ? [empty] : state.gateways.map(card)));
}

const socket = io('/gatewright', { path: '/live', auth: answer => answer({ token: editorToken() }) });
socket.on('connect', () => {
  newest = -1; // a restarted server counts from the beginning
  link.textContent = 'Live';
});
socket.on('state', show);
socket.on('disconnect', () => {
  link.textContent = 'Connection lost. The states below are old; trying again.';
});
socket.on('connect_error', error => {
  link.textContent =
    error.message === 'login' ? 'Log in to the editor first, then reload this page.' : 'Server away. Trying again.';
  if (error.message === 'login') gateways.replaceChildren();
});
