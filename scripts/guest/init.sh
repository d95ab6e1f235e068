#!/bin/sh
# First process of the tiny guest: loads drivers, becomes who the kernel command line says, then serves the console.
# Knows nothing of Gatewright beyond the gw.* arguments.
export PATH=/bin HOME=/root TERM=dumb
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null
mkdir -p /dev/pts /run /tmp /root /www
mount -t devpts devpts /dev/pts
mount -t tmpfs run /run
# Kernel chatter would fall between the lines of the console protocol.
echo 1 > /proc/sys/kernel/printk
while read -r module; do insmod "$module" 2>/dev/null; done < /etc/modules
ip link set lo up
hostname tiny-linux
# shellcheck disable=SC2046
gw-identity $(cat /proc/cmdline)

# The power button is how a hypervisor asks a guest to stop.
for event in /sys/class/input/event*; do
  [ "$(cat "$event/device/name" 2>/dev/null)" = 'Power Button' ] || continue
  (head -c 24 "/dev/input/${event##*/}" >/dev/null && poweroff -f) &
done
# Feeding nobody's watchdog would reset the guest, so a watchdog is fed while user space runs.
[ -c /dev/watchdog ] && watchdog -T 30 -t 5 /dev/watchdog

# The host may ask what was booted, where there is a TPM that can prove it.
mount -t securityfs security /sys/kernel/security 2>/dev/null
for named in /sys/class/virtio-ports/*/name; do
  [ "$(cat "$named" 2>/dev/null)" = gatewright.attest.0 ] || continue
  device="${named%/name}"
  gw-attest "/dev/${device##*/}" </dev/null >/dev/null 2>&1 &
done

# Programs talk to the line that gw.control names, and people to the console; without it the console is for programs.
control=
for word in $(cat /proc/cmdline); do
  case "$word" in gw.control=*) control="/dev/${word#*=}" ;; esac
done
if [ -c "$control" ]; then
  (
    exec <"$control" >"$control" 2>&1
    stty -echo -onlcr raw 2>/dev/null
    while :; do gw-console; done
  ) &
fi
exec </dev/console >/dev/console 2>&1
[ -c "$control" ] || stty -echo -onlcr 2>/dev/null
read -r uptime _ < /proc/uptime
echo "GUEST READY $uptime"
# A shell of its own session has job control, so that Ctrl-C ends a ping and not the shell.
[ -c "$control" ] && while :; do
  PS1='\h:\w\$ ' TERM=xterm setsid cttyhack sh
done
while :; do gw-console; done
