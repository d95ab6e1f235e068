// The head of the console page: what the VM is and does, and the switches. A switch that fits the state is enabled; one
// that is an outage asks once more in place.

const SIGHTS = {
  running: ['● running', 'running'],
  paused: ['‖ paused', 'drift'],
  off: ['○ off', 'planned'],
  absent: ['? not there', 'unknown'],
  unknown: ['? not known', 'unknown'],
};
const FITTING = {
  running: ['stop', 'pause', 'reset'],
  paused: ['stop', 'resume', 'reset'],
  off: ['start'],
  absent: [],
  unknown: [],
};
export const power = document.getElementById('power');

/** Shows what the VM is and does. */
export function showSight({ label, power: state }) {
  const chip = document.getElementById('label');
  chip.hidden = label === undefined;
  chip.textContent = label ?? '';
  const sight = document.getElementById('sight');
  [sight.textContent, sight.className] = SIGHTS[state];
  for (const button of power.querySelectorAll('button')) button.disabled = !FITTING[state].includes(button.value);
}

/** Calls back with the action that was switched to. */
export function onSwitch(switched) {
  for (const button of power.querySelectorAll('button')) {
    const word = button.textContent;
    const calm = () => {
      button.textContent = word;
      button.classList.remove('asks');
    };
    button.addEventListener('blur', calm);
    button.addEventListener('click', () => {
      if (button.dataset.ask !== undefined && !button.classList.contains('asks')) {
        button.textContent = button.dataset.ask;
        button.classList.add('asks');
        return;
      }
      calm();
      switched(button.value);
    });
  }
}
