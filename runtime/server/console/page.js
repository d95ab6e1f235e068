// The console of one VM in the browser. The history comes anew with every connection, so the screen is cleared first.

const [, , gateway, vm] = location.pathname.split('/');
const MOST_TYPED_BYTES = 4096;
const status = document.getElementById('link');
const power = document.getElementById('power');
document.getElementById('name').textContent = `${vm} on ${gateway}`;
document.title = `${vm} console`;

const terminal = new Terminal({ scrollback: 10_000, screenReaderMode: true, disableStdin: true });
const fit = new FitAddon.FitAddon();
terminal.loadAddon(fit);
terminal.open(document.getElementById('screen'));
fit.fit();
addEventListener('resize', () => fit.fit());

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
  status.textContent = mayType ? 'Connected' : 'Connected · read only';
  if (mayType) terminal.focus();
});
socket.on('refused', why => {
  status.textContent = why;
});
socket.on('disconnect', why => {
  terminal.options.disableStdin = true;
  status.textContent = 'Connection lost. Trying again.';
  if (why === 'io server disconnect') setTimeout(() => socket.connect(), 2_000);
});
socket.on('connect_error', error => {
  status.textContent =
    error.message === 'login' ? 'Log in to the editor first, then reload this page.' : 'Server away. Trying again.';
});
terminal.onData(text => {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += MOST_TYPED_BYTES)
    socket.emit('type', bytes.slice(at, at + MOST_TYPED_BYTES));
});
power.addEventListener('click', ({ target }) => {
  if (target instanceof HTMLButtonElement) socket.emit('power', target.value);
});
