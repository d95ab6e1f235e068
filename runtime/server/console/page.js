// The console of one VM in the browser. The history comes anew with every connection, so the screen is cleared first.
import { onSwitch, power, showSight } from './power.js';

const [, , gateway, vm] = location.pathname.split('/');
const MOST_TYPED_BYTES = 4096;
/** What the head says while all is well. */
let connected = '';
const link = document.getElementById('link');
document.getElementById('name').textContent = `${vm} on ${gateway}`;
document.title = `${vm} console`;

const terminal = new Terminal({
  ...{ scrollback: 10_000, screenReaderMode: true, disableStdin: true, fontSize: 15 },
  // Guests choose their colours for a dark screen; on a light one they stay legible.
  minimumContrastRatio: 4.5,
});
const fit = new FitAddon.FitAddon();
terminal.loadAddon(fit);
terminal.open(document.getElementById('screen'));
fit.fit();
addEventListener('resize', () => fit.fit());

/** Light or dark as the rest of the page. */
function paint() {
  const style = getComputedStyle(document.getElementById('screen'));
  const { backgroundColor: background, color: foreground } = style;
  terminal.options.theme = {
    ...{ background, foreground, cursor: foreground, cursorAccent: background },
    ...{ selectionBackground: '#0072b2', selectionForeground: '#ffffff' },
  };
}
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', paint);
paint();

// Copy and paste as everywhere, and a way out for the keyboard; the rest is the guest's.
terminal.attachCustomKeyEventHandler(event => {
  const command = event.ctrlKey && !event.altKey && !event.shiftKey;
  if (command && event.key === 'c' && terminal.hasSelection()) return false;
  if (command && event.key === 'v') return false;
  if (event.shiftKey && event.key === 'Escape') {
    document.querySelector('nav a').focus();
    return false;
  }
  return true;
});

function editorToken() {
  try {
    return JSON.parse(localStorage.getItem('auth-tokens') ?? '{}').access_token ?? '';
  } catch {
    return '';
  }
}

const socket = io('/', {
  path: '/console-line',
  transports: ['websocket'],
  auth: answer => answer({ token: editorToken(), vm: `vm.${gateway}/${vm}` }),
});
socket.on('connect', () => terminal.reset());
socket.on('said', bytes => terminal.write(new Uint8Array(bytes)));
socket.on('opened', ({ mayType, maySwitch }) => {
  terminal.options.disableStdin = !mayType;
  power.hidden = !maySwitch;
  fit.fit();
  power.disabled = false;
  connected = mayType ? 'Connected' : 'Connected · read only';
  link.textContent = connected;
  if (mayType) terminal.focus();
});
socket.on('sight', showSight);
socket.on('switched', () => {
  power.disabled = false;
  link.textContent = connected;
});
socket.on('refused', why => {
  power.disabled = false;
  link.textContent = why;
});
socket.on('disconnect', why => {
  terminal.options.disableStdin = true;
  link.textContent = 'Connection lost. Trying again.';
  showSight({ power: 'unknown' });
  if (why === 'io server disconnect') setTimeout(() => socket.connect(), 2_000);
});
socket.on('connect_error', error => {
  link.textContent =
    error.message === 'login' ? 'Log in to the editor first, then reload this page.' : 'Server away. Trying again.';
});
terminal.onData(text => {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += MOST_TYPED_BYTES)
    socket.emit('type', bytes.slice(at, at + MOST_TYPED_BYTES));
});
onSwitch(action => {
  // A guest that is asked to shut down may take its time.
  link.textContent = 'Switching';
  power.disabled = true;
  socket.emit('power', action);
});
showSight({ power: 'unknown' });
